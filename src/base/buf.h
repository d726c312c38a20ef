/* base/buf.h — bytes that grow up to the ceiling they were born with and remember failure, so a
 * writer appends straight down and looks once. Also the writing side of our own binary records
 * (little-endian, lengths before bytes), whose reading side is base/cursor.h. One thread. */
#pragma once
#include "base/attr.h"
#include "base/str.h"

struct buf { /* make with BUF(max); end with buf_done */
	char *p;
	size_t n, room, max_bytes;
	bool failed;
	bool (*sink)(void *ctx, str bytes); /* where buf_spill puts them; NULL: they stay */
	void *sink_ctx;
};

#define BUF(max) ((struct buf){ .max_bytes = (max) })

void buf_add(struct buf *b, str s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
/* n writable bytes at the end, not yet counted in b->n; NULL when over. Follow with buf_grown. */
char *buf_room(struct buf *b, size_t n);
void buf_grown(struct buf *b, size_t n);

void buf_u8(struct buf *b, uint8_t v);
void buf_u32(struct buf *b, uint32_t v); /* little-endian */
void buf_u64(struct buf *b, uint64_t v);
void buf_str(struct buf *b, str s); /* u32 length, then the bytes */

static inline str buf_view(const struct buf *b) /* borrowed, until the next append */
{
	return (str){ b->p, b->n };
}

/* Hands what has gathered to the sink, if there is one and at least that much: the ceiling is then one
 * of what lies between two calls. A sink that gives false has failed the buf. */
void buf_spill(struct buf *b, size_t least_bytes);
void buf_clear(struct buf *b); /* empty, memory kept, failed cleared */
void buf_done(struct buf *b);  /* free; may be used again */
