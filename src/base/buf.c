#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>

char *buf_room(struct buf *b, size_t n)
{
	size_t need, room;
	char *p;

	if (b->failed || ckd_add(&need, b->n, n) || need > b->max_bytes) {
		b->failed = true;
		return NULL;
	}
	if (need > b->room || !b->p) {
		room = MAX(MAX(need, b->room + b->room / 2), (size_t)64);
		room = MIN(room, MAX(b->max_bytes, (size_t)1));
		p = realloc(b->p, room);
		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->p = p;
		b->room = room;
	}
	return b->p + b->n;
}

void buf_grown(struct buf *b, size_t n)
{
	b->n += n;
}

void buf_add(struct buf *b, str s)
{
	char *p = buf_room(b, s.n);
	if (p && s.n) {
		memcpy(p, s.p, s.n);
		b->n += s.n;
	}
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, (str){ &c, 1 });
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args, again;
	int n;
	char *p;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	/* room for the NUL too, which is then not counted */
	p = n < 0 ? NULL : buf_room(b, (size_t)n + 1);
	if (p) {
		vsnprintf(p, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_u8(struct buf *b, uint8_t v)
{
	buf_add(b, (str){ (const char *)&v, 1 });
}

void buf_u32(struct buf *b, uint32_t v)
{
	char le[4] = { (char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24) };
	buf_add(b, (str){ le, sizeof le });
}

void buf_u64(struct buf *b, uint64_t v)
{
	buf_u32(b, (uint32_t)v);
	buf_u32(b, (uint32_t)(v >> 32));
}

void buf_str(struct buf *b, str s)
{
	if (s.n > UINT32_MAX) {
		b->failed = true;
		return;
	}
	buf_u32(b, (uint32_t)s.n);
	buf_add(b, s);
}

void buf_spill(struct buf *b, size_t least_bytes)
{
	if (!b->sink || b->failed || !b->n || b->n < least_bytes)
		return;
	b->failed = !b->sink(b->sink_ctx, buf_view(b));
	b->n = 0;
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

void buf_done(struct buf *b)
{
	free(b->p);
	*b = BUF(b->max_bytes);
}
