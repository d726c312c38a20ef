#include "api/oidc.h"
#include "api/answer.h"
#include "api/frame.h"
#include "api/login.h"
#include "api/loginpage.h"
#include "api/oidcprovider.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"
#include "center/sessions.h"
#include "net/url.h"
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>

#define COOKIE "__Host-plimsoll-oidc"

enum { RANDOM_BYTES = 32 };

/* --- settings --- */

static int read_rule(struct oidc *o, const struct oidc_rule *r, struct error *e)
{
	struct rule *x = &o->rules[o->rules_n];
	int code;

	if (o->rules_n == OIDC_RULES_MAX)
		return error_set(e, ERR_USAGE, "more than %d roles of claims", OIDC_RULES_MAX);
	if (!role_parse(str_c(r->role), &x->grant.role) || x->grant.role == ROLE_AGENT)
		return error_set(e, ERR_USAGE, "there is no role \"%s\" for people", r->role);
	code = scope_parse(str_c(r->scope), &o->arena, &x->grant.scope, e);
	if (code < 0)
		return code;
	x->claim = arena_str(&o->arena, str_c(r->claim));
	x->value = arena_str(&o->arena, str_c(r->value));
	if (!x->claim.n || !x->value.n)
		return error_set(e, ERR_USAGE, "a role of a claim is CLAIM=VALUE:ROLE[@SCOPE]");
	o->rules_n++;
	return 0;
}

static int read_secret(const char *file, struct secret *out, struct error *e)
{
	char text[4096];
	FILE *f = fopen(file, "re");
	size_t n = f ? fread(text, 1, sizeof text, f) : 0;

	if (!f)
		return error_set(e, ERR_USAGE, "the client's secret %s cannot be read", file);
	fclose(f);
	secret_set(out, str_trim(str_mem(text, n)));
	explicit_bzero(text, sizeof text);
	return n && n < sizeof text ? 0 : error_set(e, ERR_USAGE, "%s: no client's secret", file);
}

int oidc_new(const struct oidc_options *p, struct oidc **out, struct error *e)
{
	struct client_options net = { .ca_file = p->ca_file, .connect_s = 10, .timeout_s = 10 };
	struct oidc *o = calloc(1, sizeof *o);
	int r = 0;

	if (!o)
		abort();
	o->arena = ARENA(1 << 20);
	o->kept = ARENA(4 << 20);
	pthread_mutex_init(&o->lock, NULL);
	o->issuer = arena_str(&o->arena, str_c(p->issuer));
	o->client_id = arena_str(&o->arena, str_c(p->client_id));
	o->redirect_uri = arena_str(&o->arena, str_c(p->redirect_uri));
	o->scopes = arena_concat(&o->arena, STR("openid "),
	                         str_c(p->scopes ? p->scopes : "profile email"));
	o->name_claim = arena_str(&o->arena, str_c(p->name_claim));
	if (!o->client_id.n)
		r = error_set(e, ERR_USAGE, "OpenID Connect needs a client id");
	if (r >= 0)
		r = oidcprovider_address(o->issuer, "the issuer", e);
	if (r >= 0 && p->client_secret_file)
		r = read_secret(p->client_secret_file, &o->client_secret, e);
	for (size_t i = 0; r >= 0 && i < p->rules_n; i++)
		r = read_rule(o, &p->rules[i], e);
	if (r >= 0)
		r = client_new(&net, &o->client, e);
	if (r < 0) {
		oidc_free(o);
		return r;
	}
	*out = o;
	return 0;
}

void oidc_free(struct oidc *o)
{
	if (!o)
		return;
	client_free(o->client);
	secret_done(&o->client_secret);
	pthread_mutex_destroy(&o->lock);
	arena_done(&o->arena);
	arena_done(&o->kept);
	free(o);
}

/* --- going there --- */

static str random_text(struct arena *a)
{
	uint8_t bytes[RANDOM_BYTES];

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		abort();
	return base64url_encode(a, str_mem(bytes, sizeof bytes));
}

static str sealed_doc(struct arena *a, str state, str nonce, str verifier, str redirect)
{
	struct buf b cleanup(buf_done) = BUF(16 << 10);
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_object(&j, NULL);
	jsonout_str(&j, "state", state);
	jsonout_str(&j, "nonce", nonce);
	jsonout_str(&j, "verifier", verifier);
	jsonout_str(&j, "redirect", redirect);
	jsonout_end(&j);
	return arena_str(a, buf_view(&b));
}

static void set_cookie(struct call *c, str text)
{
	exchange_add(c->x, "Set-Cookie",
	             arena_printf(c->arena,
	                          COOKIE
	                          "=%.*s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%d",
	                          STR_FMT(text), text.n ? LOGIN_S : 0));
}

static str get_cookie(const struct call *c)
{
	str header = exchange_header(c->x, "Cookie"), one, name = STR(COOKIE "=");

	while (str_split(&header, ';', &one)) {
		one = str_trim(one);
		if (str_starts(one, name))
			return str_from(one, name.n);
	}
	return (str){ 0 };
}

static int refuse(struct call *c, int status, const char *why)
{
	loginpage_sign_in(c, (str){ 0 }, true, why);
	c->x->status = status;
	c->refused = status == 401 || status == 403;
	return 0;
}

static int unavailable(struct call *c, const struct error *e)
{
	log_error("oidc.provider", KVS("request", c->id), KV("why", e->msg));
	return refuse(c, 502,
	              "Your organisation's sign-in does not answer. Try again in a minute.");
}

static int start(struct call *c, struct error *e)
{
	struct oidc *o = c->api->oidc;
	struct arena *a = c->arena;
	struct buf to cleanup(buf_done) = BUF(16 << 10);
	struct secret text = { 0 };
	struct provider p = { 0 };
	str state = random_text(a), nonce = random_text(a), verifier = random_text(a), redirect;
	struct digest hash = digest_of(verifier);
	int r;

	if (!o)
		return error_set(e, ERR_NOTFOUND, "nobody set up OpenID Connect here");
	if (oidcprovider_know(o, false, a, &p, e) < 0)
		return unavailable(c, e);
	redirect = o->redirect_uri.n ? o->redirect_uri
	                             : arena_concat(a, answer_base(c), STR("/login/oidc/callback"));
	r = logins_put(c->center, "oidc", sealed_doc(a, state, nonce, verifier, redirect), &text,
	               e);
	if (r < 0)
		return r;
	set_cookie(c, secret_view(&text));
	secret_done(&text);
	buf_add(&to, p.authorize);
	oidcprovider_add_pair(&to, a, str_chr(p.authorize, '?') < p.authorize.n ? '&' : '?',
	                      "response_type", STR("code"));
	oidcprovider_add_pair(&to, a, '&', "client_id", o->client_id);
	oidcprovider_add_pair(&to, a, '&', "redirect_uri", redirect);
	oidcprovider_add_pair(&to, a, '&', "scope", o->scopes);
	oidcprovider_add_pair(&to, a, '&', "state", state);
	oidcprovider_add_pair(&to, a, '&', "nonce", nonce);
	oidcprovider_add_pair(&to, a, '&', "code_challenge",
	                      base64url_encode(a, str_mem(hash.bytes, sizeof hash.bytes)));
	oidcprovider_add_pair(&to, a, '&', "code_challenge_method", STR("S256"));
	exchange_add(c->x, "Location", buf_view(&to));
	c->x->status = 303;
	return 0;
}

/* --- coming back --- */

static void json_done(struct json **j)
{
	json_free(*j);
}

static str name_of(const struct oidc *o, const struct json *claims)
{
	static const char *const names[] = { "preferred_username", "email", "sub" };
	str name = { 0 };

	if (o->name_claim.n)
		return json_str(claims, o->name_claim.p);
	for (size_t i = 0; i < LEN(names) && !name.n; i++)
		name = json_str(claims, names[i]);
	return name;
}

/* What the claims give; a name is cut to what the log can show. */
static int sign_in(struct call *c, const struct json *claims, struct error *e)
{
	const struct oidc *o = c->api->oidc;
	struct session_order order = { 0 };
	struct secret cookie = { 0 };
	str name = str_upto(name_of(o, claims), 128);
	int r;

	for (size_t i = 0; i < o->rules_n; i++)
		if (jwt_claim_has(claims, o->rules[i].claim, o->rules[i].value))
			vec_add(c->arena, &order.grants, o->rules[i].grant);
	order.subject = arena_concat(c->arena, STR("user:"), name);
	if (!name.n || !order.grants.n) {
		log_warn("oidc.no_role", KVS("who", order.subject), KVS("request", c->id));
		return refuse(c, 403, "You are known, but nobody gave you a role here.");
	}
	r = sessions_open(c->center, &order, c->x->peer, &cookie, e);
	if (r < 0)
		return r;
	login_set_cookie(c, secret_view(&cookie));
	secret_done(&cookie);
	exchange_add(c->x, "Location", STR("/login"));
	c->x->status = 303;
	return 0;
}

static bool same(str a, str b)
{
	return a.n && a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

/* Between the cookie's doc and the session; a failure's reason goes to the log, not to the page. */
static int finish(struct call *c, const struct json *doc, str code, struct error *e)
{
	struct oidc *o = c->api->oidc;
	struct jwt_wants wants = { o->issuer, o->client_id, json_str(doc, "nonce"),
		                   center_now(c->center) };
	struct json *claims cleanup(json_done) = NULL;
	struct provider p = { 0 };
	str id_token = { 0 };
	int r = oidcprovider_know(o, false, c->arena, &p, e);

	if (r >= 0)
		r = oidcprovider_redeem(o, &p, code, doc, c->arena, &id_token, e);
	if (r == ERR_UPSTREAM)
		return unavailable(c, e);
	if (r >= 0)
		r = oidcprovider_verify(o, &p, id_token, c->arena, &claims, e);
	if (r >= 0)
		r = jwt_check(claims, &wants, e);
	if (r < 0) {
		log_warn("oidc.refused", KV("why", e->msg), KVS("peer", c->x->peer),
		         KVS("request", c->id));
		return refuse(c, 401, "The sign-in was not accepted. Try again.");
	}
	return sign_in(c, claims, e);
}

static int come_back(struct call *c, struct error *e)
{
	struct json *doc cleanup(json_done) = NULL;
	struct secret plain = { 0 };
	str code, state, failed, issuer;
	int r = c->api->oidc ? 0 : error_set(e, ERR_NOTFOUND, "nobody set up OpenID Connect here");

	if (r >= 0)
		r = call_param(c, "code", &code, e);
	if (r >= 0)
		r = call_param(c, "state", &state, e);
	if (r >= 0)
		r = call_param(c, "error", &failed, e);
	if (r >= 0)
		r = call_param(c, "iss", &issuer, e); /* RFC 9207 */
	if (r >= 0)
		r = logins_take(c->center, "oidc", get_cookie(c), &plain, e);
	if (r == 1)
		r = json_parse("a sign-in", secret_view(&plain), &doc, e) < 0 ? e->code : 1;
	secret_done(&plain);
	if (r < 0)
		return r;
	set_cookie(c, (str){ 0 });
	if (!r || !same(state, json_str(doc, "state")) ||
	    (issuer.n && !str_eq(issuer, c->api->oidc->issuer)))
		return refuse(c, 401,
		              "This sign-in was not begun here, or it took too long. Try again.");
	if (failed.n || !code.n) {
		log_warn("oidc.refused", KVS("why", str_upto(failed, 128)), KVS("request", c->id));
		return refuse(c, 401, "Your organisation did not let you in.");
	}
	return finish(c, doc, code, e);
}

static const struct route rows[] = {
	// clang-format off
	{ { METHOD_GET, "/login/oidc",          false }, FAMILY_LOGIN, start,     NULL, NULL, NULL, NULL, NULL },
	{ { METHOD_GET, "/login/oidc/callback", false }, FAMILY_LOGIN, come_back, NULL, NULL, NULL, NULL, NULL },
	// clang-format on
};
const struct route_set oidc_routes = { "/", FAMILY_LOGIN, rows, LEN(rows) };
