#include "net/ask.h"
#include "base/time.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

enum {
	REDIRECTS_MAX = 10,
	TRIES_MAX = 6,         /* of one request */
	REFUSALS_MAX = 3,      /* a token can run out while it is on its way */
	WAIT_TOTAL_MS = 60000, /* between them, all together */
	REQUEST_BYTES_MAX = 256 << 10,
};

void ask_say(const struct ask *k, const char *what)
{
	char line[1024];
	if (!k->client->note)
		return;
	snprintf(line, sizeof line, "%s %.*s: %s", k->q.method, STR_FMT(k->shown), what);
	k->client->note(k->client->note_ctx, line);
}

/* --- one request, redirects included --- */

static const char *copy_z(struct arena *a, const char *z)
{
	return z ? arena_str(a, str_c(z)).p : NULL;
}

/* RFC 9110 9.3.1: userinfo in an address is Basic credentials. */
static void authorize_by_userinfo(struct ask *k)
{
	size_t colon = str_chr(k->url.userinfo, ':');
	str user = url_unescape(&k->arena, str_upto(k->url.userinfo, colon));
	str password = url_unescape(&k->arena, str_from(k->url.userinfo, colon + 1));
	secret_basic(&k->authorization, user, password);
}

int ask_init(struct ask *k, const struct client *c, const struct request *q, struct error *e)
{
	str text;

	k->client = c;
	k->arena = ARENA(REQUEST_BYTES_MAX);
	k->q = *q;
	k->q.method = q->method ? copy_z(&k->arena, q->method) : "GET";
	k->q.accept = copy_z(&k->arena, q->accept);
	k->q.content_type = copy_z(&k->arena, q->content_type);
	k->q.content_range = copy_z(&k->arena, q->content_range);
	k->q.if_none_match = copy_z(&k->arena, q->if_none_match);
	k->q.if_modified_since = copy_z(&k->arena, q->if_modified_since);
	k->q.if_range = copy_z(&k->arena, q->if_range);
	text = arena_str(&k->arena, str_c(q->url));
	if (k->arena.failed)
		return error_set(e, ERR_LIMIT, "the request is too large");
	int r = url_parse(text, &k->url, e);
	if (r < 0)
		return r;
	k->shown = url_shown(&k->arena, &k->url);
	if (q->body.n)
		secret_set(&k->body, q->body);
	k->q.body = secret_view(&k->body);
	if (k->url.userinfo.n)
		authorize_by_userinfo(k);
	return 0;
}

/* curl_slist_append copies; a NULL back means that memory is gone. */
static void add_header(struct curl_slist **list, const char *name, str value)
{
	struct buf line cleanup(buf_done) = BUF(REQUEST_BYTES_MAX);
	struct curl_slist *longer;

	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ')
			return; /* no header smuggles another one */
	buf_printf(&line, "%s: %.*s", name, STR_FMT(value));
	buf_addc(&line, 0);
	if (line.failed || !(longer = curl_slist_append(*list, line.p)))
		abort();
	explicit_bzero(line.p, line.n);
	*list = longer;
}

static void free_headers(struct curl_slist *list)
{
	for (struct curl_slist *l = list; l; l = l->next)
		explicit_bzero(l->data, strlen(l->data));
	curl_slist_free_all(list);
}

static struct curl_slist *make_headers(const struct ask *k, uint64_t from, bool elsewhere)
{
	struct curl_slist *list = NULL;
	char range[64];

	if (k->q.accept)
		add_header(&list, "Accept", str_c(k->q.accept));
	if (k->q.content_type)
		add_header(&list, "Content-Type", str_c(k->q.content_type));
	if (k->q.content_range)
		add_header(&list, "Content-Range", str_c(k->q.content_range));
	if (k->q.body.n) /* libcurl would wait a second for leave to send it */
		add_header(&list, "Expect", (str){ 0 });
	if (secret_is_set(&k->authorization) && !elsewhere)
		add_header(&list, "Authorization", secret_view(&k->authorization));
	if (k->q.if_none_match)
		add_header(&list, "If-None-Match", str_c(k->q.if_none_match));
	if (k->q.if_modified_since)
		add_header(&list, "If-Modified-Since", str_c(k->q.if_modified_since));
	if (k->q.end)
		snprintf(range, sizeof range, "bytes=%" PRIu64 "-%" PRIu64, from, k->q.end - 1);
	else
		snprintf(range, sizeof range, "bytes=%" PRIu64 "-", from);
	if (from || k->q.end)
		add_header(&list, "Range", str_c(range));
	if (from) {
		if (k->validator.n)
			add_header(&list, "If-Range", k->validator);
		else if (k->q.if_range)
			add_header(&list, "If-Range", str_c(k->q.if_range));
	}
	return list;
}

/* May this address be asked, coming from that one (NULL: from the user)? */
static int permit(const struct client *c, const struct url *u, const struct url *from,
                  struct error *e)
{
	if (c->insecure || c->unix_socket)
		return 0;
	if (from && from->https && !u->https)
		return error_set(e, ERR_DENIED,
		                 "a redirect from https to plain http is not followed");
	if (from && url_is_loopback(u) && !url_is_loopback(from))
		return error_set(e, ERR_DENIED,
		                 "a redirect to this machine itself is not followed");
	if (!u->https && !c->plain_http && !url_is_loopback(u))
		return error_set(e, ERR_DENIED, "plain http to another machine needs --insecure");
	return 0;
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int send_once(struct ask *k, const struct url *u, uint64_t from, struct response *r,
                     const char **redirect, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(4 * URL_BYTES_MAX);
	struct curl_slist *headers = make_headers(k, from, r->elsewhere);
	bool elsewhere = r->elsewhere;
	struct wire w = {
		.url = url_text(&scratch, u).p,
		.method = k->q.method,
		.unix_socket = k->client->unix_socket,
		.ca_file = k->client->ca_file,
		.headers = headers,
		.body = k->q.body,
		.insecure = k->client->insecure,
		.loopback = url_is_loopback(u),
		.connect_s = k->client->connect_s,
		.timeout_s = k->client->timeout_s,
		.deadline_ms = k->deadline_ms,
	};
	int rc = transfer_new(k->lane, &w, r, &k->transfer, redirect, &k->fault, e);

	/* libcurl reads the list while it sends, which is over once the head is here */
	free_headers(headers);
	r->elsewhere = elsewhere;
	return rc;
}

static int exchange(struct ask *k, uint64_t from, struct response *r, struct error *e)
{
	struct arena hops cleanup(arena_done) = ARENA(REDIRECTS_MAX * 4 * URL_BYTES_MAX);
	struct url at = k->url, next;
	const char *redirect = NULL;
	int rc = permit(k->client, &at, NULL, e);

	k->fault = FAULT_FINAL;
	r->elsewhere = false;
	for (unsigned hop = 0; rc >= 0; hop++) {
		rc = send_once(k, &at, from, r, &redirect, e);
		if (rc < 0 || !is_redirect(r->status) || !redirect || k->q.body.p)
			break;
		k->fault = FAULT_FINAL;
		if (hop == REDIRECTS_MAX) {
			rc = error_set(e, ERR_UPSTREAM, "more than %d redirects", REDIRECTS_MAX);
		} else if (url_parse(arena_str(&hops, str_c(redirect)), &next, e) < 0) {
			e->code = rc = ERR_UPSTREAM;
			error_in(e, "a redirect");
		} else {
			rc = permit(k->client, &next, &at, e);
			r->elsewhere = r->elsewhere || !url_same_origin(&k->url, &next);
			at = next;
		}
		transfer_finish(take(k->transfer), r);
	}
	return rc < 0 ? error_in(e, "%.*s", STR_FMT(url_shown(&hops, &at))) : 0;
}

/* --- and again, when that may help --- */

static bool is_busy(int status)
{
	return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/* What the server asks for (RFC 9110 10.2.3: seconds or a date), or -1. */
static int64_t retry_after_ms(const struct response *r)
{
	str text = response_header(r, "Retry-After");
	uint64_t s;
	int64_t when;

	if (str_u64(text, &s))
		return (int64_t)MIN(s, (uint64_t)INT32_MAX) * 1000;
	if (time_parse_http(
	            text,
	            &when)) /* against the clock on the wall, whatever SOURCE_DATE_EPOCH says */
		return MAX(when - (int64_t)time(NULL), (int64_t)0) * 1000;
	return -1;
}

/* Half a second, doubled each time, less up to a half so that many clients do not march in step. */
int64_t ask_back_off_ms(unsigned tries)
{
	int64_t most = 500ll << MIN(tries, 6u);
	uint16_t dice = 0;
	if (getrandom(&dice, sizeof dice, GRND_NONBLOCK) < 0)
		dice = 0;
	return most - most * dice / 65536 / 2;
}

void ask_sleep_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
	while (nanosleep(&t, &t) < 0)
		;
}

struct patience {
	unsigned tries;
	int64_t waited_ms;
};

/* Waits before the next try; false when patience is at its end. */
static bool wait_more(struct ask *k, struct patience *p, int64_t asked_ms, const char *why)
{
	int64_t ms = asked_ms >= 0 ? MAX(asked_ms, (int64_t)50) : ask_back_off_ms(p->tries);
	char line[600];

	if (k->q.once || ++p->tries >= TRIES_MAX || p->waited_ms + ms > WAIT_TOTAL_MS)
		return false;
	snprintf(line, sizeof line, "%s: again in %.1f s", why, (double)ms / 1000);
	ask_say(k, line);
	p->waited_ms += ms;
	ask_sleep_ms(ms);
	return true;
}

static int busy_error(const struct request *q, const struct response *r, struct error *e)
{
	str after = response_header(r, "Retry-After");
	size_t used;

	response_refused(q, r, e);
	used = strlen(e->msg);
	if (after.n)
		snprintf(e->msg + used, sizeof e->msg - used, " (come back after: %.*s)",
		         STR_FMT(after));
	return e->code = ERR_UPSTREAM;
}

/* 1 when there is something new to say: the same again would be refused again. */
static int authorize_again(struct ask *k, const struct response *refused, struct error *e)
{
	struct secret before cleanup(secret_done) = { 0 };
	int rc;

	secret_set(&before, secret_view(&k->authorization));
	rc = k->q.authorize(k->q.authorize_ctx, refused, &k->authorization, e);
	return rc > 0 ? !str_eq(secret_view(&before), secret_view(&k->authorization)) : rc;
}

int ask_send(struct ask *k, uint64_t from, struct response *r, struct error *e)
{
	struct patience p = { 0 };
	unsigned refusals = 0;
	char why[64];
	int rc = 0;

	if (k->q.authorize && !secret_is_set(&k->authorization))
		rc = k->q.authorize(k->q.authorize_ctx, NULL, &k->authorization, e);
	while (rc >= 0) {
		rc = exchange(k, from, r, e);
		if (rc < 0) {
			bool again = k->fault == FAULT_CUT || (k->fault == FAULT_CONNECT && from);
			if (!again || !wait_more(k, &p, -1, "the connection broke"))
				break;
			rc = 0;
		} else if (r->status == 401 && k->q.authorize && !r->elsewhere &&
		           refusals++ < REFUSALS_MAX) {
			rc = authorize_again(k, r, e);
			if (!rc)
				return 0; /* the 401 is the answer */
			transfer_finish(take(k->transfer), r);
		} else if (is_busy(r->status)) {
			snprintf(why, sizeof why, "status %d", r->status);
			transfer_finish(take(k->transfer), r);
			if (!wait_more(k, &p, retry_after_ms(r), why))
				return busy_error(&k->q, r, e);
		} else {
			return 0;
		}
	}
	return rc;
}

void ask_done(struct ask *k)
{
	transfer_free(k->transfer);
	secret_done(&k->authorization);
	secret_done(&k->body);
	arena_done(&k->arena);
}
