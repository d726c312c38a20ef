#include "api/accessroutes.h"
#include "api/answer.h"
#include "api/gate.h"
#include "api/login.h"
#include "base/json.h"
#include "base/time.h"
#include "center/auditlog.h"
#include "center/sessions.h"
#include "center/tokens.h"
#include <inttypes.h>

static void write_time(struct jsonout *j, const char *key, int64_t at)
{
	char text[TIME_TEXT_BYTES];

	if (at)
		jsonout_text(j, key, time_text(at, text));
	else
		jsonout_null(j, key);
}

static void write_grants(struct jsonout *j, const struct grant *g, size_t n)
{
	jsonout_array(j, "roles");
	for (size_t i = 0; i < n; i++) {
		jsonout_object(j, NULL);
		jsonout_text(j, "role", role_name(g[i].role));
		jsonout_str(j, "scope", g[i].scope);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void write_token(struct jsonout *j, const struct token *t, str text)
{
	jsonout_object(j, NULL);
	jsonout_i64(j, "id", t->id);
	jsonout_str(j, "name", t->name);
	jsonout_text(j, "kind", t->agent ? "agent" : "token");
	jsonout_some(j, "token", text); /* this once */
	write_grants(j, t->grants.v, t->grants.n);
	jsonout_str(j, "createdBy", t->created_by);
	write_time(j, "createdAt", t->created_at);
	write_time(j, "expiresAt", t->expires_at);
	write_time(j, "usedAt", t->used_at);
	write_time(j, "revokedAt", t->revoked_at);
	jsonout_end(j);
}

/* --- tokens --- */

static int list_tokens(struct call *c, struct error *e)
{
	struct tokens found = { 0 };
	struct jsonout j = answer_json(c);
	bool ended;
	int r = call_bool(c, "ended", false, &ended, e);

	if (r >= 0)
		r = tokens_list(c->center, c->caller, ended, c->arena, &found, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < found.list.n; i++)
		write_token(&j, &found.list.v[i], (str){ 0 });
	jsonout_end(&j);
	jsonout_end(&j);
	return 0;
}

static int token_id(struct call *c, int64_t *id, struct error *e)
{
	uint64_t n;
	str text = route_part(&c->match, "token");

	if (!str_u64(text, &n) || n > INT64_MAX)
		return error_set(e, ERR_NOTFOUND, "there is no token '%.*s'",
		                 STR_FMT(str_upto(text, 64)));
	*id = (int64_t)n;
	return 0;
}

static int get_token(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	struct token t = { 0 };
	int64_t id = 0;
	int r = token_id(c, &id, e);

	if (r >= 0)
		r = tokens_get(c->center, c->caller, id, c->arena, &t, e);
	if (r >= 0)
		write_token(&j, &t, (str){ 0 });
	return r;
}

static int revoke_token(struct call *c, struct error *e)
{
	int64_t id = 0;
	int r = token_id(c, &id, e);

	if (r >= 0)
		r = tokens_revoke(c->center, c->caller, c->x->peer, id, e);
	if (r >= 0)
		c->x->status = 204;
	return r;
}

static int read_grants(struct call *c, const struct json *roles, struct grants *out,
                       struct error *e)
{
	static const char *const members[] = { "role", "scope", NULL };

	if (!json_is_array(roles))
		return error_set(e, ERR_USAGE, "roles: a list of {\"role\", \"scope\"}");
	for (size_t i = 0; i < json_len(roles); i++) {
		const struct json *row = json_at(roles, i);
		struct grant g;
		int r = json_is_object(row) ? call_members(row, members, e)
		                            : error_set(e, ERR_USAGE, "roles: no object");
		if (r >= 0 && !role_parse(json_str(row, "role"), &g.role))
			r = error_set(e, ERR_USAGE, "roles: there is no role '%.*s'",
			              STR_FMT(str_upto(json_str(row, "role"), 64)));
		if (r >= 0)
			r = scope_parse(json_get(row, "scope") ? json_str(row, "scope") : STR("/"),
			                c->arena, &g.scope, e);
		if (r < 0)
			return r;
		vec_add(c->arena, out, g);
	}
	return 0;
}

static int read_token(struct call *c, struct token *t, struct error *e)
{
	static const char *const members[] = { "name",      "kind",      "roles",
		                               "expiresAt", "expiresIn", NULL };
	const struct json *body;
	int64_t in;
	str kind, at;
	int r = call_json(c, &body, e);

	if (r >= 0)
		r = call_members(body, members, e);
	if (r < 0)
		return r;
	kind = json_str(body, "kind");
	at = json_str(body, "expiresAt");
	t->name = json_str(body, "name");
	t->agent = str_eq(kind, STR("agent"));
	if (json_get(body, "kind") && !t->agent && !str_eq(kind, STR("token")))
		return error_set(e, ERR_USAGE, "kind: token or agent");
	t->expires_at = TOKEN_EXPIRES_USUAL;
	if (json_get(body, "expiresAt") && !time_parse(at, &t->expires_at))
		return error_set(e, ERR_USAGE, "expiresAt: a date such as 2030-01-02T03:04:05Z");
	if (json_get(body, "expiresIn")) {
		if (!json_i64(body, "expiresIn", &in) || in < 0 || in > INT32_MAX)
			return error_set(e, ERR_USAGE, "expiresIn: seconds; 0 is for ever");
		t->expires_at = in ? center_now(c->center) + in : 0;
	}
	if (t->expires_at > 0 && t->expires_at <= center_now(c->center))
		return error_set(e, ERR_CONFLICT, "expiresAt: that is over");
	r = read_grants(c, json_get(body, "roles"), &t->grants, e);
	for (size_t i = 0; r >= 0 && i < t->grants.n; i++)
		if ((t->grants.v[i].role == ROLE_AGENT) != t->agent)
			return error_set(e, ERR_CONFLICT, "roles: a token of kind agent has the role agent, and no other has it");
	return r;
}

static int make_token(struct call *c, struct error *e)
{
	struct token wanted = { 0 }, made = { 0 };
	struct jsonout j = answer_json(c);
	struct secret text = { 0 };
	int r = read_token(c, &wanted, e);

	if (r >= 0)
		r = tokens_make(c->center, c->caller, c->x->peer, &wanted, c->arena, &made, &text,
		                e);
	if (r < 0)
		return r;
	answer_created(c, arena_printf(c->arena, "/api/v1/tokens/%" PRId64, made.id));
	write_token(&j, &made, secret_view(&text));
	secret_done(&text);
	return 0;
}

/* --- who am I --- */

static int me(struct call *c, struct error *e)
{
	static const char *const kinds[] = { "nobody", "token", "agent", "session" };
	struct jsonout j = answer_json(c);

	(void)e;
	jsonout_object(&j, NULL);
	jsonout_str(&j, "name", c->caller->name);
	jsonout_text(&j, "kind", kinds[c->caller->kind]);
	jsonout_some(&j, "csrf", c->caller->csrf); /* for X-CSRF-Token beside a session's changes */
	write_grants(&j, c->caller->grants, c->caller->grant_count);
	jsonout_end(&j);
	return 0;
}

static int make_link(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	struct secret text = { 0 };
	str url;
	int r = logins_link(c->center, c->caller, &text, e);

	if (r < 0)
		return r;
	url = arena_join(c->arena, answer_base(c), STR("/login?link="), secret_view(&text));
	secret_done(&text);
	call_audit(c, "Plimsoll.Center/loginLinks/write", STR("/"), (str){ 0 });
	c->x->status = 201;
	jsonout_object(&j, NULL);
	jsonout_str(&j, "url", url);
	write_time(&j, "expiresAt", center_now(c->center) + LOGIN_S);
	jsonout_end(&j);
	return 0;
}

/* --- roles: the table itself --- */

static int list_roles(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	const char *action;
	unsigned above, below;

	(void)e;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (enum role r = 0; r < ROLE_COUNT; r++) {
		jsonout_object(&j, NULL);
		jsonout_text(&j, "name", role_name(r));
		jsonout_some(&j, "id", str_c(role_guid(r)));
		jsonout_array(&j, "actions");
		for (size_t i = 0; access_row(i, &action, &above, &below); i++)
			if (above >> r & 1)
				jsonout_text(&j, NULL, action);
		jsonout_end(&j);
		jsonout_array(&j, "actionsAtGroupOrRegistry");
		for (size_t i = 0; access_row(i, &action, &above, &below); i++)
			if (below >> r & 1)
				jsonout_text(&j, NULL, action);
		jsonout_end(&j);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	jsonout_end(&j);
	return 0;
}

/* --- audit log --- */

static int read_date(struct call *c, const char *name, int64_t *out, struct error *e)
{
	str text;
	int r = call_param(c, name, &text, e);

	*out = 0;
	if (r >= 0 && query_has(c->x->query, name) && !time_parse(text, out))
		return error_set(e, ERR_USAGE, "%s: a date such as 2030-01-02T03:04:05Z", name);
	return r;
}

static bool is_outcome(str word)
{
	for (enum audit_outcome o = AUDIT_DONE; o <= AUDIT_FAILED; o++)
		if (str_eq(word, str_c(audit_outcome_name(o))))
			return true;
	return false;
}

static int read_filter(struct call *c, struct audit_filter *f, struct error *e)
{
	VEC(str) scopes = { 0 };
	int64_t limit = 0;
	int r = read_date(c, "from", &f->from, e);

	if (r >= 0)
		r = read_date(c, "to", &f->to, e);
	if (r >= 0)
		r = call_param(c, "actor", &f->actor, e);
	if (r >= 0)
		r = call_param(c, "action", &f->action, e);
	if (r >= 0)
		r = call_param(c, "target", &f->target, e);
	if (r >= 0)
		r = call_param(c, "outcome", &f->outcome, e);
	if (r >= 0 && query_has(c->x->query, "outcome") && !is_outcome(f->outcome))
		r = error_set(e, ERR_USAGE, "outcome: done, refused or failed");
	if (r >= 0)
		r = call_number(c, "limit", 1, 1000, 100, &limit, e);
	if (r >= 0)
		r = call_number(c, "cursor", 1, INT64_MAX, 0, &f->before, e);
	f->limit = (unsigned)limit + 1; /* one more tells whether there is more */
	for (size_t i = 0; i < c->caller->grant_count; i++)
		if (access_may(c->caller, "Plimsoll.Center/auditLog/read",
		               c->caller->grants[i].scope))
			vec_add(c->arena, &scopes, c->caller->grants[i].scope);
	f->scopes = scopes.v;
	f->scope_count = scopes.n;
	return r;
}

static void write_entry(struct jsonout *j, const struct audit *x)
{
	jsonout_object(j, NULL);
	jsonout_i64(j, "id", x->id);
	write_time(j, "at", x->at);
	jsonout_str(j, "actor", x->actor);
	jsonout_str(j, "peer", x->peer);
	jsonout_str(j, "action", x->action);
	jsonout_str(j, "target", x->target);
	jsonout_text(j, "outcome", audit_outcome_name(x->outcome));
	jsonout_str(j, "detail", x->detail);
	jsonout_end(j);
}

static int list_audit(struct call *c, struct error *e)
{
	struct audit_filter f = { 0 };
	struct audits found = { 0 };
	struct jsonout j = answer_json(c);
	int r = read_filter(c, &f, e);
	size_t n;

	if (r >= 0)
		r = auditlog_list(c->center, &f, c->arena, &found, e);
	if (r < 0)
		return r;
	n = MIN(found.list.n, (size_t)f.limit - 1);
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < n; i++)
		write_entry(&j, &found.list.v[i]);
	jsonout_end(&j);
	if (found.list.n > n)
		jsonout_str(
		        &j, "nextLink",
		        answer_link(c, "cursor",
		                    arena_printf(c->arena, "%" PRId64, found.list.v[n - 1].id)));
	jsonout_end(&j);
	return 0;
}

// clang-format off
static const struct param tokens_params[] = {
	{ "ended", "{\"type\":\"boolean\"}", "those that have ended or were revoked too" },
	{ 0 }
};
static const struct param audit_params[] = {
	{ "from",    "{\"type\":\"string\",\"format\":\"date-time\"}", "not before" },
	{ "to",      "{\"type\":\"string\",\"format\":\"date-time\"}", "not after" },
	{ "actor",   "{\"type\":\"string\"}", "who" },
	{ "action",  "{\"type\":\"string\"}", "what, by its beginning" },
	{ "target",  "{\"type\":\"string\"}", "to what, by its beginning" },
	{ "outcome", "{\"type\":\"string\",\"enum\":[\"done\",\"refused\",\"failed\"]}", "how it ended" },
	{ "limit",   "{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000}", "entries a page" },
	{ "cursor",  "{\"type\":\"integer\",\"minimum\":1}", "of nextLink" },
	{ 0 }
};

static const struct route rows[] = {
	{ { METHOD_GET,    "/api/v1/me",             false }, FAMILY_V1, me,           NULL, "Who the caller is and what roles he has", NULL, NULL, "Me" },
	{ { METHOD_POST,   "/api/v1/login-links",    false }, FAMILY_V1, make_link,    NULL, "A link that signs a browser in as the caller, once, within ten minutes", NULL, NULL, "201 LoginLink" },
	{ { METHOD_GET,    "/api/v1/roles",          false }, FAMILY_V1, list_roles,   NULL, "Roles and their actions", NULL, NULL, "RoleList" },
	{ { METHOD_GET,    "/api/v1/tokens",         false }, FAMILY_V1, list_tokens,  NULL, "Tokens that the caller may see", tokens_params, NULL, "TokenList" },
	{ { METHOD_POST,   "/api/v1/tokens",         false }, FAMILY_V1, make_token,   NULL, "Make a token, which is shown this once", NULL, "NewToken", "201 Token" },
	{ { METHOD_GET,    "/api/v1/tokens/{token}", false }, FAMILY_V1, get_token,    NULL, "One token", NULL, NULL, "Token" },
	{ { METHOD_DELETE, "/api/v1/tokens/{token}", false }, FAMILY_V1, revoke_token, NULL, "Revoke a token", NULL, NULL, NULL },
	{ { METHOD_GET,    "/api/v1/audit-log",      false }, FAMILY_V1, list_audit,   "Plimsoll.Center/auditLog/read", "What was changed and what was refused, the newest first", audit_params, NULL, "AuditList" },
};
// clang-format on
const struct route_set access_routes = { "/api/v1/", FAMILY_V1, rows, LEN(rows) };
