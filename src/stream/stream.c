#include "stream/stream.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>

enum { DRAIN_BYTES = 1 << 16 };

ssize_t stream_read(struct stream *s, void *p, size_t n, struct error *e)
{
	ssize_t got;

	if (s->failed)
		return error_set(e, s->failed, "cut off or damaged at byte %" PRIu64, s->at);
	if (!n)
		return 0;
	got = s->ops->read(s, p, n, e);
	if (got < 0)
		s->failed = (int)got;
	else
		s->at += (uint64_t)got;
	return got;
}

ssize_t stream_read_full(struct stream *s, void *p, size_t n, struct error *e)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = stream_read(s, (char *)p + have, n - have, e);
		if (got < 0)
			return got;
		if (!got)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

int stream_drain(struct stream *s, struct error *e)
{
	autofree char *p = malloc(DRAIN_BYTES);
	ssize_t got;

	assert(p);
	do
		got = stream_read(s, p, DRAIN_BYTES, e);
	while (got > 0);
	return (int)got;
}

void stream_free(struct stream *s)
{
	if (s)
		s->ops->free(s);
}

/* --- a descriptor --- */

struct fd_stream {
	struct stream s;
	int fd;
	bool close_it;
};

static ssize_t fd_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct fd_stream *f = (struct fd_stream *)s;
	ssize_t got;

	do
		got = read(f->fd, p, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? error_errno(e, errno, "read at byte %" PRIu64, s->at) : got;
}

static void fd_free(struct stream *s)
{
	struct fd_stream *f = (struct fd_stream *)s;
	if (f->close_it)
		close(f->fd);
	free(f);
}

struct stream *stream_fd(int fd, bool close_it)
{
	static const struct stream_ops ops = { fd_read, fd_free };
	struct fd_stream *f = malloc(sizeof *f);
	assert(f);
	*f = (struct fd_stream){ { .ops = &ops }, fd, close_it };
	return &f->s;
}

/* --- memory --- */

struct mem_stream {
	struct stream s;
	str left;
};

static ssize_t mem_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct mem_stream *m = (struct mem_stream *)s;
	(void)e;
	n = MIN(n, m->left.n);
	if (n)
		memcpy(p, m->left.p, n);
	m->left = str_from(m->left, n);
	return (ssize_t)n;
}

static void plain_free(struct stream *s)
{
	free(s);
}

struct stream *stream_mem(str bytes)
{
	static const struct stream_ops ops = { mem_read, plain_free };
	struct mem_stream *m = malloc(sizeof *m);
	assert(m);
	*m = (struct mem_stream){ { .ops = &ops }, bytes };
	return &m->s;
}

/* --- another's stream, and one with something put back in front --- */

struct prefixed_stream {
	struct stream s, *below;
	bool owned;
	size_t at, n;
	char head[];
};

static ssize_t prefixed_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct prefixed_stream *f = (struct prefixed_stream *)s;

	if (f->at == f->n)
		return stream_read(f->below, p, n, e);
	n = MIN(n, f->n - f->at);
	memcpy(p, f->head + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static void prefixed_free(struct stream *s)
{
	struct prefixed_stream *f = (struct prefixed_stream *)s;
	if (f->owned)
		stream_free(f->below);
	free(f);
}

static struct stream *put_before(str head, struct stream *below, bool owned)
{
	static const struct stream_ops ops = { prefixed_read, prefixed_free };
	struct prefixed_stream *f = malloc(sizeof *f + head.n);

	assert(f);
	*f = (struct prefixed_stream){ { .ops = &ops }, below, owned, 0, head.n };
	if (head.n)
		memcpy(f->head, head.p, head.n);
	return &f->s;
}

struct stream *stream_borrow(struct stream *below)
{
	return put_before((str){ 0 }, below, false);
}

struct stream *stream_prefixed(str head, struct stream *below)
{
	return below ? put_before(head, below, true) : NULL;
}

/* --- a ceiling --- */

struct limit_stream {
	struct stream s, *below;
	uint64_t left;
	int code;
	const char *what;
};

static ssize_t limit_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct limit_stream *l = (struct limit_stream *)s;
	char one;
	ssize_t got;

	if (!l->left) { /* the end must be here */
		got = stream_read(l->below, &one, 1, e);
		return got > 0 ? error_set(e, l->code, "%s: more than %" PRIu64 " bytes", l->what,
		                           s->at)
		               : got;
	}
	got = stream_read(l->below, p, (size_t)MIN((uint64_t)n, l->left), e);
	if (got > 0)
		l->left -= (uint64_t)got;
	return got;
}

static void limit_free(struct stream *s)
{
	stream_free(((struct limit_stream *)s)->below);
	free(s);
}

struct stream *stream_limit(struct stream *below, uint64_t max, int code, const char *what)
{
	static const struct stream_ops ops = { limit_read, limit_free };
	struct limit_stream *l;

	if (!below)
		return NULL;
	l = malloc(sizeof *l);
	assert(l);
	*l = (struct limit_stream){ { .ops = &ops }, below, max, code, what };
	return &l->s;
}

static ssize_t part_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct limit_stream *l = (struct limit_stream *)s;
	ssize_t got = stream_read(l->below, p, (size_t)MIN((uint64_t)n, l->left), e);

	if (got > 0)
		l->left -= (uint64_t)got;
	return got;
}

struct stream *stream_part(struct stream *below, uint64_t n)
{
	static const struct stream_ops ops = { part_read, plain_free };
	struct limit_stream *l = malloc(sizeof *l);

	assert(l);
	*l = (struct limit_stream){ { .ops = &ops }, below, .left = n };
	return &l->s;
}

/* --- SHA-256 of what passes --- */

struct verify_stream {
	struct stream s, *below;
	struct digester *sum;
	struct digest want, *out;
	uint64_t size_bytes;
	bool check, ended;
};

static int check_end(struct verify_stream *v, struct error *e)
{
	struct digest got;
	char want_text[DIGEST_TEXT_BYTES], got_text[DIGEST_TEXT_BYTES];

	digester_end(v->sum, &got);
	v->ended = true;
	if (v->out)
		*v->out = got;
	if (!v->check)
		return 0;
	if (v->size_bytes != UINT64_MAX && v->s.at != v->size_bytes)
		return error_set(e, ERR_FORMAT,
		                 "%" PRIu64 " bytes came where %" PRIu64 " were promised", v->s.at,
		                 v->size_bytes);
	if (!digest_eq(&got, &v->want))
		return error_set(e, ERR_FORMAT, "the bytes are not those of %s: their digest is %s",
		                 digest_text(&v->want, want_text), digest_text(&got, got_text));
	return 0;
}

static ssize_t verify_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct verify_stream *v = (struct verify_stream *)s;
	ssize_t got;

	if (v->ended)
		return 0;
	got = stream_read(v->below, p, n, e);
	if (got > 0)
		digester_add(v->sum, p, (size_t)got);
	if (got > 0 && v->check && v->size_bytes != UINT64_MAX &&
	    s->at + (uint64_t)got > v->size_bytes)
		return error_set(e, ERR_FORMAT,
		                 "more bytes than the %" PRIu64 " that were promised",
		                 v->size_bytes);
	return got ? got : check_end(v, e);
}

static void verify_free(struct stream *s)
{
	struct verify_stream *v = (struct verify_stream *)s;
	digester_free(v->sum);
	stream_free(v->below);
	free(v);
}

static struct stream *sum_stream(struct stream *below, const struct digest *want,
                                 uint64_t size_bytes, struct digest *out)
{
	static const struct stream_ops ops = { verify_read, verify_free };
	struct verify_stream *v;

	if (!below)
		return NULL;
	v = malloc(sizeof *v);
	assert(v);
	*v = (struct verify_stream){ { .ops = &ops },          .below = below,
		                     .sum = digester_new(),    .out = out,
		                     .size_bytes = size_bytes, .check = want != NULL };
	if (want)
		v->want = *want;
	return &v->s;
}

struct stream *stream_verify(struct stream *below, const struct digest *want, uint64_t size_bytes)
{
	return sum_stream(below, want, size_bytes, NULL);
}

struct stream *stream_digest(struct stream *below, struct digest *out)
{
	return sum_stream(below, NULL, UINT64_MAX, out);
}
