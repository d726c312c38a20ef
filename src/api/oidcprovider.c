#include "api/oidcprovider.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "net/url.h"
#include <stdio.h>

enum {
	DOCUMENT_BYTES = 256 << 10,
	KEPT_MS = 3600 * 1000, /* what the provider publishes */
	AGAIN_MS = 10 * 1000,  /* after it did not answer, or had not the key */
};

int oidcprovider_address(str address, const char *what, struct error *e)
{
	struct url u;

	if (url_parse(address, &u, e) < 0 || (!u.https && !url_is_loopback(&u)) || u.userinfo.n)
		return error_set(e, ERR_USAGE, "%s is no https address: %.*s", what,
		                 STR_FMT(str_upto(address, 256)));
	return 0;
}

/* --- what the provider publishes --- */

static void json_done(struct json **j)
{
	json_free(*j);
}

static int fetch(struct oidc *o, str address, struct buf *text, struct error *e)
{
	char url[2048];

	if (snprintf(url, sizeof url, "%.*s", STR_FMT(address)) >= (int)sizeof url)
		return error_set(e, ERR_UPSTREAM, "the provider's address is too long");
	buf_clear(text);
	return client_get_document(o->client, url, DOCUMENT_BYTES, text, e);
}

static bool names_method(const struct json *methods, str name)
{
	for (size_t i = 0; i < json_len(methods); i++)
		if (str_eq(json_text(json_at(methods, i)), name))
			return true;
	return false;
}

/* OpenID Connect Discovery 1.0 section 4; without the lock. */
static int discover(struct oidc *o, struct arena *a, struct provider *p, struct error *e)
{
	struct json *doc cleanup(json_done) = NULL;
	struct buf text cleanup(buf_done) = BUF(DOCUMENT_BYTES);
	str base = o->issuer;
	const struct json *methods;
	int r;

	while (str_ends(base, STR("/")))
		base.n--;
	r = fetch(o, arena_concat(a, base, STR("/.well-known/openid-configuration")), &text, e);
	if (r >= 0)
		r = json_parse("the provider's configuration", buf_view(&text), &doc, e);
	if (r < 0)
		return r;
	if (!str_eq(json_str(doc, "issuer"), o->issuer))
		return error_set(e, ERR_DENIED,
		                 "the provider names itself \"%.*s\", not as its issuer is set",
		                 STR_FMT(str_upto(json_str(doc, "issuer"), 256)));
	p->authorize = arena_str(a, json_str(doc, "authorization_endpoint"));
	p->token = arena_str(a, json_str(doc, "token_endpoint"));
	p->jwks_uri = arena_str(a, json_str(doc, "jwks_uri"));
	methods = json_get(doc, "token_endpoint_auth_methods_supported");
	p->secret_in_body = methods && !names_method(methods, STR("client_secret_basic"));
	r = oidcprovider_address(p->authorize, "the provider's authorization endpoint", e);
	if (r >= 0)
		r = oidcprovider_address(p->token, "the provider's token endpoint", e);
	if (r >= 0)
		r = oidcprovider_address(p->jwks_uri, "the address of the provider's keys", e);
	if (r >= 0)
		r = fetch(o, p->jwks_uri, &text, e);
	p->jwks = arena_str(a, buf_view(&text));
	return r;
}

static struct provider copy(const struct provider *p, struct arena *a)
{
	return (struct provider){ arena_str(a, p->authorize), arena_str(a, p->token),
		                  arena_str(a, p->jwks_uri), arena_str(a, p->jwks),
		                  p->secret_in_body };
}

/* What is kept, when it is fresh enough; else 1: this call is to read it. */
static int kept_or_mine(struct oidc *o, bool fresh, struct arena *a, struct provider *out,
                        struct error *e)
{
	int64_t now = time_mono_ms();
	bool known = o->read_ms, old = !known || now - o->read_ms > KEPT_MS || fresh;
	bool tried = o->tried_ms && now - o->tried_ms < AGAIN_MS;

	if (old && !o->reading && !tried) {
		o->reading = true;
		o->tried_ms = now;
		return 1;
	}
	if (!known)
		return error_set(e, ERR_UPSTREAM,
		                 "the provider was asked just now and did not answer");
	*out = copy(&o->provider, a);
	return 0;
}

int oidcprovider_know(struct oidc *o, bool fresh, struct arena *a, struct provider *out,
                      struct error *e)
{
	int r;

	pthread_mutex_lock(&o->lock);
	r = kept_or_mine(o, fresh, a, out, e);
	pthread_mutex_unlock(&o->lock);
	if (r != 1)
		return r;
	r = discover(o, a, out, e);
	pthread_mutex_lock(&o->lock);
	o->reading = false;
	if (r >= 0) {
		arena_reset(&o->kept);
		o->provider = copy(out, &o->kept);
		o->read_ms = time_mono_ms();
	} else if (o->read_ms) { /* what was known an hour ago is still good */
		log_warn("oidc.provider", KV("why", e->msg));
		*out = copy(&o->provider, a);
		r = 0;
	}
	pthread_mutex_unlock(&o->lock);
	return r;
}

/* --- its token endpoint --- */

void oidcprovider_add_pair(struct buf *b, struct arena *a, char sep, const char *name, str value)
{
	buf_printf(b, "%c%s=", sep, name);
	buf_add(b, url_escape(a, value));
}

struct client_login {
	struct oidc *o;
	struct arena *a;
};

static int basic(void *ctx, const struct response *refused, struct secret *out, struct error *e)
{
	struct client_login *l = ctx;

	(void)e;
	if (refused)
		return 0;
	/* RFC 6749 2.3.1: both are form-encoded first */
	secret_basic(out, url_escape(l->a, l->o->client_id),
	             url_escape(l->a, secret_view(&l->o->client_secret)));
	return 1;
}

/* RFC 6749 4.1.3, RFC 7636 4.5 */
int oidcprovider_redeem(struct oidc *o, const struct provider *p, str code, const struct json *doc,
                        struct arena *a, str *id_token, struct error *e)
{
	struct client_login l = { o, a };
	struct buf form cleanup(buf_done) = BUF(16 << 10),
	                text cleanup(buf_done) = BUF(DOCUMENT_BYTES);
	struct response head cleanup(response_done) = { 0 };
	struct json *answer cleanup(json_done) = NULL;
	bool by_header = secret_is_set(&o->client_secret) && !p->secret_in_body;
	struct request q = { .url = p->token.p,
		             .method = "POST",
		             .accept = "application/json",
		             .content_type = "application/x-www-form-urlencoded",
		             .once = true,
		             .authorize = by_header ? basic : NULL,
		             .authorize_ctx = &l };
	int r;

	buf_add(&form, STR("grant_type=authorization_code"));
	oidcprovider_add_pair(&form, a, '&', "code", code);
	oidcprovider_add_pair(&form, a, '&', "redirect_uri", json_str(doc, "redirect"));
	oidcprovider_add_pair(&form, a, '&', "code_verifier", json_str(doc, "verifier"));
	oidcprovider_add_pair(&form, a, '&', "client_id", o->client_id);
	if (secret_is_set(&o->client_secret) && p->secret_in_body)
		oidcprovider_add_pair(&form, a, '&', "client_secret",
		                      secret_view(&o->client_secret));
	q.body = buf_view(&form);
	r = client_document(o->client, &q, DOCUMENT_BYTES, &head, &text, e);
	if (r >= 0 && head.status != 200)
		r = error_set(e,
		              head.status >= 400 && head.status < 500 ? ERR_DENIED : ERR_UPSTREAM,
		              "the provider's token endpoint answered with status %d", head.status);
	if (r >= 0)
		r = json_parse("the provider's token", buf_view(&text), &answer, e);
	if (r >= 0)
		*id_token = arena_str(a, json_str(answer, "id_token"));
	explicit_bzero(form.p, form.n);
	if (text.n)
		explicit_bzero(text.p, text.n);
	return r;
}

int oidcprovider_verify(struct oidc *o, struct provider *p, str id_token, struct arena *a,
                        struct json **claims, struct error *e)
{
	int r = jwt_verify(p->jwks, id_token, a, claims, e);

	if (r == 0) { /* the provider has new keys */
		r = oidcprovider_know(o, true, a, p, e);
		if (r >= 0)
			r = jwt_verify(p->jwks, id_token, a, claims, e);
		if (r == 0)
			r = error_set(e, ERR_DENIED,
			              "the ID token is signed with a key that the provider does "
			              "not publish");
	}
	return MIN(r, 0);
}
