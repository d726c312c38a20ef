#include "net/chunks.h"

enum {
	SIZE,
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER,
	TRAILER_TEXT,
	TRAILER_LF,
	END_LF,
	ENDED
};

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int size_byte(struct chunks *c, char b)
{
	int d = hex(b);
	if (d >= 0) {
		if (++c->digits > 15)
			return -413;
		c->left = c->left << 4 | (unsigned)d;
		return 0;
	}
	if (!c->digits || (b != '\r' && b != ';'))
		return -400;
	c->state = b == ';' ? EXTENSION : SIZE_LF;
	return 0;
}

/* Text of an extension or a trailer: no control byte but the tab, so that no bare LF ends it. */
static int text_byte(struct chunks *c, char b, unsigned at_cr)
{
	if (b == '\r') {
		c->state = at_cr;
		return 0;
	}
	return ((unsigned char)b < 0x20 && b != '\t') || b == 0x7f || ++c->extra > CHUNKS_EXTRA_MAX
	               ? -400
	               : 0;
}

static int must_be(struct chunks *c, char b, char want, unsigned then)
{
	c->state = then;
	return b == want ? 0 : -400;
}

static int byte(struct chunks *c, char b)
{
	switch (c->state) {
	case SIZE:
		return size_byte(c, b);
	case EXTENSION:
		return text_byte(c, b, SIZE_LF);
	case SIZE_LF:
		return must_be(c, b, '\n', c->left ? DATA : TRAILER);
	case DATA_CR:
		return must_be(c, b, '\r', DATA_LF);
	case DATA_LF:
		c->digits = 0;
		return must_be(c, b, '\n', SIZE);
	case TRAILER:
		if (b == '\r')
			return must_be(c, b, '\r', END_LF);
		c->state = TRAILER_TEXT;
		return text_byte(c, b, TRAILER_LF);
	case TRAILER_TEXT:
		return text_byte(c, b, TRAILER_LF);
	case TRAILER_LF:
		return must_be(c, b, '\n', TRAILER);
	default:
		return must_be(c, b, '\n', ENDED);
	}
}

static int data(struct chunks *c, str *in, struct buf *out)
{
	if (c->left > out->max_bytes - out->n)
		return -413;
	size_t n = (size_t)MIN(c->left, in->n);
	buf_add(out, str_upto(*in, n));
	if (out->failed)
		return -413;
	*in = str_from(*in, n);
	c->left -= n;
	if (!c->left)
		c->state = DATA_CR;
	return 0;
}

int chunks_feed(struct chunks *c, str *in, struct buf *out)
{
	while (c->state != ENDED) {
		if (c->state == DATA && c->left > out->max_bytes - out->n)
			return -413;
		if (!in->n)
			return 0;
		int r;
		if (c->state == DATA) {
			r = data(c, in, out);
		} else {
			r = byte(c, in->p[0]);
			*in = str_from(*in, 1);
		}
		if (r < 0)
			return r;
	}
	return 1;
}
