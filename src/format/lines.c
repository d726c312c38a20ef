#include "format/lines.h"

enum { READ_BYTES = 32 << 10 };

struct lines {
	struct stream *from;
	char *p;
	size_t max_line, room, at, n; /* p[at..n) is not given yet */
	uint64_t offset;              /* of p[at] */
	bool end, skipping;           /* skipping: the tail of a line that was given cut */
};

struct lines *lines_new(struct stream *from, size_t max_line_bytes)
{
	struct lines *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	*l = (struct lines){ .from = from,
		             .max_line = max_line_bytes,
		             .room = max_line_bytes + READ_BYTES };
	l->p = malloc(l->room);
	if (!l->p)
		abort();
	return l;
}

void lines_free(struct lines *l)
{
	if (!l)
		return;
	free(l->p);
	free(l);
}

static int fill(struct lines *l, struct error *e)
{
	ssize_t got;

	memmove(l->p, l->p + l->at, l->n - l->at);
	l->n -= l->at;
	l->at = 0;
	got = stream_read(l->from, l->p + l->n, l->room - l->n, e);
	if (got < 0)
		return (int)got;
	l->n += (size_t)got;
	l->end = !got;
	return 0;
}

static void pass(struct lines *l, size_t n)
{
	l->at += n;
	l->offset += n;
}

/* The head of a line that is too long; what is left of it is skipped by the next call. */
static int give_cut(struct lines *l, struct line *out)
{
	*out = (struct line){ { l->p + l->at, l->max_line }, l->offset, .cut = true };
	pass(l, l->max_line);
	l->skipping = true;
	return 1;
}

static int give(struct lines *l, size_t n, bool newline, struct line *out)
{
	*out = (struct line){ { l->p + l->at, n }, l->offset, .open = !newline };
	if (n && out->text.p[n - 1] == '\r')
		out->text.n--;
	pass(l, n + newline);
	return 1;
}

int lines_next(struct lines *l, struct line *out, struct error *e)
{
	for (size_t seen = 0;;) {
		size_t left = l->n - l->at;
		const char *start = l->p + l->at;
		const char *newline = memchr(start + seen, '\n', left - seen);

		if (newline && l->skipping) {
			pass(l, (size_t)(newline - start) + 1);
			l->skipping = false;
			seen = 0;
			continue;
		}
		if (newline && (size_t)(newline - start) <= l->max_line)
			return give(l, (size_t)(newline - start), true, out);
		if (!l->skipping && left > l->max_line)
			return give_cut(l, out);
		if (l->skipping)
			pass(l, left);
		seen = l->n - l->at;
		if (l->end)
			return seen ? give(l, seen, false, out) : 0;
		int r = fill(l, e);
		if (r < 0)
			return r;
	}
}
