/* stream/stream.h — bytes in motion. Streams stack: one takes over the one it is laid on, so that
 * freeing the top frees all. Reading is pull; an error is sticky. One thread a stream. */
#pragma once
#include "base/digest.h"
#include <sys/types.h>

struct stream;

struct stream_ops {
	/* Up to n bytes into p: the count, 0 at the end, below 0 an error code with *e filled. */
	ssize_t (*read)(struct stream *s, void *p, size_t n, struct error *e);
	void (*free)(struct stream *s); /* of the whole object, streams below included */
};

struct stream { /* the first member of every stream's own struct */
	const struct stream_ops *ops;
	uint64_t at;       /* bytes given so far */
	int failed;        /* sticky error code */
};

ssize_t stream_read(struct stream *s, void *p, size_t n, struct error *e) must_use;
/* Exactly n bytes unless the end comes first: the count, or below 0. */
ssize_t stream_read_full(struct stream *s, void *p, size_t n, struct error *e) must_use;
/* Read to the end and throw away (so that a digest below is checked). 0 or below 0. */
int stream_drain(struct stream *s, struct error *e) must_use;
void stream_free(struct stream *s); /* NULL is fine */
static inline void stream_cleanup(struct stream **s)
{
	stream_free(*s);
}

struct stream *stream_fd(int fd, bool close_it);
struct stream *stream_mem(str bytes); /* borrowed for the stream's life */
/* Reads `below` without owning it: freeing this leaves it as it is. */
struct stream *stream_borrow(struct stream *below);
/* First the bytes of `head` (copied), then those of `below` (taken over). */
struct stream *stream_prefixed(str head, struct stream *below);
/* At most `max` bytes of `below`: one byte more is `code` (ERR_LIMIT, ERR_FORMAT …) with `what`. */
struct stream *stream_limit(struct stream *below, uint64_t max, int code, const char *what);
/* The next n bytes of `below`, or fewer where it ends; `below` is borrowed. */
struct stream *stream_part(struct stream *below, uint64_t n);
/* SHA-256 of what passes; at the end a difference (or a size other than `size_bytes`, unless that
 * is UINT64_MAX) is ERR_FORMAT. */
struct stream *stream_verify(struct stream *below, const struct digest *want, uint64_t size_bytes);
/* Counts SHA-256 of what passes into *out, valid after the end was read. */
struct stream *stream_digest(struct stream *below, struct digest *out);
/* gzip (also several members), zstd (also several frames) or plain, told apart by the first bytes,
 * as media types lie. More than `max` inflated bytes is ERR_LIMIT. */
struct stream *stream_inflate(struct stream *below, uint64_t max);
/* The same for a publisher's archive: zstd windows of 128 MiB (zstd --ultra -22), as memory allows. */
struct stream *stream_inflate_wide(struct stream *below, uint64_t max);
/* zlib (RFC 1950) in memory: what the front of `in` inflates to, at most `room` bytes. The count, or below
 * 0 where it is damaged; *whole when its end was reached and its sum is right. */
ssize_t inflate_zlib(str in, void *out, size_t room, bool *whole);
ssize_t inflate_gzip(str in, void *out, size_t room, bool *whole); /* the same of one gzip member */
