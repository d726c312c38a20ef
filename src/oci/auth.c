#include "oci/auth.h"
#include "base/json.h"
#include "base/time.h"
#include "net/url.h"
#include <pthread.h>

enum {
	TOKEN_BYTES_MAX = 1 << 20,
	TOKEN_LIFE_S = 60, /* where the answer does not say */
	TOKEN_MARGIN_S = 5,
	WORK_BYTES_MAX = 256 << 10,
};

struct auth {
	struct client *client;
	const struct image_reference *image;
	const char *username, *password;
	pthread_mutex_t
	        lock; /* guards what follows; held while a token is fetched, as all need it */
	bool looked, found;
	struct credentials who;
	struct secret header; /* what is sent now */
	int64_t until_ms;     /* then it is stale; 0: never */
};

struct auth *auth_new(struct client *c, const struct image_reference *image, const char *username,
                      const char *password)
{
	struct auth *a = calloc(1, sizeof *a);
	if (!a)
		abort();
	a->client = c;
	a->image = image;
	a->username = username;
	a->password = password;
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void auth_free(struct auth *a)
{
	if (!a)
		return;
	credentials_done(&a->who);
	secret_done(&a->header);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

bool auth_is_anonymous(struct auth *a)
{
	pthread_mutex_lock(&a->lock);
	bool anonymous = a->looked && !a->found;
	pthread_mutex_unlock(&a->lock);
	return anonymous;
}

static int look_up(struct auth *a, struct error *e)
{
	int r;
	if (a->looked)
		return 0;
	r = credentials_find(a->image, a->username, a->password, &a->who, e);
	if (r < 0)
		return r;
	a->looked = true;
	a->found = r > 0;
	return 0;
}

/* --- tokens --- */

static str scope_of(const struct auth *a, const struct challenge *c, struct arena *work)
{
	if (c->scope.n)
		return c->scope;
	return arena_printf(work, "repository:%.*s:pull", STR_FMT(a->image->repository));
}

static int basic_header(void *ctx, const struct response *refused, struct secret *out,
                        struct error *e)
{
	struct auth *a = ctx;
	(void)e;
	if (refused || !secret_is_set(&a->who.username))
		return 0;
	secret_basic(out, secret_view(&a->who.username), secret_view(&a->who.password));
	return 1;
}

/* GET realm?service=…&scope=… */
static str token_url(struct auth *a, const struct challenge *c, struct arena *work)
{
	str url = c->realm;
	const char *mark = str_chr(url, '?') < url.n ? "&" : "?";

	if (c->service.n) {
		url = arena_printf(work, "%.*s%sservice=%.*s", STR_FMT(url), mark,
		                   STR_FMT(url_escape(work, c->service)));
		mark = "&";
	}
	return arena_printf(work, "%.*s%sscope=%.*s", STR_FMT(url), mark,
	                    STR_FMT(url_escape(work, scope_of(a, c, work))));
}

/* POST of an OAuth 2 refresh (distribution's token/oauth.md) */
static void refresh_body(struct auth *a, const struct challenge *c, struct arena *work,
                         struct secret *body)
{
	str token = url_escape(work, secret_view(&a->who.identity));

	secret_set(body, STR("grant_type=refresh_token&client_id=plimsoll&service="));
	secret_add(body, url_escape(work, c->service));
	secret_add(body, STR("&scope="));
	secret_add(body, url_escape(work, scope_of(a, c, work)));
	secret_add(body, STR("&refresh_token="));
	secret_add(body, token);
	explicit_bzero((char *)(uintptr_t)token.p, token.n);
}

static bool is_sendable(str token)
{
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] <= ' ' || token.p[i] == 0x7f)
			return false;
	return token.n > 0;
}

static int keep_token(struct auth *a, str document, struct error *e)
{
	struct json *j = NULL;
	int64_t life_s = TOKEN_LIFE_S;
	str token;

	if (json_parse("", document, &j, e) < 0) /* its words may hold the token */
		return error_set(e, ERR_UPSTREAM, "the token service's answer is no JSON");
	token = json_str(j, "token");
	if (!token.n)
		token = json_str(j, "access_token");
	json_i64(j, "expires_in", &life_s);
	life_s = MIN(MAX(life_s, (int64_t)TOKEN_LIFE_S), (int64_t)86400);
	if (!is_sendable(token)) {
		json_free(j);
		return error_set(e, ERR_UPSTREAM, "the token service gave no token");
	}
	secret_bearer(&a->header, token);
	a->until_ms = time_mono_ms() + (life_s - TOKEN_MARGIN_S) * 1000;
	json_free(j);
	return 1;
}

static int fetch_token(struct auth *a, const struct challenge *c, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES_MAX);
	struct secret body cleanup(secret_done) = { 0 };
	struct response r cleanup(response_done) = { 0 };
	struct buf answer cleanup(buf_done) = BUF(TOKEN_BYTES_MAX);
	struct request q = { .accept = "application/json" };
	int rc;

	if (secret_is_set(&a->who.identity)) {
		refresh_body(a, c, &work, &body);
		q.method = "POST";
		q.content_type = "application/x-www-form-urlencoded";
		q.body = secret_view(&body);
		q.url = arena_str(&work, c->realm).p;
	} else {
		q.url = token_url(a, c, &work).p;
		q.authorize = basic_header;
		q.authorize_ctx = a;
	}
	if (work.failed)
		return error_set(e, ERR_LIMIT, "the token request is too large");
	rc = client_document(a->client, &q, TOKEN_BYTES_MAX, &r, &answer, e);
	if (rc >= 0 && r.status != 200)
		rc = response_refused(&q, &r, e);
	if (rc >= 0)
		rc = keep_token(a, buf_view(&answer), e);
	if (answer.p)
		explicit_bzero(answer.p, answer.n);
	return rc < 0 ? error_in(e, "token for %.*s", STR_FMT(a->image->host)) : rc;
}

/* --- a challenge and its answer --- */

static int read_challenges(const struct response *refused, struct arena *work,
                           struct challenge *out, struct error *e)
{
	for (size_t i = 0; i < 16; i++) {
		str header = response_header_at(refused, "WWW-Authenticate", i);
		int r = auth_challenge(header, work, out, e);
		if (r < 0)
			return error_set(e, ERR_UPSTREAM, "the registry's challenge is malformed");
	}
	return 0;
}

static int answer(struct auth *a, const struct response *refused, struct error *e)
{
	struct arena work cleanup(arena_done) = ARENA(WORK_BYTES_MAX);
	struct challenge c = { 0 };
	int r = look_up(a, e);

	if (r >= 0)
		r = read_challenges(refused, &work, &c, e);
	if (r < 0)
		return r;
	if (c.bearer && c.realm.n)
		return fetch_token(a, &c, e);
	if (!c.basic || !secret_is_set(&a->who.username))
		return 0;
	secret_basic(&a->header, secret_view(&a->who.username), secret_view(&a->who.password));
	a->until_ms = 0;
	return 1;
}

int auth_authorize(void *auth, const struct response *refused, struct secret *out, struct error *e)
{
	struct auth *a = auth;
	int r = 0;

	pthread_mutex_lock(&a->lock);
	bool fresh = secret_is_set(&a->header) && (!a->until_ms || time_mono_ms() < a->until_ms);
	bool tried = str_eq(secret_view(&a->header), secret_view(out));
	if (!refused || (fresh && !tried)) /* another thread has a newer one already */
		r = fresh;
	else
		r = answer(a, refused, e);
	if (r > 0)
		secret_set(out, secret_view(&a->header));
	pthread_mutex_unlock(&a->lock);
	return r;
}
