/* Tokens, sessions, one-time texts, the audit log and a caller's sight, on the store of the case.
 */
#include "center/auditlog.h"
#include "center/founding.h"
#include "center/sessions.h"
#include "center/sight.h"
#include "center/vault.h"
#include "fixture.h"

#define SUB "/subscriptions/11111111-2222-3333-4444-555555555555"

static char key_file[96];

static void begin(void)
{
	center_begin();
	snprintf(key_file, sizeof key_file, "%s.key", clock_file);
	EXPECT_OK(vault_open(key_file, true, &center.vault, &err), &err);
}

static void end(void)
{
	vault_free(center.vault);
	unlink(key_file);
	center_end();
}

static int make(const struct caller *maker, const char *name, enum role role, const char *scope,
                int64_t expires, struct secret *text, struct token *out)
{
	struct grant *g = arena_new(&arena_of_case, struct grant);
	*g = (struct grant){ role, str_c(scope) };
	struct token wanted = { .name = str_c(name),
		                .agent = role == ROLE_AGENT,
		                .expires_at = expires,
		                .grants = { g, 1, 1 } };
	return tokens_make(&center, maker, STR("127.0.0.1"), &wanted, &arena_of_case, out, text,
	                   &err);
}

static int find(const struct secret *text, struct caller *who, bool *ended)
{
	return tokens_find(&center, secret_view(text), &arena_of_case, who, ended, &err);
}

TEST(a_token_is_found_by_its_text_and_by_nothing_else)
{
	struct secret text = { 0 }, other = { 0 };
	struct caller who = { 0 };
	struct token t;
	bool ended;

	begin();
	EXPECT_OK(make(NULL, "one", ROLE_READER, SUB, 0, &text, &t), &err);
	EXPECT_INT(secret_view(&text).n, 48);
	EXPECT(str_starts(secret_view(&text), STR("plsl_")));
	EXPECT_INT(find(&text, &who, &ended), 1);
	EXPECT_STR(who.name, STR("token:one"));
	EXPECT_INT(who.grant_count, 1);
	EXPECT_STR(who.grants[0].scope, STR(SUB));
	secret_set(&other, secret_view(&text));
	other.p[47] = other.p[47] == 'A' ? 'B' : 'A';
	EXPECT_INT(find(&other, &who, &ended), 0);
	EXPECT(!ended);
	secret_set(&other, str_upto(secret_view(&text), 47));
	EXPECT_INT(find(&other, &who, &ended), 0);
	EXPECT_INT(make(NULL, "one", ROLE_READER, SUB, 0, &other, &t), ERR_CONFLICT);
	secret_done(&text);
	secret_done(&other);
	end();
}

TEST(a_token_ends_by_its_date_and_by_revocation)
{
	struct secret text = { 0 }, more = { 0 };
	struct caller who = { 0 };
	struct token t, u;
	bool ended;

	begin();
	EXPECT_OK(make(NULL, "brief", ROLE_READER, "/", center_now(&center) + 60, &text, &t), &err);
	EXPECT_OK(make(NULL, "long", ROLE_READER, "/", 0, &more, &u), &err);
	EXPECT_INT(find(&text, &who, &ended), 1);
	clock_move(61);
	EXPECT_INT(find(&text, &who, &ended), 0);
	EXPECT(ended);
	EXPECT_INT(find(&more, &who, &ended), 1);
	EXPECT_OK(tokens_revoke(&center, NULL, STR(""), u.id, &err), &err);
	EXPECT_OK(tokens_revoke(&center, NULL, STR(""), u.id, &err), &err);
	EXPECT_INT(find(&more, &who, &ended), 0);
	EXPECT(ended);
	secret_done(&text);
	/* its name is free again */
	EXPECT_OK(make(NULL, "long", ROLE_READER, "/", 0, &text, &u), &err);
	secret_done(&text);
	secret_done(&more);
	end();
}

TEST(use_is_stamped_at_most_once_a_minute)
{
	struct secret text = { 0 };
	struct caller who = { 0 };
	struct token t, seen = { 0 };
	int64_t first;
	bool ended;

	begin();
	EXPECT_OK(make(NULL, "one", ROLE_READER, "/", 0, &text, &t), &err);
	EXPECT_INT(find(&text, &who, &ended), 1);
	EXPECT_OK(tokens_get(&center, NULL, t.id, &arena_of_case, &seen, &err), &err);
	first = seen.used_at;
	EXPECT(first > 0);
	clock_move(50);
	EXPECT_INT(find(&text, &who, &ended), 1);
	EXPECT_OK(tokens_get(&center, NULL, t.id, &arena_of_case, &seen, &err), &err);
	EXPECT_INT(seen.used_at, first);
	clock_move(70);
	EXPECT_INT(find(&text, &who, &ended), 1);
	EXPECT_OK(tokens_get(&center, NULL, t.id, &arena_of_case, &seen, &err), &err);
	EXPECT(seen.used_at >= first + 60);
	secret_done(&text);
	end();
}

TEST(a_maker_gives_no_more_than_he_has_and_it_is_written_down)
{
	struct grant g = { ROLE_OWNER, STR(SUB) };
	struct caller maker = {
		.kind = CALLER_TOKEN, .name = STR("token:m"), .grants = &g, .grant_count = 1
	};
	struct audit_filter f = { .scopes = &g.scope, .scope_count = 1 };
	struct audits log = { 0 };
	struct secret text = { 0 };
	struct token t;

	begin();
	EXPECT_INT(make(&maker, "all", ROLE_READER, "/", 0, &text, &t), ERR_DENIED);
	EXPECT(!secret_is_set(&text));
	EXPECT_OK(make(&maker, "sub", ROLE_READER, SUB "/resourcegroups/a", 0, &text, &t), &err);
	EXPECT_INT(make(&maker, "past", ROLE_READER, SUB, 1, &text, &t), ERR_USAGE);
	EXPECT_INT(make(&maker, "", ROLE_READER, SUB, 0, &text, &t), ERR_USAGE);
	EXPECT_OK(auditlog_list(&center, &f, &arena_of_case, &log, &err), &err);
	EXPECT_INT(log.list.n, 1);
	EXPECT_STR(log.list.v[0].actor, STR("token:m"));
	EXPECT_STR(log.list.v[0].target, STR(SUB "/resourcegroups/a"));
	EXPECT(str_find(log.list.v[0].detail, STR("plsl_")) == log.list.v[0].detail.n);
	f.scope_count = 0; /* who has no scope sees nothing */
	EXPECT_OK(auditlog_list(&center, &f, &arena_of_case, &log, &err), &err);
	EXPECT_INT(log.list.n, 0);
	secret_done(&text);
	end();
}

TEST(the_first_start_makes_one_admin_and_one_subscription)
{
	struct secret text = { 0 }, more = { 0 };
	str one = { 0 }, two = { 0 };

	begin();
	EXPECT_INT(founding_admin(&center, NULL, &text, &err), 1);
	EXPECT_INT(founding_admin(&center, NULL, &more, &err), 0);
	EXPECT_INT(founding_admin(&center, "rescue", &more, &err), 1);
	EXPECT_OK(founding_subscription(&center, STR(""), &arena_of_case, &one, &err), &err);
	EXPECT_OK(founding_subscription(&center, STR(""), &arena_of_case, &two, &err), &err);
	EXPECT_STR(one, two);
	EXPECT_INT(founding_subscription(&center, STR("x"), &arena_of_case, &two, &err), ERR_USAGE);
	EXPECT_OK(founding_key(&center, &err), &err);
	EXPECT_OK(founding_key(&center, &err), &err);
	vault_free(center.vault);
	unlink(key_file);
	EXPECT_OK(vault_open(key_file, true, &center.vault, &err), &err);
	EXPECT_INT(founding_key(&center, &err), ERR_DENIED);
	secret_done(&text);
	secret_done(&more);
	end();
}

TEST(a_session_ends_idle_old_or_closed)
{
	struct grant g = { ROLE_READER, STR(SUB) };
	struct session_order o = { .subject = STR("user:ada"), .grants = { &g, 1, 1 } };
	struct secret cookie = { 0 };
	struct caller who = { 0 };

	begin();
	EXPECT_OK(sessions_open(&center, &o, STR("::1"), &cookie, &err), &err);
	EXPECT_INT(sessions_find(&center, secret_view(&cookie), &arena_of_case, &who, &err), 1);
	EXPECT_STR(who.name, STR("user:ada"));
	EXPECT_INT(who.csrf.n, 43);
	EXPECT_INT(who.grant_count, 1);
	EXPECT_INT(sessions_find(&center, STR("short"), &arena_of_case, &who, &err), 0);
	clock_move(7201);
	EXPECT_INT(sessions_find(&center, secret_view(&cookie), &arena_of_case, &who, &err), 0);
	EXPECT_OK(sessions_sweep(&center, &err), &err);
	EXPECT_INT(store_number(center.store, "SELECT count(*) FROM session"), 0);
	EXPECT_OK(sessions_open(&center, &o, STR("::1"), &cookie, &err), &err);
	EXPECT_OK(sessions_close(&center, secret_view(&cookie), &err), &err);
	EXPECT_INT(sessions_find(&center, secret_view(&cookie), &arena_of_case, &who, &err), 0);
	secret_done(&cookie);
	end();
}

TEST(what_is_good_for_once_is_good_for_once)
{
	struct secret text = { 0 }, doc = { 0 };

	begin();
	EXPECT_OK(logins_put(&center, "oidc", STR("{}"), &text, &err), &err);
	EXPECT_INT(logins_take(&center, "link", secret_view(&text), &doc, &err), 0);
	EXPECT_INT(logins_take(&center, "oidc", secret_view(&text), &doc, &err), 1);
	EXPECT_STR(secret_view(&doc), STR("{}"));
	EXPECT_INT(logins_take(&center, "oidc", secret_view(&text), &doc, &err), 0);
	EXPECT_OK(logins_put(&center, "oidc", STR("{}"), &text, &err), &err);
	clock_move(LOGIN_S + 1);
	EXPECT_INT(logins_take(&center, "oidc", secret_view(&text), &doc, &err), 0);
	secret_done(&text);
	secret_done(&doc);
	end();
}

struct looking {
	struct caller who;
	enum sight_of what;
	struct sight sight;
};

static int look(void *ctx, struct db *d, struct error *e)
{
	struct looking *l = ctx;
	return access_sight(d, &l->who, l->what, &arena_of_case, &l->sight, e);
}

TEST(sight_holds_the_registries_that_roles_reach)
{
	static const char registry[] = "/subscriptions/s/resourcegroups/g/providers/"
	                               "microsoft.containerregistry/registries/one";
	const struct {
		const char *why;
		size_t n;
		struct grant grants[2];
		bool all[4];
		size_t registries[4], subscriptions[4]; /* resources, content, findings, reports */
	} rows[] = {
		{ "nobody", 0, { { 0 } }, { 0 }, { 0 }, { 0 } },
		{ "owner of all",
		  1,
		  { { ROLE_OWNER, STR("/") } },
		  { true, true, true, true },
		  { 0 },
		  { 0 } },
		{ "reader of a subscription",
		  1,
		  { { ROLE_READER, STR("/subscriptions/s") } },
		  { 0 },
		  { 2, 2, 0, 2 },
		  { 1, 1, 0, 1 } },
		{ "security reader alone",
		  1,
		  { { ROLE_SECURITY_READER, STR("/subscriptions/s") } },
		  { 0 },
		  { 2, 0, 0, 2 },
		  { 1, 1, 0, 1 } },
		{ "and AcrPull on one",
		  2,
		  { { ROLE_SECURITY_READER, STR("/subscriptions/s") },
		    { ROLE_ACR_PULL, str_c(registry) } },
		  { 0 },
		  { 2, 1, 1, 2 },
		  { 1, 1, 0, 1 } },
		{ "reader of one, AcrPull everywhere",
		  2,
		  { { ROLE_READER, str_c(registry) }, { ROLE_ACR_PULL, STR("/") } },
		  { 0 },
		  { 2, 2, 0, 1 },
		  { 0 } },
		{ "AcrPull everywhere",
		  1,
		  { { ROLE_ACR_PULL, STR("/") } },
		  { 0 },
		  { 2, 2, 0 },
		  { 0 } },
		{ "another subscription",
		  1,
		  { { ROLE_OWNER, STR("/subscriptions/t") } },
		  { 0 },
		  { 0 },
		  { 0 } },
	};
	begin();
	for (size_t i = 0; i < LEN(rows); i++)
		for (int what = 0; what < 4; what++) {
			struct looking l = { { .kind = CALLER_TOKEN,
				               .grants = rows[i].grants,
				               .grant_count = rows[i].n },
				             (enum sight_of)what,
				             { 0 } };
			EXPECT_OK(store_do(center.store, STORE_READ, look, &l, &err), &err);
			if (l.sight.all != rows[i].all[what] ||
			    l.sight.registries_n != rows[i].registries[what] ||
			    l.sight.subscriptions_n != rows[i].subscriptions[what])
				test_fail(__FILE__, __LINE__, "%s, %d: %d %zu %zu", rows[i].why,
				          what, l.sight.all, l.sight.registries_n,
				          l.sight.subscriptions_n);
		}
	end();
}
