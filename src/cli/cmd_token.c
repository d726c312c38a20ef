/* cli/cmd_token.c — `plimsoll token`: who may ask a center, and what. */
#include "base/jsonout.h"
#include "base/time.h"
#include "center/founding.h"
#include "center/tokens.h"
#include "cli/commands.h"
#include "cli/house.h"
#include "cli/remote.h"
#include "cli/screen.h"
#include <inttypes.h>
#include <stdio.h>

struct settings {
	struct remote_options remote;
	struct house_options house;
	struct option_list roles;
	const char *expires;
	bool agent, all, local;
};

static const char about[] =
        "  create NAME   make a token and print it, this once\n"
        "  list          those that you may see\n"
        "  revoke ID     end one, by its number or name\n"
        "  link          an address that signs a browser in as you, once, within ten minutes\n\n"
        "A role is Reader, Security Reader, Security Admin, Contributor, Owner, AcrPull or "
        "AcrPush, at\n"
        "a scope: / (everything), /subscriptions/GUID, a resource group or a registry beneath. "
        "Findings\n"
        "of images need a security role and one that reads the registry. Nobody gives more than he "
        "has.\n\n"
        "With --local the store of a center on this machine is asked directly, without a token: "
        "for the\n"
        "first one, and for one that was lost.\n\n"
        "Examples:\n"
        "  plimsoll token create ci --role 'Security Reader' --role AcrPull --expires 90d\n"
        "  plimsoll token create team-a --role Reader@/subscriptions/GUID/resourceGroups/a\n"
        "  plimsoll token create node-1 --agent --role Agent@/subscriptions/GUID\n"
        "  plimsoll token create rescue --local --role Owner --role 'Security Admin'";

static int usage(const char *why)
{
	fprintf(stderr,
	        "plimsoll: token: %s\nusage: plimsoll token VERB [OPTION]... (--help says more)\n",
	        why);
	return 2;
}

/* "90d", "12h", "never", a date */
static int read_expiry(const char *text, int64_t now, int64_t *out, struct error *e)
{
	str t = str_c(text);
	uint64_t n;
	char unit = t.n ? t.p[t.n - 1] : 0;
	int64_t s = unit == 'd'   ? 86400
	            : unit == 'h' ? 3600
	            : unit == 'm' ? 60
	            : unit == 's' ? 1
	                          : 0;

	*out = 0;
	if (str_eq(t, STR("never")))
		return 0;
	if (s && str_u64(str_upto(t, t.n - 1), &n) && n && n <= (uint64_t)(INT32_MAX / s)) {
		*out = now + (int64_t)n * s;
		return 0;
	}
	if (!time_parse(t, out))
		return error_set(e, ERR_USAGE, "--expires %s: 90d, 12h, never or a date", text);
	return 0;
}

static int read_roles(const struct settings *s, struct arena *a, struct grants *out,
                      struct error *e)
{
	for (size_t i = 0; i < s->roles.texts.n; i++) {
		str text = str_c(s->roles.texts.v[i]);
		size_t at = str_chr(text, '@');
		struct grant g;
		int r = 0;
		if (!role_parse(str_upto(text, at), &g.role))
			return error_set(e, ERR_USAGE, "--role %.*s: there is no such role",
			                 STR_FMT(text));
		g.scope = STR("/");
		if (at < text.n)
			r = scope_parse(str_from(text, at + 1), a, &g.scope, e);
		if (r < 0)
			return r;
		vec_add(a, out, g);
	}
	return out->n ? 0 : error_set(e, ERR_USAGE, "--role says what it may do");
}

/* --- here: the store of this machine --- */

static int local_create(const struct settings *s, struct center *c, const struct token *wanted,
                        struct arena *a, struct error *e)
{
	struct secret text = { 0 };
	struct token made;
	int r = tokens_make(c, NULL, (str){ 0 }, wanted, a, &made, &text, e);

	(void)s;
	if (r >= 0)
		printf("%.*s\n", STR_FMT(secret_view(&text)));
	secret_done(&text);
	return r;
}

static void print_row(int64_t id, str name, str kind, str roles, str expires, str used)
{
	struct buf b cleanup(buf_done) = BUF(64 << 10);

	buf_printf(&b, "%-5" PRId64 " ", id);
	screen_put_safe(&b, name);
	buf_printf(&b, "%*s %-6.*s %-21.*s %-21.*s ", (int)MAX(0, 24 - (int)name.n), "",
	           STR_FMT(kind), STR_FMT(expires), STR_FMT(used));
	screen_put_safe(&b, roles);
	printf("%.*s\n", STR_FMT(buf_view(&b)));
}

static void print_head(void)
{
	printf("%-5s %-24s %-6s %-21s %-21s %s\n", "ID", "NAME", "KIND", "EXPIRES", "LAST USED",
	       "ROLES");
}

static str date_or(struct arena *a, int64_t at, const char *none)
{
	char text[TIME_TEXT_BYTES];
	return at ? arena_str(a, str_c(time_text(at, text))) : str_c(none);
}

static int local_list(const struct settings *s, struct center *c, struct arena *a, struct error *e)
{
	struct tokens found = { 0 };
	int r = tokens_list(c, NULL, s->all, a, &found, e);

	if (r < 0)
		return r;
	print_head();
	for (size_t i = 0; i < found.list.n; i++) {
		const struct token *t = &found.list.v[i];
		str roles = { 0 };
		for (size_t k = 0; k < t->grants.n; k++)
			roles = arena_printf(a, "%.*s%s%s@%.*s", STR_FMT(roles), k ? ", " : "",
			                     role_name(t->grants.v[k].role),
			                     STR_FMT(t->grants.v[k].scope));
		print_row(t->id, t->name, t->agent ? STR("agent") : STR("token"), roles,
		          t->revoked_at ? STR("revoked") : date_or(a, t->expires_at, "never"),
		          date_or(a, t->used_at, "never"));
	}
	return 0;
}

static int local_find(struct center *c, str name, struct arena *a, int64_t *id, struct error *e)
{
	struct tokens found = { 0 };
	uint64_t n;
	int r = tokens_list(c, NULL, false, a, &found, e);

	for (size_t i = 0; r >= 0 && i < found.list.n; i++)
		if (str_eq(found.list.v[i].name, name) ||
		    (str_u64(name, &n) && (int64_t)n == found.list.v[i].id)) {
			*id = found.list.v[i].id;
			return 0;
		}
	return r < 0 ? r : error_set(e, ERR_NOTFOUND, "there is no token \"%.*s\"", STR_FMT(name));
}

static int run_local(struct settings *s, const char *verb, const char *name, struct arena *a,
                     struct error *e)
{
	struct token wanted = { .name = str_c(name),
		                .agent = s->agent,
		                .expires_at = TOKEN_EXPIRES_USUAL };
	struct house h;
	int64_t id = 0;
	int r;

	s->house.existing = true;
	r = house_open(&s->house, &h, e);
	if (r < 0)
		return r;
	if (!strcmp(verb, "create")) {
		r = read_roles(s, a, &wanted.grants, e);
		if (r >= 0 && s->expires)
			r = read_expiry(s->expires, center_now(&h.center), &wanted.expires_at, e);
		r = r < 0 ? r : local_create(s, &h.center, &wanted, a, e);
	} else if (!strcmp(verb, "list")) {
		r = local_list(s, &h.center, a, e);
	} else if (!strcmp(verb, "revoke")) {
		r = local_find(&h.center, str_c(name), a, &id, e);
		r = r < 0 ? r : tokens_revoke(&h.center, NULL, (str){ 0 }, id, e);
	} else {
		r = error_set(e, ERR_USAGE, "token %s needs a center that runs: leave --local out",
		              verb);
	}
	house_close(&h);
	return r;
}

/* --- there: a center that runs --- */

static void json_done(struct json **j)
{
	json_free(*j);
}

static int create(const struct settings *s, struct remote *r, const char *name, struct arena *a,
                  struct error *e)
{
	struct json *made cleanup(json_done) = NULL;
	struct buf body cleanup(buf_done) = BUF(64 << 10);
	struct jsonout j = JSONOUT(&body, 0);
	struct grants grants = { 0 };
	char date[TIME_TEXT_BYTES];
	int64_t at = 0;
	int code = read_roles(s, a, &grants, e);

	if (code >= 0 && s->expires)
		code = read_expiry(s->expires, time_now(), &at, e);
	if (code < 0)
		return code;
	jsonout_object(&j, NULL);
	jsonout_text(&j, "name", name);
	jsonout_text(&j, "kind", s->agent ? "agent" : "token");
	if (s->expires && at)
		jsonout_text(&j, "expiresAt", time_text(at, date));
	else if (s->expires)
		jsonout_i64(&j, "expiresIn", 0);
	jsonout_array(&j, "roles");
	for (size_t i = 0; i < grants.n; i++) {
		jsonout_object(&j, NULL);
		jsonout_text(&j, "role", role_name(grants.v[i].role));
		jsonout_str(&j, "scope", grants.v[i].scope);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	jsonout_end(&j);
	code = remote_call(r, "POST", "/api/v1/tokens", buf_view(&body), &made, e);
	if (code >= 0)
		printf("%.*s\n", STR_FMT(json_str(made, "token")));
	return code;
}

static str roles_of(const struct json *token, struct arena *a)
{
	const struct json *roles = json_get(token, "roles");
	str text = { 0 };

	for (size_t i = 0; i < json_len(roles); i++)
		text = arena_printf(a, "%.*s%s%.*s@%.*s", STR_FMT(text), i ? ", " : "",
		                    STR_FMT(json_str(json_at(roles, i), "role")),
		                    STR_FMT(json_str(json_at(roles, i), "scope")));
	return text;
}

static int64_t id_of(const struct json *token)
{
	int64_t id = 0;

	json_i64(token, "id", &id);
	return id;
}

static int list(const struct settings *s, struct remote *r, struct arena *a, struct error *e)
{
	struct json *found cleanup(json_done) = NULL;
	const struct json *rows;
	int code = remote_call(r, "GET", s->all ? "/api/v1/tokens?ended=true" : "/api/v1/tokens",
	                       (str){ 0 }, &found, e);

	if (code < 0)
		return code;
	rows = json_get(found, "value");
	print_head();
	for (size_t i = 0; i < json_len(rows); i++) {
		const struct json *t = json_at(rows, i);
		str ends = json_str(t, "expiresAt"), used = json_str(t, "usedAt");
		print_row(id_of(t), json_str(t, "name"), json_str(t, "kind"), roles_of(t, a),
		          json_str(t, "revokedAt").n ? STR("revoked")
		          : ends.n                   ? ends
		                                     : STR("never"),
		          used.n ? used : STR("never"));
	}
	return 0;
}

static int revoke_there(struct remote *r, str name, struct error *e)
{
	struct json *found cleanup(json_done) = NULL;
	const struct json *rows;
	char path[64];
	uint64_t n = 0;
	int code = remote_call(r, "GET", "/api/v1/tokens", (str){ 0 }, &found, e);

	if (code < 0)
		return code;
	rows = json_get(found, "value");
	for (size_t i = 0; i < json_len(rows); i++) {
		int64_t id = id_of(json_at(rows, i));
		if (!str_eq(json_str(json_at(rows, i), "name"), name) &&
		    !(str_u64(name, &n) && (int64_t)n == id))
			continue;
		snprintf(path, sizeof path, "/api/v1/tokens/%" PRId64, id);
		return remote_call(r, "DELETE", path, (str){ 0 }, NULL, e);
	}
	return error_set(e, ERR_NOTFOUND, "there is no token \"%.*s\"", STR_FMT(name));
}

static int link_browser(struct remote *r, struct error *e)
{
	struct json *made cleanup(json_done) = NULL;
	int code = remote_call(r, "POST", "/api/v1/login-links", (str){ 0 }, &made, e);

	if (code >= 0)
		printf("%.*s\n", STR_FMT(json_str(made, "url")));
	return code;
}

static int run_remote(struct settings *s, const char *verb, const char *name, struct arena *a,
                      struct error *e)
{
	struct remote *r = NULL;
	int code = remote_open(&s->remote, &r, e);

	if (code < 0)
		return code;
	code = !strcmp(verb, "create")   ? create(s, r, name, a, e)
	       : !strcmp(verb, "list")   ? list(s, r, a, e)
	       : !strcmp(verb, "revoke") ? revoke_there(r, str_c(name), e)
	                                 : link_browser(r, e);
	remote_close(r);
	return code;
}

int cmd_token(int argc, char **argv)
{
	struct arena arena cleanup(arena_done) = ARENA(64 << 20);
	struct settings s = { 0 };
	struct error e = { 0 };
	const struct option_row rows[] = {
		// clang-format off
		REMOTE_ROWS(&s.remote),
		{ "role", 0, OPTION_LIST, &s.roles, "ROLE[@SCOPE]", "what it may do; may be given again" },
		{ "expires", 0, OPTION_TEXT, &s.expires, "WHEN", "90d, 12h, a date, never; a year" },
		{ "agent", 0, OPTION_FLAG, &s.agent, NULL, "for an agent, with the role Agent" },
		{ "all", 0, OPTION_FLAG, &s.all, NULL, "list: those that have ended too" },
		{ "local", 0, OPTION_FLAG, &s.local, NULL, "ask the store of this machine" },
		{ "data-dir", 0, OPTION_TEXT, &s.house.data_dir, "DIR", "of that center" },
		{ "store", 0, OPTION_TEXT, &s.house.store, "URL", "its store, where it is not in DIR" },
		{ "key-file", 0, OPTION_TEXT, &s.house.key_file, "FILE", "its key, where it is not in DIR" },
		{ 0 },
		// clang-format on
	};
	const struct command_line line = {
		"plimsoll token create|list|revoke|link [OPTION]... [NAME]", about, rows, &arena
	};
	int n = options_read(&line, argc, argv, &e), r;
	const char *verb = n > 0 ? argv[1] : "", *name = n > 1 ? argv[2] : NULL;
	bool named = !strcmp(verb, "create") || !strcmp(verb, "revoke");

	if (n < 0)
		return e.code ? screen_fail(&e) : 0;
	if (!named && strcmp(verb, "list") && strcmp(verb, "link"))
		return usage(n > 0 ? "the verbs are create, list, revoke and link" : "which verb?");
	if (n != 1 + named)
		return usage(named ? "one name" : "no operands here");
	r = s.local ? run_local(&s, verb, name, &arena, &e)
	            : run_remote(&s, verb, name, &arena, &e);
	return r < 0 ? screen_fail(&e) : 0;
}
