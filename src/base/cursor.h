/* base/cursor.h — the way hostile bytes are read. Reads never pass the end; after one short read
 * every later one yields zero and the cursor stays bad, so a header is read straight down and
 * judged once. The bytes are borrowed. One thread. */
#pragma once
#include "base/error.h"
#include "base/str.h"

struct cursor {
	const char *name; /* of the file, for errors; borrowed, may be NULL */
	const unsigned char *p;
	size_t n, at;
	uint64_t base; /* offset of p[0] in the file, for errors */
	bool bad;
};

#define CURSOR(name_, p_, n_) \
	((struct cursor){ .name = (name_), .p = (const unsigned char *)(p_), .n = (n_) })

static inline size_t cur_left(const struct cursor *c)
{
	return c->bad ? 0 : c->n - c->at;
}

static inline bool cur_bad(const struct cursor *c)
{
	return c->bad;
}

uint8_t cur_u8(struct cursor *c);
uint16_t cur_le16(struct cursor *c);
uint32_t cur_le32(struct cursor *c);
uint64_t cur_le64(struct cursor *c);
uint16_t cur_be16(struct cursor *c);
uint32_t cur_be32(struct cursor *c);
uint64_t cur_be64(struct cursor *c);
uint64_t cur_uleb(struct cursor *c);        /* unsigned LEB128 = Go's uvarint; over 64 bits is bad */
str cur_bytes(struct cursor *c, size_t n);  /* a view; empty and bad when short */
str cur_str(struct cursor *c);              /* what buf_str wrote */
void cur_skip(struct cursor *c, size_t n);
void cur_seek(struct cursor *c, size_t at); /* from the start; past the end is bad */

/* ERR_FORMAT with "name: byte N: why"; returns the code. */
int cur_error(const struct cursor *c, struct error *e, const char *fmt, ...) printf_like(3, 4);
