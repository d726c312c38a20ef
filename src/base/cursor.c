#include "base/cursor.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

str cur_bytes(struct cursor *c, size_t n)
{
	str s;
	if (n > cur_left(c)) {
		c->bad = true;
		return (str){ 0 };
	}
	s = (str){ c->p ? (const char *)c->p + c->at : "", n }; /* none of nothing */
	c->at += n;
	return s;
}

static uint64_t take_le(struct cursor *c, size_t n)
{
	str s = cur_bytes(c, n);
	uint64_t v = 0;
	for (size_t i = s.n; i-- > 0;)
		v = v << 8 | (unsigned char)s.p[i];
	return v;
}

static uint64_t take_be(struct cursor *c, size_t n)
{
	str s = cur_bytes(c, n);
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (unsigned char)s.p[i];
	return v;
}

uint8_t cur_u8(struct cursor *c)
{
	return (uint8_t)take_le(c, 1);
}

uint16_t cur_le16(struct cursor *c)
{
	return (uint16_t)take_le(c, 2);
}

uint32_t cur_le32(struct cursor *c)
{
	return (uint32_t)take_le(c, 4);
}

uint64_t cur_le64(struct cursor *c)
{
	return take_le(c, 8);
}

uint16_t cur_be16(struct cursor *c)
{
	return (uint16_t)take_be(c, 2);
}

uint32_t cur_be32(struct cursor *c)
{
	return (uint32_t)take_be(c, 4);
}

uint64_t cur_be64(struct cursor *c)
{
	return take_be(c, 8);
}

uint64_t cur_uleb(struct cursor *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cur_u8(c);
		if (shift == 63 && byte > 1)
			break;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return c->bad ? 0 : v;
	}
	c->bad = true;
	return 0;
}

str cur_str(struct cursor *c)
{
	return cur_bytes(c, cur_le32(c));
}

void cur_skip(struct cursor *c, size_t n)
{
	(void)cur_bytes(c, n);
}

void cur_seek(struct cursor *c, size_t at)
{
	if (at > c->n)
		c->bad = true;
	else
		c->at = at;
}

int cur_error(const struct cursor *c, struct error *e, const char *fmt, ...)
{
	char why[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof why, fmt, args);
	va_end(args);
	if (c->name)
		return error_set(e, ERR_FORMAT, "%s: byte %" PRIu64 ": %s", c->name,
		                 c->base + c->at, why);
	return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": %s", c->base + c->at, why);
}
