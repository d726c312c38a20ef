#include "api/login.h"
#include "api/answer.h"
#include "api/frame.h"
#include "api/loginpage.h"
#include "base/log.h"
#include "center/sessions.h"
#include "center/tokens.h"
#include <stdio.h>

#define COOKIE "__Host-plimsoll"

/* --- the cookie --- */

str login_cookie(const struct call *c)
{
	str header = exchange_header(c->x, "Cookie"), one, name = STR(COOKIE "=");

	while (str_split(&header, ';', &one)) {
		one = str_trim(one);
		if (str_starts(one, name))
			return str_from(one, name.n);
	}
	return (str){ 0 };
}

void login_set_cookie(struct call *c, str session)
{
	exchange_add(c->x, "Set-Cookie",
	             arena_printf(c->arena, COOKIE "=%.*s; Path=/; Secure; HttpOnly; SameSite=Lax",
	                          STR_FMT(session)));
}

void login_forget_cookie(struct call *c)
{
	exchange_add(c->x, "Set-Cookie",
	             STR(COOKIE "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
}

/* --- routes --- */

static int show(struct call *c, struct error *e)
{
	struct caller who = { 0 };
	str link, cookie = login_cookie(c);
	int r = call_param(c, "link", &link, e);

	if (r >= 0 && cookie.n && !link.n)
		r = sessions_find(c->center, cookie, c->arena, &who, e);
	if (r < 0)
		return r;
	if (who.kind == CALLER_SESSION)
		loginpage_signed_in(c, &who);
	else
		loginpage_sign_in(c, link, c->api->oidc != NULL, NULL);
	return 0;
}

/* Another site's page sends its own origin, and browsers say so. */
static bool is_from_elsewhere(struct call *c)
{
	str origin = exchange_header(c->x, "Origin"),
	    site = exchange_header(c->x, "Sec-Fetch-Site");

	return (site.n && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none"))) ||
	       (origin.n && !str_eq_nocase(origin, answer_base(c)));
}

static int elsewhere(struct call *c)
{
	return answer_fail(c, 403, "CrossSiteRequest", "this form is only for our own pages");
}

static void go(struct call *c, const char *path)
{
	exchange_add(c->x, "Location", str_c(path));
	c->x->status = 303;
}

static int refuse(struct call *c, const char *why)
{
	c->refused = true;
	loginpage_sign_in(c, (str){ 0 }, c->api->oidc != NULL, why);
	c->x->status = 401;
	return 0;
}

/* 1 and the session's text; 0: no. */
static int by_token(struct call *c, str token, struct secret *cookie, struct error *e)
{
	struct session_order o = { 0 };
	struct caller who = { 0 };
	bool ended;
	int r = tokens_find(c->center, token, c->arena, &who, &ended, e);

	if (r != 1 || who.kind != CALLER_TOKEN)
		return MIN(r, 0);
	o.subject = who.name;
	o.token_id = who.id;
	r = sessions_open(c->center, &o, c->x->peer, cookie, e);
	return r < 0 ? r : 1;
}

static int enter(struct call *c, struct error *e)
{
	struct secret cookie = { 0 };
	str link, token;
	int r;

	if (is_from_elsewhere(c))
		return elsewhere(c);
	r = query_param(c->x->body, "link", c->arena, &link, e);
	if (r >= 0)
		r = query_param(c->x->body, "token", c->arena, &token, e);
	if (r >= 0)
		r = link.n ? logins_follow(c->center, link, c->x->peer, &cookie, e)
		           : by_token(c, str_trim(token), &cookie, e);
	if (r < 0)
		return r;
	if (!r)
		return refuse(c, link.n ? "This link was used, or it is too old."
		                        : "This token is not known, or it has ended.");
	login_set_cookie(c, secret_view(&cookie));
	secret_done(&cookie);
	go(c, "/login");
	return 0;
}

static int leave(struct call *c, struct error *e)
{
	str cookie = login_cookie(c);
	int r = 0;

	if (is_from_elsewhere(c))
		return elsewhere(c);
	if (cookie.n)
		r = sessions_close(c->center, cookie, e);
	login_forget_cookie(c);
	go(c, "/login");
	return r;
}

static const struct route rows[] = {
	// clang-format off
	{ { METHOD_GET,  "/login",               false }, FAMILY_LOGIN, show,          NULL, NULL, NULL, NULL, NULL },
	{ { METHOD_POST, "/login",               false }, FAMILY_LOGIN, enter,         NULL, NULL, NULL, NULL, NULL },
	{ { METHOD_POST, "/logout",              false }, FAMILY_LOGIN, leave,         NULL, NULL, NULL, NULL, NULL },
	// clang-format on
};
const struct route_set login_routes = { "/", FAMILY_LOGIN, rows, LEN(rows) };
