#include "net/client.h"
#include "base/time.h"
#include "net/ask.h"
#include <inttypes.h>
#include <stdio.h>

enum {
	LANES_KEPT = 8,
	RESUMES_MAX = 5,  /* without REFILL_BYTES of progress in between */
	SILENCES_MAX = 1, /* resumes after a silence, as each cost timeout_s */
	REFILL_BYTES = 16 << 20,
	DOCUMENT_SILENCES = 10, /* a document may take that many timeouts in all */
	DOCUMENT_TRIES = 3,
};

/* One body in flight, with all that is needed to ask for the rest of it. */
struct get {
	struct stream s;
	struct ask k;
	struct client *client;
	uint64_t total; /* size of the whole thing; UINT64_MAX when not told */
	uint64_t skip;  /* bytes to throw away, where the server ignored Range */
	uint64_t resumed_at;
	unsigned resumes, silences;
};

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static char *copy_or_null(const char *z)
{
	char *copy = z ? strdup(z) : NULL;
	if (z && !copy)
		abort();
	return copy;
}

int client_new(const struct client_options *o, struct client **out, struct error *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *ca_file = o->ca_file ? o->ca_file : getenv("SSL_CERT_FILE");
	struct client *c;

	if (ca_file && access(ca_file, R_OK) < 0)
		return error_set(e, ERR_USAGE, "the CA file %s cannot be read", ca_file);
	pthread_once(&once, init_curl);
	c = calloc(1, sizeof *c);
	if (!c)
		abort();
	c->ca_file = copy_or_null(ca_file);
	c->unix_socket = copy_or_null(o->unix_socket);
	c->insecure = o->insecure;
	c->plain_http = o->plain_http;
	c->connect_s = o->connect_s ? o->connect_s : 20;
	c->timeout_s = o->timeout_s ? o->timeout_s : 60;
	c->note = o->note;
	c->note_ctx = o->note_ctx;
	pthread_mutex_init(&c->lock, NULL);
	*out = c;
	return 0;
}

void client_free(struct client *c)
{
	struct lane *next;
	if (!c)
		return;
	for (struct lane *l = c->lanes; l; l = next) {
		next = l->next;
		lane_free(l);
	}
	pthread_mutex_destroy(&c->lock);
	free(c->ca_file);
	free(c->unix_socket);
	free(c);
}

static struct lane *lane_take(struct client *c)
{
	struct lane *l;

	pthread_mutex_lock(&c->lock);
	l = c->lanes;
	if (l) {
		c->lanes = l->next;
		c->lane_count--;
	}
	pthread_mutex_unlock(&c->lock);
	return l ? l : lane_new();
}

static void lane_give(struct client *c, struct lane *l)
{
	pthread_mutex_lock(&c->lock);
	if (c->lane_count < LANES_KEPT) {
		l->next = c->lanes;
		c->lanes = l;
		c->lane_count++;
		l = NULL;
	}
	pthread_mutex_unlock(&c->lock);
	lane_free(l);
}

static void get_free(struct stream *s)
{
	struct get *g = (struct get *)s;
	ask_done(&g->k);
	if (g->k.lane)
		lane_give(g->client, g->k.lane);
	free(g);
}

/* "bytes 500-999/1000" (RFC 9110 14.4): does it start at from, and of the same whole? */
static bool is_rest_from(str range, uint64_t from, uint64_t total)
{
	str rest = str_from(range, 6), piece;
	uint64_t first, whole;

	if (!str_eq_nocase(str_upto(range, 6), STR("bytes ")) || !str_split(&rest, '-', &piece) ||
	    !str_u64(str_trim(piece), &first) || first != from || !str_split(&rest, '/', &piece))
		return false;
	return total == UINT64_MAX || !str_u64(str_trim(rest), &whole) || whole == total;
}

static int resume(struct get *g, struct error *e)
{
	struct response r cleanup(response_done) = { 0 };
	uint64_t from = g->k.q.offset + g->s.at;
	char line[96];
	int rc;

	transfer_free(take(g->k.transfer));
	snprintf(line, sizeof line, "the connection broke, resumed at byte %" PRIu64, from);
	ask_say(&g->k, line);
	ask_sleep_ms(ask_back_off_ms(g->resumes));
	rc = ask_send(&g->k, from, &r, e);
	if (rc < 0)
		return rc;
	g->skip = 0;
	if (r.status == 200)
		g->skip = from;
	else if (r.status != 206 && from)
		return response_refused(&g->k.q, &r, e);
	else if (!is_rest_from(response_header(&r, "Content-Range"), from, g->total))
		return error_set(e, ERR_UPSTREAM,
		                 "%.*s: the server answers another range than asked",
		                 STR_FMT(g->k.shown));
	return 0;
}

static bool may_resume(struct get *g)
{
	if (!g->k.q.resume || (g->k.fault != FAULT_CUT && g->k.fault != FAULT_SILENT))
		return false;
	if (g->k.fault == FAULT_SILENT && g->silences++ >= SILENCES_MAX)
		return false;
	if (g->s.at - g->resumed_at >= REFILL_BYTES) {
		g->resumes = 0;
		g->resumed_at = g->s.at;
	}
	return g->resumes++ < RESUMES_MAX;
}

static ssize_t get_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct get *g = (struct get *)s;

	for (;;) {
		ssize_t got = transfer_read(g->k.transfer, p, n, &g->k.fault, e);
		if (got > 0 && g->skip) {
			size_t skipped = (size_t)MIN((uint64_t)got, g->skip);
			g->skip -= skipped;
			got -= (ssize_t)skipped;
			if (!got)
				continue;
			memmove(p, (char *)p + skipped, (size_t)got);
		}
		if (got > 0 || (!got && !g->skip))
			return got;
		if (!got)
			return error_set(e, ERR_UPSTREAM, "%.*s: shorter than before the cut",
			                 STR_FMT(g->k.shown));
		if (!may_resume(g))
			return error_in(e, "%.*s: at byte %" PRIu64, STR_FMT(g->k.shown), s->at);
		int r = resume(g, e);
		if (r < 0)
			return r;
	}
}

/* For If-Range: strong validators only (RFC 9110 13.1.5). */
static void remember(struct get *g, const struct response *r)
{
	str etag = response_header(r, "ETag");
	uint64_t whole;

	if (etag.n && etag.n < 1024 && !str_starts(etag, STR("W/")))
		g->k.validator = arena_str(&g->k.arena, etag);
	if (r->status == 200) /* the whole, whatever was asked: a cut is counted from its start */
		g->k.q.offset = 0;
	if (r->status == 200 || (!g->k.q.end && !ckd_add(&whole, r->length, g->k.q.offset)))
		g->total = r->status == 200 ? r->length : whole;
	if (r->status != 200 && r->status != 206)
		g->k.q.resume = false;
}

static int open_until(struct client *c, const struct request *q, int64_t deadline_ms,
                      struct response *r, struct stream **out, struct error *e)
{
	static const struct stream_ops ops = { get_read, get_free };
	struct get *g = calloc(1, sizeof *g);
	int rc;

	if (!g)
		abort();
	g->s.ops = &ops;
	g->k.deadline_ms = deadline_ms;
	g->client = c;
	g->total = UINT64_MAX;
	rc = ask_init(&g->k, c, q, e);
	if (!rc) {
		g->k.lane = lane_take(c);
		rc = ask_send(&g->k, q->offset, r, e);
	}
	if (rc < 0) {
		get_free(&g->s);
		return rc;
	}
	remember(g, r);
	*out = &g->s;
	return 0;
}

int client_open(struct client *c, const struct request *q, struct response *r, struct stream **out,
                struct error *e)
{
	return open_until(c, q, 0, r, out, e);
}

/* 1 when the connection broke and another try may do better. */
static int read_document(struct client *c, const struct request *q, struct response *r,
                         struct buf *body, struct error *e)
{
	int64_t deadline_ms = time_mono_ms() + (int64_t)c->timeout_s * 1000 * DOCUMENT_SILENCES;
	struct stream *s cleanup(stream_cleanup) = NULL;
	ssize_t got;
	int rc = open_until(c, q, deadline_ms, r, &s, e);

	if (rc < 0)
		return rc;
	do {
		char piece[16 << 10];
		got = stream_read(s, piece, sizeof piece, e);
		if (got > 0)
			buf_add(body, str_mem(piece, (size_t)got));
		if (body->failed)
			return error_set(e, ERR_LIMIT, "%.*s: larger than %zu bytes",
			                 STR_FMT(((struct get *)s)->k.shown), body->max_bytes);
	} while (got > 0);
	return got < 0 && ((struct get *)s)->k.fault == FAULT_CUT ? 1 : (int)got;
}

int client_document(struct client *c, const struct request *q, size_t max_bytes, struct response *r,
                    struct buf *body, struct error *e)
{
	struct request whole = *q;
	int rc = 1;

	whole.resume = false; /* a document may change between two tries */
	for (unsigned i = 0; rc == 1 && i < (q->once ? 1 : DOCUMENT_TRIES); i++) {
		buf_done(body);
		*body = BUF(max_bytes);
		rc = read_document(c, &whole, r, body, e);
	}
	return rc == 1 ? e->code : rc;
}

int client_get(struct client *c, const char *url, struct stream **out, struct error *e)
{
	struct response r cleanup(response_done) = { 0 };
	struct request q = { .url = url };
	struct stream *s = NULL;
	int rc = client_open(c, &q, &r, &s, e);

	if (rc >= 0 && r.status != 200) {
		stream_free(s);
		return response_refused(&q, &r, e);
	}
	if (rc >= 0)
		*out = s;
	return rc;
}

int client_get_document(struct client *c, const char *url, size_t max_bytes, struct buf *body,
                        struct error *e)
{
	struct response r cleanup(response_done) = { 0 };
	struct request q = { .url = url };
	int rc = client_document(c, &q, max_bytes, &r, body, e);

	return rc >= 0 && r.status != 200 ? response_refused(&q, &r, e) : rc;
}
