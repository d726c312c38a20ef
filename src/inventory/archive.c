#include "inventory/archive.h"

struct inner { /* what the zip reader reads: the part of the head that was read, then the rest */
	struct stream s;
	struct stream *from; /* borrowed */
	uint64_t *budget;
	size_t at, n; /* head[at..n) is to come */
	char head[];
};

static ssize_t inner_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct inner *in = (struct inner *)s;
	ssize_t got = (ssize_t)MIN(n, in->n - in->at);

	if (got) {
		memcpy(p, in->head + in->at, (size_t)got);
		in->at += (size_t)got;
	} else {
		got = stream_read(in->from, p, n, e);
	}
	if (got > 0 && (uint64_t)got > *in->budget)
		return error_set(e, ERR_LIMIT, "archives in archives hold more than is read");
	if (got > 0)
		*in->budget -= (uint64_t)got;
	return got;
}

static void inner_free(struct stream *s)
{
	free(s);
}

static const struct stream_ops inner_ops = { inner_read, inner_free };

/* Offset of the first local header (APPNOTE 4.3.7), or of the end record of an empty zip at the
 * very start (4.3.16); n when there is none. */
static size_t find_zip(str head)
{
	return str_starts(head, STR("PK\5\6")) ? 0 : str_find(head, STR("PK\3\4"));
}

int archive_open(struct stream *from, uint64_t *budget, struct members **out, struct error *e)
{
	struct inner *in = malloc(sizeof *in + ARCHIVE_PREFIX_MAX);
	ssize_t got;

	if (!in)
		return error_set(e, ERR_LIMIT, "no memory for an archive");
	*in = (struct inner){ { .ops = &inner_ops }, from, budget, 0, 0 };
	got = stream_read_full(from, in->head, 4, e);
	if (got == 4 && find_zip(str_mem(in->head, 4)) == 4) { /* something else is in front */
		ssize_t more = stream_read_full(from, in->head + 4, ARCHIVE_PREFIX_MAX - 4, e);
		got = more < 0 ? more : got + more;
	}
	if (got > 0) {
		in->n = (size_t)got;
		in->at = find_zip(str_mem(in->head, in->n));
	}
	if (got < 0 || in->at == in->n) {
		free(in);
		return got < 0 ? (int)got : 0;
	}
	int r = members_open_zip(&in->s, out, e);
	return r < 0 ? r : 1;
}
