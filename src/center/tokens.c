#include "center/tokens.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/jsonout.h"
#include "base/text.h"
#include "center/auditlog.h"
#include "center/settings.h"
#include <openssl/rand.h>

enum { RANDOM_BYTES = 32, TEXT_BYTES = 5 + 43, STAMP_S = 60, TOKENS_MAX = 10000 };

static const char prefix[] = "plsl_";

static int check_name(str name, struct error *e)
{
	str rest = name;

	if (!name.n || name.n > TOKEN_NAME_MAX)
		return error_set(e, ERR_USAGE, "name: 1 to %d bytes", TOKEN_NAME_MAX);
	while (rest.n) {
		uint32_t rune = text_rune(&rest);
		if (rune < ' ' || rune == TEXT_REPLACEMENT || text_is_unsafe(rune))
			return error_set(e, ERR_USAGE, "name: characters that cannot be shown");
	}
	return 0;
}

static int check(const struct caller *maker, const struct token *t, int64_t now, struct error *e)
{
	int r = check_name(t->name, e);

	if (r < 0)
		return r;
	if (t->expires_at && t->expires_at <= now)
		return error_set(e, ERR_USAGE, "expires: lies in the past");
	if (!t->grants.n || t->grants.n > TOKEN_GRANTS_MAX)
		return error_set(e, ERR_USAGE, "roles: 1 to %d of them", TOKEN_GRANTS_MAX);
	for (size_t i = 0; i < t->grants.n; i++) {
		const struct grant *g = &t->grants.v[i];
		if ((g->role == ROLE_AGENT) != t->agent)
			return error_set(e, ERR_USAGE,
			                 "roles: a token of kind agent has the role agent and no "
			                 "other has it");
		if (maker && !access_covers(maker, g))
			return error_set(e, ERR_DENIED, "you cannot give the role %s at %.*s",
			                 role_name(g->role), STR_FMT(g->scope));
	}
	return 0;
}

static str about(struct arena *a, const struct token *t)
{
	struct buf b cleanup(buf_done) = BUF(64 << 10);
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_object(&j, NULL);
	jsonout_str(&j, "name", t->name);
	jsonout_text(&j, "kind", t->agent ? "agent" : "token");
	if (t->expires_at)
		jsonout_i64(&j, "expires", t->expires_at);
	jsonout_array(&j, "roles");
	for (size_t i = 0; i < t->grants.n; i++) {
		jsonout_object(&j, NULL);
		jsonout_text(&j, "role", role_name(t->grants.v[i].role));
		jsonout_str(&j, "scope", t->grants.v[i].scope);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	jsonout_end(&j);
	return arena_str(a, buf_view(&b));
}

/* --- making --- */

struct making {
	const struct center *c;
	const struct caller *maker;
	str peer;
	struct token *t;
	struct digest hash;
	struct arena *a;
	int64_t now;
};

static int note(struct db *d, const struct making *m, const char *action, struct error *e)
{
	struct audit entry = { .actor = m->maker ? m->maker->name : STR("system"),
		               .peer = m->peer,
		               .action = str_c(action),
		               .detail = about(m->a, m->t) };

	/* it belongs where all its grants lie */
	entry.target = m->t->grants.n ? m->t->grants.v[0].scope : STR("/");
	for (size_t i = 1; i < m->t->grants.n; i++)
		if (!scope_within(m->t->grants.v[i].scope, entry.target))
			entry.target = scope_within(entry.target, m->t->grants.v[i].scope)
			                       ? m->t->grants.v[i].scope
			                       : STR("/");
	return auditlog_add(d, m->now, &entry, e);
}

static int make(void *ctx, struct db *d, struct error *e)
{
	struct making *m = ctx;
	struct token *t = m->t;
	int64_t n = db_run(
	        d, e,
	        "INSERT INTO setting (name, value) VALUES ('mark.tokens', $1) ON CONFLICT (name) "
	        "DO UPDATE SET value = excluded.value",
	        V_TEXT(t->name)); /* one at a time: names are looked at and then written */
	int r = n < 0 ? (int)n
	              : db_int(d, e, &n,
	                       "SELECT count(*) FROM token WHERE name = $1 AND revoked_at IS NULL "
	                       "AND "
	                       "(expires_at IS NULL OR expires_at > $2)",
	                       V_TEXT(t->name), V_INT(m->now));

	if (r >= 0 && n)
		return error_set(e, ERR_CONFLICT, "there is a token \"%.*s\" already",
		                 STR_FMT(t->name));
	if (r >= 0)
		r = db_int(
		        d, e, &t->id,
		        "INSERT INTO token (name, kind, hash, created_by, created_at, expires_at) "
		        "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
		        V_TEXT(t->name), V_C(t->agent ? "agent" : "token"),
		        V_BYTES(str_mem(m->hash.bytes, sizeof m->hash.bytes)),
		        V_TEXT(t->created_by), V_INT(m->now), V_TIME(t->expires_at));
	for (size_t i = 0; r >= 0 && i < t->grants.n; i++)
		r = (int)MIN(
		        db_run(d, e,
		               "INSERT INTO token_role (token_id, role, scope) VALUES ($1, $2, $3) "
		               "ON CONFLICT DO NOTHING",
		               V_INT(t->id), V_C(role_name(t->grants.v[i].role)),
		               V_TEXT(t->grants.v[i].scope)),
		        1);
	return r < 0 ? r : note(d, m, "Plimsoll.Center/tokens/write", e);
}

/* A token that says nothing of its end gets the setting's; one for agents has none. */
static int lifetime(const struct center *c, struct token *t, int64_t now, struct error *e)
{
	int64_t usual_s = settings_get(c, SETTING_TOKEN_S),
	        most_s = settings_get(c, SETTING_TOKEN_MAX_S);

	if (t->expires_at == TOKEN_EXPIRES_USUAL)
		t->expires_at =
		        t->agent || !usual_s ? 0 : now + (most_s ? MIN(usual_s, most_s) : usual_s);
	if (most_s && !t->agent && (!t->expires_at || t->expires_at > now + most_s))
		return error_set(e, ERR_USAGE, "expires: a token lasts %lld s at most here",
		                 (long long)most_s);
	return 0;
}

int tokens_make(const struct center *c, const struct caller *maker, str peer,
                const struct token *wanted, struct arena *a, struct token *out, struct secret *text,
                struct error *e)
{
	uint8_t random[RANDOM_BYTES];
	struct token t = *wanted;
	struct making m = { c, maker, peer, &t, { { 0 } }, a, center_now(c) };
	struct secret made = { 0 };
	int r = maker ? lifetime(c, &t, m.now, e) : 0; /* the machine's own do not end */
	str tail;

	if (!maker && t.expires_at == TOKEN_EXPIRES_USUAL)
		t.expires_at = 0;
	if (r >= 0)
		r = check(maker, &t, m.now, e);
	if (r < 0)
		return r;
	if (RAND_bytes(random, sizeof random) != 1)
		return error_set(e, ERR_SYSTEM, "no random bytes");
	tail = base64url_encode(a, str_mem(random, sizeof random));
	secret_set(&made, STR(prefix));
	secret_add(&made, tail);
	explicit_bzero(random, sizeof random);
	if (tail.n) /* the arena's copy goes */
		explicit_bzero((char *)(uintptr_t)tail.p, tail.n);
	m.hash = digest_of(secret_view(&made));
	t.name = arena_str(a, t.name);
	t.created_by = maker ? arena_str(a, maker->name) : STR("system");
	t.created_at = m.now;
	t.used_at = t.revoked_at = 0;
	r = store_do(c->store, STORE_WRITE, make, &m, e);
	if (r < 0) {
		secret_done(&made);
		return r;
	}
	*out = t;
	secret_done(text);
	*text = made;
	return 0;
}

/* --- finding --- */

struct search {
	struct digest hash;
	int64_t now, id, used_at;
	struct arena *a;
	struct caller *out;
	bool known, ended, agent;
	struct grants grants;
};

int tokens_grants(struct db *d, int64_t id, struct arena *a, struct grants *into, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT role, scope FROM token_role WHERE token_id = $1 ORDER BY scope, role",
	        V_INT(id));

	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		struct grant g;
		if (!role_parse(rows_text(rows, 0), &g.role))
			continue; /* of a later version: gives nothing here */
		g.scope = arena_str(a, rows_text(rows, 1));
		if (!vec_add(a, into, g))
			return error_set(e, ERR_LIMIT, "the request's memory is spent");
	}
	return r;
}

static int search(void *ctx, struct db *d, struct error *e)
{
	struct search *s = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT id, name, kind, expires_at, used_at, revoked_at FROM token WHERE hash = $1",
	        V_BYTES(str_mem(s->hash.bytes, sizeof s->hash.bytes)));

	s->known = false;
	s->grants.n = 0;
	if (r < 0 || (r = rows_next(rows, e)) <= 0)
		return r;
	s->known = true;
	s->id = rows_int(rows, 0);
	s->used_at = rows_int(rows, 4);
	s->ended = (!rows_null(rows, 3) && rows_int(rows, 3) <= s->now) || !rows_null(rows, 5);
	s->agent = str_eq(rows_text(rows, 2), STR("agent"));
	s->out->name =
	        arena_concat(s->a, s->agent ? STR("agent:") : STR("token:"), rows_text(rows, 1));
	return s->ended ? 0 : tokens_grants(d, s->id, s->a, &s->grants, e);
}

static int stamp(void *ctx, struct db *d, struct error *e)
{
	const struct search *s = ctx;
	int64_t n = db_run(d, e, "UPDATE token SET used_at = $1 WHERE id = $2", V_INT(s->now),
	                   V_INT(s->id));
	return n < 0 ? (int)n : 0;
}

/* Looks like one of ours? Others never reach the store. */
static bool is_token(str text)
{
	if (text.n != TEXT_BYTES || !str_starts(text, STR(prefix)))
		return false;
	for (size_t i = sizeof prefix - 1; i < text.n; i++) {
		char c = text.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return true;
}

int tokens_find(const struct center *c, str text, struct arena *a, struct caller *out, bool *ended,
                struct error *e)
{
	struct caller found = { .kind = CALLER_TOKEN };
	struct search s = { .now = center_now(c), .a = a, .out = &found };
	struct error ignored = { 0 };
	int r;

	*ended = false;
	if (!is_token(text))
		return 0;
	s.hash = digest_of(text);
	r = store_do(c->store, STORE_READ, search, &s, e);
	if (r < 0)
		return r;
	*ended = s.known && s.ended;
	if (!s.known || s.ended)
		return 0;
	if (a->failed)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	/* a clock that went back stamps too; what cannot be stamped is let in all the same */
	if ((s.now - s.used_at >= STAMP_S || s.used_at > s.now) &&
	    store_do(c->store, STORE_WRITE, stamp, &s, &ignored) < 0)
		(void)ignored;
	found.kind = s.agent ? CALLER_AGENT : CALLER_TOKEN;
	found.id = s.id;
	found.grants = s.grants.v;
	found.grant_count = s.grants.n;
	*out = found;
	return 1;
}

/* --- listing --- */

static bool may_see(const struct caller *viewer, const struct token *t)
{
	if (!viewer) /* the machine itself */
		return true;
	if (viewer->id && viewer->id == t->id)
		return true;
	for (size_t i = 0; i < t->grants.n; i++)
		if (!access_may(viewer, "Plimsoll.Center/tokens/read", t->grants.v[i].scope))
			return false;
	return t->grants.n || access_may(viewer, "Plimsoll.Center/tokens/read", STR("/"));
}

struct listing {
	const struct caller *viewer;
	bool with_ended;
	int64_t now, id; /* 0: all */
	struct arena *a;
	struct tokens *out;
};

static int list(void *ctx, struct db *d, struct error *e)
{
	struct listing *l = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT id, name, kind, created_by, created_at, expires_at, used_at, revoked_at "
	        "FROM token WHERE ($1 = 0 OR id = $1) AND ($2 = 1 OR (revoked_at IS NULL AND "
	        "(expires_at IS NULL OR expires_at > $3))) ORDER BY id LIMIT $4",
	        V_INT(l->id), V_INT(l->with_ended), V_INT(l->now), V_INT(TOKENS_MAX));

	l->out->list.n = 0;
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		struct token t = { .id = rows_int(rows, 0) };
		t.name = arena_str(l->a, rows_text(rows, 1));
		t.agent = str_eq(rows_text(rows, 2), STR("agent"));
		t.created_by = arena_str(l->a, rows_text(rows, 3));
		t.created_at = rows_int(rows, 4);
		t.expires_at = rows_int(rows, 5);
		t.used_at = rows_int(rows, 6);
		t.revoked_at = rows_int(rows, 7);
		r = tokens_grants(d, t.id, l->a, &t.grants, e);
		if (r >= 0 && may_see(l->viewer, &t) && !vec_add(l->a, &l->out->list, t))
			return error_set(e, ERR_LIMIT, "too many tokens for one answer");
	}
	return r < 0 ? r : 0;
}

int tokens_list(const struct center *c, const struct caller *viewer, bool with_ended,
                struct arena *a, struct tokens *out, struct error *e)
{
	struct listing l = { viewer, with_ended, center_now(c), 0, a, out };
	return store_do(c->store, STORE_READ, list, &l, e);
}

int tokens_get(const struct center *c, const struct caller *viewer, int64_t id, struct arena *a,
               struct token *out, struct error *e)
{
	struct tokens found = { 0 };
	struct listing l = { viewer, true, center_now(c), id, a, &found };
	int r = id <= 0 ? 0 : store_do(c->store, STORE_READ, list, &l, e);

	if (r < 0)
		return r;
	if (!found.list.n)
		return error_set(e, ERR_NOTFOUND, "there is no token %lld", (long long)id);
	*out = found.list.v[0];
	return 0;
}

static int end(void *ctx, struct db *d, struct error *e)
{
	struct making *m = ctx;
	int64_t n = db_run(d, e,
	                   "UPDATE token SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
	                   V_INT(m->now), V_INT(m->t->id));

	if (n > 0)
		n = db_run(d, e, "DELETE FROM session WHERE token_id = $1", V_INT(m->t->id));
	else if (n == 0) /* revoked before: nothing to say */
		return 0;
	return n < 0 ? (int)n : note(d, m, "Plimsoll.Center/tokens/delete", e);
}

int tokens_revoke(const struct center *c, const struct caller *by, str peer, int64_t id,
                  struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(4 << 20);
	struct token t = { 0 };
	struct making m = { c, by, peer, &t, { { 0 } }, &a, center_now(c) };
	int r = tokens_get(c, by, id, &a, &t, e);

	return r < 0 ? r : store_do(c->store, STORE_WRITE, end, &m, e);
}

static int count_admins(void *ctx, struct db *d, struct error *e)
{
	struct listing *l = ctx;
	return db_int(d, e, &l->id,
	              "SELECT count(*) FROM token t JOIN token_role r ON r.token_id = t.id WHERE "
	              "r.role = 'Owner' AND r.scope = '/' AND t.revoked_at IS NULL AND "
	              "(t.expires_at IS NULL OR t.expires_at > $1)",
	              V_INT(l->now));
}

int tokens_any_admin(const struct center *c, bool *out, struct error *e)
{
	struct listing l = { .now = center_now(c) };
	int r = store_do(c->store, STORE_READ, count_admins, &l, e);

	if (r >= 0)
		*out = l.id > 0;
	return r < 0 ? r : 0;
}
