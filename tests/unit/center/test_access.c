/* What a role may do where: the table of defender.md 1.14, a case a cell. */
#include "../test.h"
#include "center/access.h"
#include <stdio.h>

#define SUB       "/subscriptions/11111111-2222-3333-4444-555555555555"
#define GROUP     SUB "/resourcegroups/prod"
#define REGISTRY  GROUP "/providers/microsoft.containerregistry/registries/hub"
#define OTHER     SUB "/resourcegroups/prod/providers/microsoft.containerregistry/registries/hub2"
#define ELSEWHERE "/subscriptions/99999999-2222-3333-4444-555555555555"

static struct caller with(const struct grant *g, size_t n)
{
	return (struct caller){
		.kind = CALLER_TOKEN, .name = STR("token:t"), .grants = g, .grant_count = n
	};
}

/* One letter a column: Reader, Security Reader, Security Admin, Contributor at the subscription,
 * Contributor and Owner at the resource group, Owner at the subscription. */
TEST(operations_of_the_published_table)
{
	static const struct {
		enum role role;
		const char *scope;
	} columns[] = {
		{ ROLE_READER, SUB },         { ROLE_SECURITY_READER, SUB },
		{ ROLE_SECURITY_ADMIN, SUB }, { ROLE_CONTRIBUTOR, SUB },
		{ ROLE_CONTRIBUTOR, GROUP },  { ROLE_OWNER, GROUP },
		{ ROLE_OWNER, SUB },
	};
	static const struct {
		const char *action, *scope, *who;
	} rows[] = {
		{ "Microsoft.Security/alerts/read", GROUP, "yyyyyyy" },
		{ "Microsoft.Security/assessments/read", GROUP, "yyyyyyy" },
		{ "Microsoft.Security/assessments/subAssessments/read", GROUP, "yyyyyyy" },
		{ "Microsoft.Security/secureScores/read", GROUP, "yyyyyyy" },
		{ "Microsoft.Security/secureScores/secureScoreControls/read", GROUP, "yyyyyyy" },
		{ "Microsoft.Security/locations/alerts/dismiss/action", GROUP, "--yy--y" },
		{ "Microsoft.Security/locations/alerts/activate/action", GROUP, "--yy--y" },
		{ "Microsoft.Security/pricings/write", SUB, "--yy--y" },
		{ "Microsoft.Security/pricings/write", GROUP, "--yy--y" },
		{ "Microsoft.Authorization/policyAssignments/write", GROUP, "--y---y" },
		{ "Microsoft.Security/standardAssignments/write", REGISTRY, "--y---y" },
		{ "Microsoft.ContainerRegistry/registries/write", REGISTRY, "---yyyy" }, /* a fix */
		{ "Microsoft.Security/alertsSuppressionRules/read", SUB, "yyy---y" },
		{ "Microsoft.Security/alertsSuppressionRules/write", SUB, "--y---y" },
		{ "Microsoft.Security/securityContacts/write", GROUP, "--yyyyy" },
		{ "Plimsoll.Center/tokens/write", GROUP, "-----yy" },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		for (size_t c = 0; c < LEN(columns); c++) {
			struct grant g = { columns[c].role, str_c(columns[c].scope) };
			struct caller who = with(&g, 1);
			bool may = access_may(&who, rows[i].action, str_c(rows[i].scope));
			if (may != (rows[i].who[c] == 'y'))
				test_fail(__FILE__, __LINE__, "%s: column %zu is %d",
				          rows[i].action, c, may);
		}
}

/* Findings of a registry's images need a security role and a read role on it. */
TEST(image_findings_need_two_roles)
{
	static const struct {
		const char *why;
		size_t n;
		struct grant grants[2];
		enum access at_registry, at_subscription;
	} rows[] = {
		{ "a security role alone",
		  1,
		  { { ROLE_SECURITY_READER, STR_INIT(SUB) } },
		  ACCESS_DENIED,
		  ACCESS_DENIED },
		{ "a read role alone",
		  1,
		  { { ROLE_ACR_PULL, STR_INIT(REGISTRY) } },
		  ACCESS_DENIED,
		  ACCESS_DENIED },
		{ "Reader alone",
		  1,
		  { { ROLE_READER, STR_INIT(SUB) } },
		  ACCESS_DENIED,
		  ACCESS_DENIED },
		{ "Contributor alone",
		  1,
		  { { ROLE_CONTRIBUTOR, STR_INIT(SUB) } },
		  ACCESS_DENIED,
		  ACCESS_DENIED },
		{ "both at the subscription",
		  2,
		  { { ROLE_SECURITY_READER, STR_INIT(SUB) }, { ROLE_READER, STR_INIT(SUB) } },
		  ACCESS_WHOLE,
		  ACCESS_WHOLE },
		{ "AcrPull on the registry",
		  2,
		  { { ROLE_SECURITY_READER, STR_INIT(SUB) },
		    { ROLE_ACR_PULL, STR_INIT(REGISTRY) } },
		  ACCESS_WHOLE,
		  ACCESS_PART },
		{ "AcrPush on the group",
		  2,
		  { { ROLE_SECURITY_ADMIN, STR_INIT("/") }, { ROLE_ACR_PUSH, STR_INIT(GROUP) } },
		  ACCESS_WHOLE,
		  ACCESS_PART },
		{ "security role on the registry only",
		  2,
		  { { ROLE_SECURITY_READER, STR_INIT(REGISTRY) }, { ROLE_READER, STR_INIT("/") } },
		  ACCESS_WHOLE,
		  ACCESS_PART },
		{ "AcrPull on another registry",
		  2,
		  { { ROLE_SECURITY_READER, STR_INIT(SUB) }, { ROLE_ACR_PULL, STR_INIT(OTHER) } },
		  ACCESS_DENIED,
		  ACCESS_PART },
		{ "roles that nowhere meet",
		  2,
		  { { ROLE_SECURITY_READER, STR_INIT(REGISTRY) },
		    { ROLE_ACR_PULL, STR_INIT(OTHER) } },
		  ACCESS_DENIED,
		  ACCESS_DENIED },
		{ "Owner, who has every action",
		  1,
		  { { ROLE_OWNER, STR_INIT(SUB) } },
		  ACCESS_WHOLE,
		  ACCESS_WHOLE },
		{ "another subscription",
		  2,
		  { { ROLE_SECURITY_READER, STR_INIT(ELSEWHERE) },
		    { ROLE_READER, STR_INIT(ELSEWHERE) } },
		  ACCESS_UNSEEN,
		  ACCESS_UNSEEN },
		{ "nothing", 0, { { 0 } }, ACCESS_UNSEEN, ACCESS_UNSEEN },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct caller who = with(rows[i].grants, rows[i].n);
		enum access at = access_findings(&who, STR(REGISTRY));
		enum access sub = access_findings(&who, STR(SUB));
		if (at != rows[i].at_registry || sub != rows[i].at_subscription)
			test_fail(__FILE__, __LINE__, "%s: %d %d", rows[i].why, at, sub);
	}
}

TEST(a_scope_ends_at_a_slash)
{
	EXPECT(scope_within(STR(REGISTRY), STR(GROUP)));
	EXPECT(scope_within(STR(SUB "/resourceGroups/PROD/x"), STR(GROUP)));
	EXPECT(scope_within(STR(SUB), STR("/")));
	EXPECT(scope_within(STR("/"), STR("/")));
	EXPECT(!scope_within(STR(OTHER), STR(REGISTRY)));
	EXPECT(!scope_within(STR(SUB), STR(GROUP)));
	EXPECT(!scope_within(STR("/"), STR(SUB)));
	EXPECT_STR(scope_subscription(STR(REGISTRY)), STR("11111111-2222-3333-4444-555555555555"));
}

TEST(scopes_as_people_write_them)
{
	static const struct {
		const char *text, *scope;
	} rows[] = {
		{ "/", "/" },
		{ SUB "/", SUB },
		{ SUB "/resourceGroups/Prod", GROUP },
		{ "", NULL },
		{ "subscriptions/11111111-2222-3333-4444-555555555555", NULL },
		{ "/subscriptions/*", NULL },
		{ "/subscriptions/11111111-2222-3333-4444-55555555555", NULL },
		{ "/subscriptions//x", NULL },
		{ SUB "//resourcegroups/prod", NULL },
		{ SUB "/resourcegroups/%2e", NULL },
		{ SUB "/resourcegroups/a b", NULL },
		{ "/providers/microsoft.management", NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct error e = { 0 };
		str out;
		int r = scope_parse(str_c(rows[i].text), &a, &out, &e);
		if (rows[i].scope)
			EXPECT_STR(r < 0 ? STR("?") : out, str_c(rows[i].scope));
		else
			EXPECT_INT(r, ERR_USAGE);
	}
}

TEST(roles_by_name_and_by_guid)
{
	static const struct {
		const char *text;
		int role;
	} rows[] = {
		{ "Security Reader", ROLE_SECURITY_READER },
		{ "security-reader", ROLE_SECURITY_READER },
		{ "SecurityAdmin", ROLE_SECURITY_ADMIN },
		{ "acrpull", ROLE_ACR_PULL },
		{ "8E3AF657-a8ff-443c-a75c-2fe8c4bcb635", ROLE_OWNER },
		{ "agent", ROLE_AGENT },
		{ "", -1 },
		{ "Own", -1 },
		{ "Owners", -1 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		enum role r = ROLE_COUNT;
		bool is = role_parse(str_c(rows[i].text), &r);
		EXPECT_INT(is ? (int)r : -1, rows[i].role);
	}
}

TEST(nobody_hands_on_more_than_he_has)
{
	static const struct {
		struct grant has, gives;
		bool may;
	} rows[] = {
		{ { ROLE_OWNER, STR_INIT("/") }, { ROLE_OWNER, STR_INIT("/") }, true },
		{ { ROLE_OWNER, STR_INIT(SUB) }, { ROLE_SECURITY_ADMIN, STR_INIT(GROUP) }, true },
		{ { ROLE_OWNER, STR_INIT(SUB) }, { ROLE_AGENT, STR_INIT(SUB) }, true },
		{ { ROLE_OWNER, STR_INIT(SUB) }, { ROLE_READER, STR_INIT("/") }, false },
		{ { ROLE_OWNER, STR_INIT(SUB) }, { ROLE_READER, STR_INIT(ELSEWHERE) }, false },
		{ { ROLE_OWNER, STR_INIT(GROUP) }, { ROLE_CONTRIBUTOR, STR_INIT(GROUP) }, true },
		{ { ROLE_OWNER, STR_INIT(GROUP) }, { ROLE_READER, STR_INIT(GROUP) }, true },
		{ { ROLE_OWNER, STR_INIT(GROUP) },
		  { ROLE_SECURITY_READER, STR_INIT(REGISTRY) },
		  true },
		{ { ROLE_OWNER, STR_INIT(GROUP) },
		  { ROLE_SECURITY_ADMIN, STR_INIT(GROUP) },
		  false },
		{ { ROLE_OWNER, STR_INIT(GROUP) }, { ROLE_READER, STR_INIT(SUB) }, false },
		{ { ROLE_CONTRIBUTOR, STR_INIT("/") }, { ROLE_READER, STR_INIT(SUB) }, false },
		{ { ROLE_SECURITY_ADMIN, STR_INIT("/") },
		  { ROLE_SECURITY_READER, STR_INIT(SUB) },
		  false },
		{ { ROLE_AGENT, STR_INIT("/") }, { ROLE_AGENT, STR_INIT(SUB) }, false },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct caller who = with(&rows[i].has, 1);
		if (access_covers(&who, &rows[i].gives) != rows[i].may)
			test_fail(__FILE__, __LINE__, "row %zu", i);
	}
}

TEST(an_agent_reports_and_reads_nothing)
{
	struct grant g = { ROLE_AGENT, STR(SUB) };
	struct caller who = with(&g, 1);
	const char *action;
	unsigned above, below;

	for (size_t i = 0; access_row(i, &action, &above, &below); i++)
		EXPECT_INT(!!(above >> ROLE_AGENT & 1),
		           str_eq(str_c(action), STR("Plimsoll.Center/agents/report")));
	EXPECT(access_may(&who, "Plimsoll.Center/agents/report", STR(GROUP)));
	EXPECT(!access_may(&who, "Microsoft.Security/assessments/read", STR(GROUP)));
	EXPECT_INT(access_findings(&who, STR(REGISTRY)), ACCESS_UNSEEN);
}

TEST(what_is_outside_is_unseen_and_what_is_beneath_is_a_part)
{
	struct grant g = { ROLE_READER, STR(GROUP) };
	struct caller who = with(&g, 1);

	EXPECT_INT(access_at(&who, "Microsoft.Security/assessments/read", STR(SUB)), ACCESS_PART);
	EXPECT_INT(access_at(&who, "Microsoft.Security/assessments/read", STR(ELSEWHERE)),
	           ACCESS_UNSEEN);
	EXPECT_INT(access_at(&who, "Microsoft.Security/pricings/write", STR(SUB)), ACCESS_DENIED);
	EXPECT_INT(access_at(&who, "No.Such/action", STR(GROUP)), ACCESS_DENIED);
	EXPECT(!access_knows("No.Such/action"));
}
