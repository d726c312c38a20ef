/* stream/spool.h — one file's bytes made seekable, for formats that need random access (rpm
 * databases). Backed by an unlinked file that the parent opened before the jail closed, or by memory
 * up to `max_bytes` where there is none. One user at a time; reused file after file. */
#pragma once
#include "stream/stream.h"

struct spool;
/* fd -1: memory. The descriptor stays the caller's. */
struct spool *spool_new(int fd, uint64_t max_bytes);
void spool_free(struct spool *s);
/* Replace the content by all of `from` (not freed). ERR_LIMIT when larger than max_bytes. */
int spool_fill(struct spool *s, struct stream *from, struct error *e) must_use;
uint64_t spool_size(const struct spool *s);
/* Exactly n bytes at offset; past the end is ERR_FORMAT. */
int spool_read(struct spool *s, uint64_t offset, void *p, size_t n, struct error *e) must_use;
