#include "center/sessions.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/jsonout.h"
#include "center/auditlog.h"
#include "center/settings.h"
#include "center/vault.h"
#include <openssl/rand.h>

enum { SEEN_S = 60, RANDOM_BYTES = 32, TEXT_BYTES = 43 };

static int fresh(struct arena *a, str *text, struct error *e)
{
	uint8_t random[RANDOM_BYTES];

	if (RAND_bytes(random, sizeof random) != 1)
		return error_set(e, ERR_SYSTEM, "no random bytes");
	*text = base64url_encode(a, str_mem(random, sizeof random));
	explicit_bzero(random, sizeof random);
	return a->failed ? error_set(e, ERR_LIMIT, "the request's memory is spent") : 0;
}

static void forget(str text)
{
	if (text.n)
		explicit_bzero((char *)(uintptr_t)text.p, text.n);
}

static struct value hash_of(struct digest *room, str text)
{
	*room = digest_of(text);
	return V_BYTES(str_mem(room->bytes, sizeof room->bytes));
}

/* --- roles as JSON --- */

static str write_roles(struct arena *a, const struct grants *g)
{
	struct buf b cleanup(buf_done) = BUF(256 << 10);
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_array(&j, NULL);
	for (size_t i = 0; i < g->n; i++) {
		jsonout_object(&j, NULL);
		jsonout_text(&j, "role", role_name(g->v[i].role));
		jsonout_str(&j, "scope", g->v[i].scope);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	return arena_str(a, buf_view(&b));
}

static void json_done(struct json **j)
{
	json_free(*j);
}

static int read_roles(str text, struct arena *a, struct grants *out, struct error *e)
{
	struct json *doc cleanup(json_done) = NULL;
	int r = json_parse("a session's roles", text, &doc, e);

	for (size_t i = 0; r >= 0 && i < json_len(doc); i++) {
		const struct json *row = json_at(doc, i);
		struct grant g = { .scope = arena_str(a, json_str(row, "scope")) };
		if (role_parse(json_str(row, "role"), &g.role) && !vec_add(a, out, g))
			return error_set(e, ERR_LIMIT, "the request's memory is spent");
	}
	return r;
}

/* --- sessions --- */

struct opening {
	const struct session_order *o;
	str peer, roles;
	struct digest hash;
	uint8_t csrf[RANDOM_BYTES];
	int64_t now, lasts_s;
};

static int insert(void *ctx, struct db *d, struct error *e)
{
	struct opening *o = ctx;
	struct audit entry = { .actor = o->o->subject,
		               .peer = o->peer,
		               .target = STR("/"),
		               .action = STR("Plimsoll.Center/sessions/write") };
	int64_t n = db_run(d, e,
	                   "INSERT INTO session (hash, subject, roles, token_id, csrf, created_at, "
	                   "seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
	                   V_BYTES(str_mem(o->hash.bytes, sizeof o->hash.bytes)),
	                   V_TEXT(o->o->subject), V_TEXT(o->roles), V_TIME(o->o->token_id),
	                   V_BYTES(str_mem(o->csrf, sizeof o->csrf)), V_INT(o->now),
	                   V_INT(o->now + o->lasts_s));

	return n < 0 ? (int)n : auditlog_add(d, o->now, &entry, e);
}

int sessions_open(const struct center *c, const struct session_order *order, str peer,
                  struct secret *cookie, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct opening o = { .o = order,
		             .peer = peer,
		             .now = center_now(c),
		             .lasts_s = settings_get(c, SETTING_SESSION_S) };
	str text = { 0 };
	int r = fresh(&a, &text, e);

	if (r < 0)
		return r;
	if (RAND_bytes(o.csrf, sizeof o.csrf) != 1)
		return error_set(e, ERR_SYSTEM, "no random bytes");
	o.roles = write_roles(&a, &order->grants);
	o.hash = digest_of(text);
	r = store_do(c->store, STORE_WRITE, insert, &o, e);
	if (r >= 0)
		secret_set(cookie, text);
	forget(text);
	return r < 0 ? r : 0;
}

struct search {
	struct digest hash;
	int64_t now, idle_s, token_id, seen_at;
	struct arena *a;
	struct caller found;
	struct grants grants;
	bool known;
};

/* Rows that live: the token it came from too. */
static int search(void *ctx, struct db *d, struct error *e)
{
	struct search *s = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT s.subject, s.roles, s.token_id, s.csrf, s.seen_at FROM session s LEFT JOIN "
	        "token "
	        "t ON t.id = s.token_id WHERE s.hash = $1 AND s.expires_at > $2 AND s.seen_at > $3 "
	        "AND (s.token_id IS NULL OR (t.revoked_at IS NULL AND (t.expires_at IS NULL OR "
	        "t.expires_at > $2)))",
	        V_BYTES(str_mem(s->hash.bytes, sizeof s->hash.bytes)), V_INT(s->now),
	        V_INT(s->now - s->idle_s));

	s->known = false;
	s->grants.n = 0;
	if (r < 0 || (r = rows_next(rows, e)) <= 0)
		return r;
	s->known = true;
	s->found.name = arena_str(s->a, rows_text(rows, 0));
	s->found.csrf = base64url_encode(s->a, rows_text(rows, 3));
	s->token_id = rows_int(rows, 2);
	s->seen_at = rows_int(rows, 4);
	if (s->token_id)
		return tokens_grants(d, s->token_id, s->a, &s->grants, e);
	return read_roles(rows_text(rows, 1), s->a, &s->grants, e);
}

static int stamp(void *ctx, struct db *d, struct error *e)
{
	const struct search *s = ctx;
	int64_t n = db_run(d, e, "UPDATE session SET seen_at = $1 WHERE hash = $2", V_INT(s->now),
	                   V_BYTES(str_mem(s->hash.bytes, sizeof s->hash.bytes)));
	return n < 0 ? (int)n : 0;
}

int sessions_find(const struct center *c, str cookie, struct arena *a, struct caller *out,
                  struct error *e)
{
	struct search s = { .now = center_now(c), .a = a, .found = { .kind = CALLER_SESSION } };
	int r;

	if (cookie.n != TEXT_BYTES)
		return 0;
	s.idle_s = settings_get(c, SETTING_IDLE_S);
	s.hash = digest_of(cookie);
	r = store_do(c->store, STORE_READ, search, &s, e);
	if (r < 0 || !s.known)
		return r < 0 ? r : 0;
	if (a->failed)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	if (s.now - s.seen_at >= SEEN_S && (r = store_do(c->store, STORE_WRITE, stamp, &s, e)) < 0)
		return r;
	s.found.id = s.token_id;
	s.found.grants = s.grants.v;
	s.found.grant_count = s.grants.n;
	*out = s.found;
	return 1;
}

static int erase(void *ctx, struct db *d, struct error *e)
{
	struct digest room;
	int64_t n =
	        db_run(d, e, "DELETE FROM session WHERE hash = $1", hash_of(&room, *(str *)ctx));
	return n < 0 ? (int)n : 0;
}

int sessions_close(const struct center *c, str cookie, struct error *e)
{
	return store_do(c->store, STORE_WRITE, erase, &cookie, e);
}

static int sweep(void *ctx, struct db *d, struct error *e)
{
	int64_t now = *(int64_t *)ctx, idle_s = settings_read(d, SETTING_IDLE_S);
	int64_t n = db_run(d, e, "DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2",
	                   V_INT(now), V_INT(now - idle_s));

	if (n >= 0)
		n = db_run(d, e, "DELETE FROM login WHERE expires_at <= $1", V_INT(now));
	return n < 0 ? (int)n : 0;
}

int sessions_sweep(const struct center *c, struct error *e)
{
	int64_t now = center_now(c);
	return store_do(c->store, STORE_WRITE, sweep, &now, e);
}

/* --- once only --- */

struct login {
	const char *kind;
	struct digest hash;
	str doc;
	int64_t now;
	struct buf sealed;
	bool known;
};

static int put(void *ctx, struct db *d, struct error *e)
{
	struct login *l = ctx;
	int64_t n = db_run(
	        d, e, "INSERT INTO login (hash, kind, doc, expires_at) VALUES ($1, $2, $3, $4)",
	        V_BYTES(str_mem(l->hash.bytes, sizeof l->hash.bytes)), V_C(l->kind),
	        V_BYTES(buf_view(&l->sealed)), V_INT(l->now + LOGIN_S));
	return n < 0 ? (int)n : 0;
}

static str belongs(struct arena *a, const char *kind, const struct digest *hash)
{
	char text[DIGEST_TEXT_BYTES];
	return arena_printf(a, "login %s %s", kind, digest_text(hash, text));
}

int logins_put(const struct center *c, const char *kind, str doc, struct secret *text,
               struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	struct login l = { .kind = kind, .now = center_now(c), .sealed = BUF(64 << 10) };
	str made = { 0 };
	int r = fresh(&a, &made, e);

	if (r < 0)
		return r;
	l.hash = digest_of(made);
	r = vault_seal(c->vault, doc, belongs(&a, kind, &l.hash), &l.sealed, e);
	if (r >= 0)
		r = store_do(c->store, STORE_WRITE, put, &l, e);
	if (r >= 0)
		secret_set(text, made);
	forget(made);
	buf_done(&l.sealed);
	return r < 0 ? r : 0;
}

static int get(void *ctx, struct db *d, struct error *e)
{
	struct login *l = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(d, e, &rows,
	               "DELETE FROM login WHERE hash = $1 AND kind = $2 RETURNING doc, expires_at",
	               V_BYTES(str_mem(l->hash.bytes, sizeof l->hash.bytes)), V_C(l->kind));

	l->known = false;
	buf_clear(&l->sealed);
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		l->known = rows_int(rows, 1) > l->now;
		buf_add(&l->sealed, rows_text(rows, 0));
	}
	return r;
}

int logins_take(const struct center *c, const char *kind, str text, struct secret *doc,
                struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	struct login l = { .kind = kind, .now = center_now(c), .sealed = BUF(64 << 10) };
	int r;

	if (text.n != TEXT_BYTES)
		return 0;
	l.hash = digest_of(text);
	r = store_do(c->store, STORE_WRITE, get, &l, e);
	if (r >= 0 && l.known)
		r = vault_unseal(c->vault, buf_view(&l.sealed), belongs(&a, kind, &l.hash), doc, e);
	buf_done(&l.sealed);
	return r < 0 ? r : l.known;
}

int logins_link(const struct center *c, const struct caller *who, struct secret *text,
                struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct buf b cleanup(buf_done) = BUF(256 << 10);
	struct jsonout j = JSONOUT(&b, 0);
	struct grants grants = { .v = (struct grant *)(uintptr_t)who->grants,
		                 .n = who->grant_count };

	if (who->kind != CALLER_TOKEN && who->kind != CALLER_SESSION)
		return error_set(e, ERR_DENIED, "only people sign in to a browser");
	jsonout_object(&j, NULL);
	jsonout_str(&j, "subject", who->name);
	jsonout_i64(&j, "token", who->id);
	jsonout_str(&j, "roles", write_roles(&a, &grants));
	jsonout_end(&j);
	return logins_put(c, "link", buf_view(&b), text, e);
}

int logins_follow(const struct center *c, str text, str peer, struct secret *cookie,
                  struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct json *doc cleanup(json_done) = NULL;
	struct session_order o = { 0 };
	struct secret plain = { 0 };
	int r = logins_take(c, "link", text, &plain, e);

	if (r == 1)
		r = json_parse("a link", secret_view(&plain), &doc, e) < 0 ? e->code : 1;
	secret_done(&plain);
	if (r != 1)
		return r;
	o.subject = json_str(doc, "subject");
	json_i64(doc, "token", &o.token_id);
	r = read_roles(json_str(doc, "roles"), &a, &o.grants, e);
	if (r >= 0)
		r = sessions_open(c, &o, peer, cookie, e);
	return r < 0 ? r : 1;
}
