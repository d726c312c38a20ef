/* net/chunks.h — a request's chunked body as it comes (RFC 9112 section 7.1), strict: CRLF only,
 * extensions and trailers are read over and have a ceiling. Input: hostile, in any cut. One thread.
 */
#pragma once
#include "base/buf.h"

enum { CHUNKS_EXTRA_MAX = 8 << 10 }; /* bytes of all extensions and trailers */

struct chunks { /* starts as { 0 } */
	unsigned state, digits;
	uint64_t left; /* of this chunk */
	size_t extra;
};

/* Cuts what it understood off *in and appends the body to `out`. 1 at the end (what follows stays
 * in *in), 0 for more; below 0: -400 malformed, -413 the body is larger than out's ceiling, said
 * before it has come. */
int chunks_feed(struct chunks *c, str *in, struct buf *out) must_use;
