#include "scan/glance.h"
#include "base/num.h"

static bool is_text(unsigned char c)
{
	return c >= 0x20 ? c != 0x7f : (c >= '\t' && c <= '\r') || c == 0x1b;
}

static ssize_t glance_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct glance *g = (struct glance *)s;
	ssize_t got = stream_read(g->below, p, n, e);

	for (ssize_t i = 0; i < got && s->at + (uint64_t)i < GLANCE_BYTES; i++)
		g->binary |= !is_text(((unsigned char *)p)[i]);
	return got;
}

static void glance_free(struct stream *s)
{
	(void)s; /* the caller's */
}

struct stream *glance_open(struct glance *g, struct stream *below)
{
	static const struct stream_ops ops = { glance_read, glance_free };

	*g = (struct glance){ .s = { .ops = &ops }, .below = below };
	return &g->s;
}
