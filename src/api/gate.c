#include "api/gate.h"
#include "api/answer.h"
#include "api/frame.h"
#include "api/login.h"
#include "base/log.h"
#include "center/sessions.h"
#include "center/tokens.h"
#include <openssl/crypto.h>

static struct caller *new_caller(struct call *c)
{
	struct caller *who = arena_new(c->arena, struct caller);

	if (who)
		c->caller = who;
	return who;
}

/* 401 as Azure says it (RFC 6750 3): which sign-in, and what was wrong. */
static int unknown(struct call *c, const char *code, const char *error, const char *message)
{
	str base = answer_base(c);

	exchange_add(c->x, "WWW-Authenticate",
	             error ? arena_printf(c->arena,
	                                  "Bearer authorization_uri=\"%.*s/login\", error=\"%s\", "
	                                  "error_description=\"%s\"",
	                                  STR_FMT(base), error, message)
	                   : arena_printf(c->arena, "Bearer authorization_uri=\"%.*s/login\"",
	                                  STR_FMT(base)));
	c->refused = true;
	answer_fail(c, 401, code, "%s", message);
	return 1;
}

static int by_token(struct call *c, str header, struct error *e)
{
	str scheme = str_upto(header, str_chr(header, ' '));
	str text = str_trim(str_from(header, scheme.n));
	struct caller found = { 0 }, *who;
	bool ended = false;
	int r;

	if (!str_eq_nocase(scheme, STR("Bearer")))
		return unknown(c, "InvalidAuthenticationToken", "invalid_request",
		               "the authorization is not a bearer token");
	r = tokens_find(c->center, text, c->arena, &found, &ended, e);
	if (r < 0)
		return r;
	if (!r && ended)
		return unknown(c, "ExpiredAuthenticationToken", "invalid_token",
		               "the token has ended");
	if (!r)
		return unknown(c, "InvalidAuthenticationToken", "invalid_token",
		               "the token is not known");
	who = new_caller(c);
	if (!who)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	*who = found;
	return 0;
}

static bool changes(const struct call *c)
{
	enum method m = c->x->method;
	return m != METHOD_GET && m != METHOD_HEAD && m != METHOD_OPTIONS;
}

/* A browser sends the cookie whoever wrote the page; only ours knows what stands beside it. */
static bool is_forged(const struct call *c, const struct caller *who)
{
	str told = exchange_header(c->x, "X-CSRF-Token");

	return changes(c) && (told.n != who->csrf.n || !told.n ||
	                      CRYPTO_memcmp(told.p, who->csrf.p, told.n) != 0);
}

static int by_session(struct call *c, str cookie, struct error *e)
{
	struct caller found = { 0 }, *who;
	int r = sessions_find(c->center, cookie, c->arena, &found, e);

	if (r < 0)
		return r;
	if (!r) {
		login_forget_cookie(c);
		return unknown(c, "ExpiredAuthenticationToken", "invalid_token",
		               "the session has ended");
	}
	who = new_caller(c);
	if (!who)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	*who = found;
	if (is_forged(c, who)) {
		answer_fail(c, 403, "CsrfTokenInvalid",
		            "a change from a browser needs the header X-CSRF-Token of its session");
		return 1;
	}
	return 0;
}

/* Is it alive, is it ready: said to everybody, and at once, when the store that knows callers does not answer too */
static bool is_for_all(const struct call *c)
{
	str pattern = str_c(c->route->pattern.pattern);
	return c->route->family == FAMILY_OPS && !str_eq(pattern, STR("/metrics"));
}

int gate_identify(struct call *c, struct error *e)
{
	str header = exchange_header(c->x, "Authorization"), cookie = login_cookie(c);

	if (c->route->family == FAMILY_HOOK || c->route->family == FAMILY_LOGIN)
		return 0; /* they look themselves */
	if (is_for_all(c))
		return 0;
	if (header.n)
		return by_token(c, header, e);
	if (cookie.n && c->route->family != FAMILY_AGENT)
		return by_session(c, cookie, e);
	return 0;
}

static bool has_segment(str *path, const char *name, str *value)
{
	str n = str_c(name), rest;

	if (!str_eq_nocase(str_upto(*path, n.n), n))
		return false;
	rest = str_from(*path, n.n);
	*value = str_upto(rest, str_chr(rest, '/'));
	*path = str_from(rest, value->n);
	return value->n > 0;
}

str gate_scope(const struct call *c)
{
	str scope = route_part(&c->match, "scope"), sub = route_part(&c->match, "subscription");
	str group = route_part(&c->match, "group"), path, value;

	if (scope.n)
		return arena_lower(c->arena, arena_concat(c->arena, STR("/"), scope));
	path = c->x->path;
	if (sub.n && has_segment(&path, "/subscriptions/", &value)) {
		scope = arena_concat(c->arena, STR("/subscriptions/"), sub);
		if (group.n)
			scope = arena_join(c->arena, scope, STR("/resourcegroups/"), group);
		return arena_lower(c->arena, scope);
	}
	return STR("/");
}

static bool is_reading(const char *action)
{
	return str_ends(str_c(action), STR("/read"));
}

int gate_check(struct call *c, const char *action, str scope, struct error *e)
{
	enum access may;

	(void)e;
	if (c->caller->kind == CALLER_NOBODY)
		return unknown(c, "AuthenticationFailed", NULL,
		               "a bearer token, or a session of a browser, is needed");
	may = access_at(c->caller, action, scope);
	if (may == ACCESS_WHOLE || (may == ACCESS_PART && is_reading(action)))
		return 0;
	c->refused = true;
	if (may == ACCESS_UNSEEN && scope.n > 1) {
		str sub = scope_subscription(scope);
		if (sub.n && sub.n + sizeof "/subscriptions" == scope.n)
			answer_fail(c, 404, "SubscriptionNotFound",
			            "the subscription '%.*s' could not be found", STR_FMT(sub));
		else
			answer_fail(c, 404, "ResourceNotFound", "'%.*s' could not be found",
			            STR_FMT(scope));
		return 1;
	}
	answer_fail(c, 403, "AuthorizationFailed",
	            "the client '%.*s' does not have authorization to perform action '%s' over "
	            "scope '%.*s'",
	            STR_FMT(c->caller->name), action, STR_FMT(scope));
	return 1;
}

int gate_admit(struct call *c, struct error *e)
{
	enum family f = c->route->family;

	if (c->route->action)
		return gate_check(c, c->route->action, gate_scope(c), e);
	if (c->caller->kind == CALLER_NOBODY &&
	    (f == FAMILY_AZURE || f == FAMILY_V1 || f == FAMILY_AGENT))
		return unknown(c, "AuthenticationFailed", NULL,
		               "a bearer token, or a session of a browser, is needed");
	return 0;
}
