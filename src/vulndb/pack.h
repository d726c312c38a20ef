/* vulndb/pack.h — long text made short. Hosts libzstd. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"

struct packer; /* one thread */
struct packer *packer_new(void);
void packer_free(struct packer *p); /* NULL is fine */
/* Appends `text`, compressed where that pays; the same text gives the same bytes. */
void pack_put(struct packer *p, struct buf *b, str text);

/* One long zstd frame, at a level that pays for what is sent to many. One thread. */
struct pack_stream;
struct pack_stream *pack_stream_new(void);
void pack_stream_free(struct pack_stream *s); /* NULL is fine */
/* Takes all of `bytes` and appends what is ready; `last` ends the frame. */
int pack_stream_add(struct pack_stream *s, str bytes, bool last, struct buf *out,
                    struct error *e) must_use;

struct unpacker; /* one thread; made at its first use, as most matches need none */
void unpacker_free(struct unpacker *u); /* NULL is fine */
/* The text again, in `a` or borrowed from the cursor's bytes. ERR_FORMAT when damaged, ERR_LIMIT
 * past max_bytes. *u is made when NULL. */
int pack_get(struct unpacker **u, struct cursor *c, struct arena *a, size_t max_bytes, str *out,
             struct error *e) must_use;
