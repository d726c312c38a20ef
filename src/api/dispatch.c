/* api/dispatch.c — the way of every call: request id, limits, the route, who calls and may he, the
 * handler, what is told of it in the log and in the audit log. */
#include "api/answer.h"
#include "api/api.h"
#include "api/frame.h"
#include "api/gate.h"
#include "api/oidc.h"
#include "api/throttle.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "center/auditlog.h"
#include <stdio.h>
#include <sys/random.h>

enum { RATE_CALLER = 6000, RATE_ADDRESS = 1200, RATE_NOTES = 120 };

static const struct caller nobody = { 0 };
static const struct route no_route = { .family = FAMILY_OPS };

/* --- what every answer carries --- */

static bool is_guid(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '-' &&
		    !((unsigned)((s.p[i] | 32) - 'a') < 6 || (unsigned)(s.p[i] - '0') < 10))
			return false;
	return s.n == 36;
}

static void name_request(struct call *c)
{
	str told = exchange_header(c->x, "x-ms-correlation-request-id");
	uint8_t b[16] = { 0 };

	if (getrandom(b, sizeof b, 0) != sizeof b)
		memcpy(b, &c->x->number, sizeof c->x->number);
	b[6] = (b[6] & 15) | 0x40; /* RFC 9562 5.4 */
	b[8] = (b[8] & 63) | 0x80;
	c->id = arena_printf(c->arena,
	                     "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	                     b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	                     b[11], b[12], b[13], b[14], b[15]);
	exchange_add(c->x, "x-ms-request-id", c->id);
	exchange_add(c->x, "x-ms-correlation-request-id", is_guid(told) ? told : c->id);
	exchange_add(c->x, "X-Request-Id", c->id);
}

static void guard(struct call *c)
{
	if (c->x->https)
		exchange_add(c->x, "Strict-Transport-Security", STR("max-age=31536000"));
	exchange_add(c->x, "X-Content-Type-Options", STR("nosniff"));
	exchange_add(c->x, "Referrer-Policy", STR("same-origin"));
	exchange_add(c->x, "X-Frame-Options", STR("DENY"));
}

/* Headers that a handler may have a say in, once its answer is known. */
static void finish(struct call *c)
{
	struct exchange *x = c->x;
	bool page = x->type && str_starts(str_c(x->type), STR("text/html"));

	if (!x->status)
		x->status = 200;
	if (!page)
		exchange_add(x, "Content-Security-Policy",
		             STR("default-src 'none'; frame-ancestors 'none'"));
	if (!c->cacheable)
		exchange_add(x, "Cache-Control", STR("no-store"));
}

/* --- limits --- */

/* An IPv6 subscriber has a whole /64. */
static str address_key(str peer)
{
	unsigned colons = 0;

	if (str_chr(peer, ':') == peer.n || str_chr(peer, '.') < peer.n)
		return peer;
	for (size_t i = 0; i < peer.n; i++)
		if (peer.p[i] == ':' && ++colons == 4)
			return str_upto(peer, i);
	return peer;
}

static bool throttled(struct call *c, unsigned wait_s)
{
	exchange_add(c->x, "Retry-After", arena_printf(c->arena, "%u", wait_s));
	answer_fail(c, 429, "TooManyRequests", "too many requests; try again in %u s", wait_s);
	return true;
}

/* Who was refused too often from one address waits, whoever he says he is. */
static bool address_is_spent(struct call *c)
{
	unsigned left, wait_s;

	return !throttle_take(c->api->throttle, 'a', address_key(c->x->peer), c->api->rate_address,
	                      0, time_mono_ms(), &left, &wait_s) &&
	       throttled(c, wait_s);
}

static bool caller_is_spent(struct call *c)
{
	bool reads = c->x->method == METHOD_GET || c->x->method == METHOD_HEAD;
	unsigned left, wait_s;

	if (c->caller->kind == CALLER_NOBODY)
		return false;
	if (!throttle_take(c->api->throttle, reads ? 'r' : 'w', c->caller->name,
	                   c->api->rate_caller, 1, time_mono_ms(), &left, &wait_s))
		return throttled(c, wait_s);
	if (c->route->family == FAMILY_AZURE)
		exchange_add(c->x,
		             reads ? "x-ms-ratelimit-remaining-subscription-reads"
		                   : "x-ms-ratelimit-remaining-subscription-writes",
		             arena_printf(c->arena, "%u", left));
	return false;
}

/* --- the route --- */

static bool begins(str path, const char *prefix)
{
	str p = str_c(prefix);
	return str_eq_nocase(str_upto(path, p.n), p);
}

static int find_route(struct call *c, const struct route_set **nearest, unsigned *allowed)
{
	struct route_match m = { 0 };

	*nearest = NULL;
	*allowed = 0;
	for (const struct route_set *const *s = api_route_sets; *s; s++) {
		if (!begins(c->x->path, (*s)->prefix))
			continue;
		if (*nearest && strlen((*nearest)->prefix) > strlen((*s)->prefix))
			break; /* what belongs to a family is not looked for in others */
		if (route_find((*s)->rows, sizeof(struct route), (*s)->n, c->x->method, c->x->path,
		               &m)) {
			c->match = m;
			c->route = &(*s)->rows[m.row];
			return 1;
		}
		if (!*nearest || m.allowed)
			*nearest = *s;
		*allowed |= m.allowed;
	}
	return 0;
}

static void no_such_route(struct call *c, unsigned allowed)
{
	struct buf b cleanup(buf_done) = BUF(256);

	if (!allowed) {
		answer_fail(c, 404, "ResourceNotFound", "there is nothing at this path");
		return;
	}
	for (enum method m = 0; m < METHOD_COUNT; m++)
		if (allowed >> m & 1)
			buf_printf(&b, "%s%s", b.n ? ", " : "", method_name(m));
	exchange_add(c->x, "Allow", buf_view(&b));
	answer_fail(c, 405, "MethodNotAllowed", "this path does not take %s",
	            method_name(c->x->method));
}

/* 2021-06-01 or 2019-01-01-preview */
static bool is_api_version(str s)
{
	static const char shape[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof shape - 1; i++)
		if (i >= s.n || (shape[i] == '-' ? s.p[i] != '-' : (unsigned)(s.p[i] - '0') > 9))
			return false;
	s = str_from(s, sizeof shape - 1);
	return !s.n || str_eq_nocase(s, STR("-preview"));
}

static int check_api_version(struct call *c, struct error *e)
{
	int r = call_param(c, "api-version", &c->api_version, e);

	if (r < 0)
		return r;
	if (!c->api_version.n)
		answer_fail(c, 400, "MissingApiVersionParameter",
		            "the api-version query parameter (?api-version=) is required for all "
		            "requests");
	else if (!is_api_version(c->api_version))
		answer_fail(c, 400, "InvalidApiVersionParameter",
		            "the api-version '%.*s' is invalid", STR_FMT(c->api_version));
	return c->answered;
}

/* What a route does not know is refused: a misspelt filter must not be a list of everything. */
static int check_params(struct call *c, struct error *e)
{
	str rest = c->x->query, name, value;
	int r;

	while ((r = query_next(&rest, c->arena, &name, &value, e)) == 1) {
		const struct param *p = c->route->params;
		while (p && p->name && !str_eq(str_c(p->name), name))
			p++;
		if (!p || !p->name)
			return answer_fail_at(c, 400, "InvalidQueryParameter", "query",
			                      "there is no query parameter '%.*s' here",
			                      STR_FMT(str_upto(name, 64))) +
			       1;
	}
	return r;
}

/* Each step gives 0 to go on, 1 when the call is answered, below 0 an error. */
static int run(struct call *c, struct error *e)
{
	int r = gate_identify(c, e);

	if (r == 0 && caller_is_spent(c))
		return 1;
	if (r == 0)
		r = gate_admit(c, e);
	if (r == 0 && c->route->family == FAMILY_AZURE)
		r = check_api_version(c, e);
	if (r == 0 && c->route->family == FAMILY_V1)
		r = check_params(c, e);
	return r == 0 ? c->route->handler(c, e) : r;
}

/* --- what is told of it --- */

/* Those whom nobody knows write no more than so many lines a minute: the audit log is not theirs to
 * fill. */
static bool worth_a_note(struct call *c)
{
	unsigned left, wait_s;

	return c->caller->kind != CALLER_NOBODY ||
	       throttle_take(c->api->throttle, 'n', address_key(c->x->peer), RATE_NOTES, 1,
	                     time_mono_ms(), &left, &wait_s);
}

/* "/hooks/main" of "/hooks/main/…" */
static str hook_target(str path)
{
	size_t from = MIN(path.n, sizeof "/hooks/" - 1);

	return str_upto(path, from + str_chr(str_from(path, from), '/'));
}

static void note_refusal(struct call *c)
{
	struct audit entry = { .actor = c->caller->name,
		               .peer = c->x->peer,
		               .outcome = AUDIT_REFUSED };
	struct error e = { 0 };

	entry.target = str_upto(c->x->path, 2048);
	if (c->route->family == FAMILY_HOOK) /* what stands behind the first name may be a secret */
		entry.target = hook_target(entry.target);
	entry.action =
	        c->route->action
	                ? str_c(c->route->action)
	                : arena_printf(c->arena, "%s %s", method_name(c->x->method),
	                               c->route->pattern.pattern ? c->route->pattern.pattern : "");
	entry.detail = arena_printf(c->arena, "{\"status\":%d,\"request\":\"%.*s\"}", c->x->status,
	                            STR_FMT(c->id));
	if (worth_a_note(c) && auditlog_note(c->center, &entry, &e) < 0)
		log_error("audit.failed", KVS("request", c->id), KV("why", e.msg));
}

static void tell(struct call *c, int64_t began_ms)
{
	char status[16], took[32];
	unsigned left, wait_s;

	snprintf(status, sizeof status, "%d", c->x->status);
	snprintf(took, sizeof took, "%lld", (long long)(time_mono_ms() - began_ms));
	log_info("api.request", KV("method", method_name(c->x->method)),
	         KV("route", c->route->pattern.pattern ? c->route->pattern.pattern : "-"),
	         KV("status", status), KV("ms", took), KVS("who", c->caller->name),
	         KVS("peer", c->x->peer), KVS("request", c->id));
	atomic_fetch_add(&c->api->answered[c->route->family][c->x->status / 100 % 6], 1);
	if (c->x->status == 401)
		atomic_fetch_add(&c->api->unknown, 1);
	if (c->refused)
		note_refusal(c);
	if (c->refused || c->x->status == 401 || c->route->family == FAMILY_LOGIN ||
	    (c->x->status == 404 && c->caller->kind == CALLER_NOBODY))
		(void)throttle_take(c->api->throttle, 'a', address_key(c->x->peer),
		                    c->api->rate_address, 1, time_mono_ms(), &left, &wait_s);
}

void api_answer(void *ctx, struct exchange *x)
{
	struct api *a = ctx;
	struct call c = { .api = a,
		          .center = a->center,
		          .x = x,
		          .route = &no_route,
		          .caller = &nobody,
		          .arena = x->arena };
	int64_t began_ms = time_mono_ms();
	const struct route_set *nearest;
	struct error e = { 0 };
	unsigned allowed;
	int r = 0;

	name_request(&c);
	guard(&c);
	if (!address_is_spent(&c)) {
		if (!find_route(&c, &nearest, &allowed))
			no_such_route(&c, allowed);
		else if (a->ops_only && c.route->family != FAMILY_OPS)
			answer_fail(&c, 404, "ResourceNotFound",
			            "this process works and answers nothing but /healthz, /readyz "
			            "and /metrics");
		else
			r = run(&c, &e);
	}
	if (r < 0)
		answer_error(&c, &e);
	if (x->arena->failed)
		answer_fail(&c, 413, "RequestTooLarge",
		            "the request needs more memory than one may have");
	finish(&c);
	tell(&c, began_ms);
	json_free(c.json);
}

/* --- begin and end --- */

/* A route whose action is in no role's reach is a mistake of ours. */
static int check_routes(struct error *e)
{
	for (const struct route_set *const *s = api_route_sets; *s; s++)
		for (size_t i = 0; i < (*s)->n; i++) {
			const struct route *row = &(*s)->rows[i];
			if (!row->handler || (row->action && !access_knows(row->action)))
				return error_set(
				        e, ERR_SYSTEM, "route %s: no role knows its action %s",
				        row->pattern.pattern, row->action ? row->action : "");
		}
	return 0;
}

int api_new(const struct api_options *o, struct api **out, struct error *e)
{
	struct api *a;
	int r = check_routes(e);

	if (r < 0)
		return r;
	if (!(a = calloc(1, sizeof *a)))
		abort();
	a->center = o->center;
	a->kept = (struct kept_metrics){ .lock = PTHREAD_MUTEX_INITIALIZER, .text = BUF(1 << 20) };
	a->throttle = throttle_new();
	a->db_path = o->db_path;
	a->behind_proxy = o->behind_proxy;
	a->ops_only = o->ops_only;
	a->rate_caller = o->rate_caller ? o->rate_caller : RATE_CALLER;
	a->rate_address = o->rate_address ? o->rate_address : RATE_ADDRESS;
	if (o->oidc && (r = oidc_new(o->oidc, &a->oidc, e)) < 0) {
		api_free(a);
		return r;
	}
	*out = a;
	return 0;
}

void api_attach_work(struct api *a, struct work *w)
{
	atomic_store(&a->work, w);
}

void api_free(struct api *a)
{
	if (!a)
		return;
	oidc_free(a->oidc);
	throttle_free(a->throttle);
	buf_done(&a->kept.text);
	free(a);
}
