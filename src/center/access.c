#include "center/access.h"

enum { /* sets of roles, as the rows below name them */
       R = 1 << ROLE_READER,
       SR = 1 << ROLE_SECURITY_READER,
       SA = 1 << ROLE_SECURITY_ADMIN,
       C = 1 << ROLE_CONTRIBUTOR,
       O = 1 << ROLE_OWNER,
       PULL = 1 << ROLE_ACR_PULL,
       PUSH = 1 << ROLE_ACR_PUSH,
       AGENT = 1 << ROLE_AGENT,
       VIEW = R | SR | SA | C | O,
       DATA = R | C | O | PULL | PUSH, /* what is in a registry */
       ALL = VIEW | PULL | PUSH,
       SECURITY = SR | SA | O, /* one of these and one of DATA: findings of images */
};

struct action {
	const char *pattern; /* '*' stands for anything; the first row that fits counts */
	unsigned above;      /* who may, granted at a subscription or at "/" */
	unsigned below;      /* … at a resource group or a registry */
};

// clang-format off
static const struct action actions[] = {
	{ "Microsoft.Security/pricings/read",                      VIEW,        VIEW },
	{ "Microsoft.Security/pricings/*",                         SA | C | O,  SA },
	{ "Microsoft.Security/assessments/*read",                  VIEW,        VIEW },
	{ "Microsoft.Security/assessments/*",                      SA | O,      SA },
	{ "Microsoft.Security/assessmentMetadata/read",            VIEW,        VIEW },
	{ "Microsoft.Security/assessmentMetadata/*",               SA | O,      SA },
	{ "Microsoft.Security/standardAssignments/read",           VIEW,        VIEW },
	{ "Microsoft.Security/standardAssignments/*",              SA | O,      SA },
	{ "Microsoft.Authorization/policyExemptions/read",         VIEW,        VIEW },
	{ "Microsoft.Authorization/policyExemptions/*",            SA | O,      SA },
	{ "Microsoft.Authorization/policyAssignments/read",        VIEW,        VIEW },
	{ "Microsoft.Authorization/policyAssignments/*",           SA | O,      SA },
	{ "Microsoft.Security/secureScores/*read",                 VIEW,        VIEW },
	{ "Microsoft.Security/secureScoreControlDefinitions/read", VIEW,        VIEW },
	{ "Microsoft.Security/alerts/read",                        VIEW,        VIEW },
	{ "Microsoft.Security/locations/*read",                    VIEW,        VIEW },
	{ "Microsoft.Security/locations/alerts/*",                 SA | C | O,  SA },
	{ "Microsoft.Security/alertsSuppressionRules/read",        R | SR | SA | O, R | SR | SA | O },
	{ "Microsoft.Security/alertsSuppressionRules/*",           SA | O,      SA },
	{ "Microsoft.Security/securityContacts/read",              VIEW,        VIEW },
	{ "Microsoft.Security/securityContacts/*",                 SA | C | O,  SA | C | O },
	{ "Microsoft.Security/settings/read",                      VIEW,        VIEW },
	{ "Microsoft.Security/settings/*",                         SA | O,      SA },
	{ "Microsoft.Security/*/read",                             VIEW,        VIEW },
	{ "Microsoft.ResourceGraph/resources/read",                ALL,         ALL },
	{ "Microsoft.Resources/subscriptions/*read",               ALL,         ALL },
	{ "Microsoft.Resources/subscriptions/*",                   C | O,       0 },
	{ "Microsoft.ContainerRegistry/registries/read",           ALL,         ALL },
	{ "Microsoft.ContainerRegistry/registries/write",          C | O,       C | O },
	{ "Microsoft.ContainerRegistry/registries/delete",         C | O,       C | O },
	{ "Microsoft.ContainerRegistry/registries/pull/read",      DATA,        DATA },
	{ "Microsoft.ContainerRegistry/registries/push/write",     C | O | PUSH, C | O | PUSH },
	{ "Microsoft.ContainerRegistry/registries/importImage/action", C | O | PUSH, C | O | PUSH },
	{ "Plimsoll.Center/scans/read",                            DATA,        DATA },
	{ "Plimsoll.Center/scans/action",                          SA | C | O,  SA | C | O }, /* scan again, sync */
	{ "Plimsoll.Center/jobs/read",                             VIEW,        VIEW },
	{ "Plimsoll.Center/jobs/*",                                SA | C | O,  C | O },
	{ "Plimsoll.Center/places/read",                           VIEW,        VIEW }, /* hosts and clusters */
	{ "Plimsoll.Center/places/*",                              C | O,       C | O },
	{ "Plimsoll.Center/usage/read",                            VIEW,        VIEW },
	{ "Plimsoll.Center/data/read",                             ALL,         ALL },  /* of what date the advisories are */
	{ "Plimsoll.Center/data/*",                                SA | C | O,  0 },
	{ "Plimsoll.Center/settings/read",                         VIEW,        0 },
	{ "Plimsoll.Center/settings/*",                            C | O,       0 },
	{ "Plimsoll.Center/auditLog/read",                         SA | O,      SA | O },
	{ "Plimsoll.Center/metrics/read",                          VIEW,        0 },
	{ "Plimsoll.Center/tokens/*",                              O,           O },
	{ "Plimsoll.Center/agents/report",                         AGENT,       AGENT },
};

static const struct {
	const char *name, *guid;
} roles[ROLE_COUNT] = {
	[ROLE_READER]          = { "Reader",          "acdd72a7-3385-48ef-bd42-f606fba81ae7" },
	[ROLE_SECURITY_READER] = { "Security Reader", "39bc4728-0917-49c7-9d5d-d95423bc2eb4" },
	[ROLE_SECURITY_ADMIN]  = { "Security Admin",  "fb1c8493-542b-48eb-b624-b4c8fea62acd" },
	[ROLE_CONTRIBUTOR]     = { "Contributor",     "b24988ac-6180-42a0-ab88-20f7382dd24c" },
	[ROLE_OWNER]           = { "Owner",           "8e3af657-a8ff-443c-a75c-2fe8c4bcb635" },
	[ROLE_ACR_PULL]        = { "AcrPull",         "7f951dda-4ed3-4680-a7ca-43fe172d538d" },
	[ROLE_ACR_PUSH]        = { "AcrPush",         "8311e382-0749-4cb8-b61a-304f252e45ec" },
	[ROLE_AGENT]           = { "Agent",           "" },
};
// clang-format on

const char *role_name(enum role r)
{
	return roles[r].name;
}

const char *role_guid(enum role r)
{
	return roles[r].guid;
}

/* "security-reader" and "Security Reader" are one. */
static bool same_name(str text, str name)
{
	size_t i = 0, j = 0;

	for (;; i++, j++) {
		while (i < text.n && (text.p[i] == ' ' || text.p[i] == '-' || text.p[i] == '_'))
			i++;
		while (j < name.n && name.p[j] == ' ')
			j++;
		if (i == text.n || j == name.n)
			return i == text.n && j == name.n;
		if (str_casecmp(str_mem(text.p + i, 1), str_mem(name.p + j, 1)))
			return false;
	}
}

bool role_parse(str text, enum role *out)
{
	for (enum role r = 0; r < ROLE_COUNT; r++)
		if (same_name(text, str_c(roles[r].name)) ||
		    (roles[r].guid[0] && str_eq_nocase(text, str_c(roles[r].guid)))) {
			*out = r;
			return true;
		}
	return false;
}

static str no_slash_at_end(str s)
{
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

bool scope_within(str scope, str outer)
{
	scope = no_slash_at_end(scope);
	outer = no_slash_at_end(outer);
	return scope.n >= outer.n && str_eq_nocase(str_upto(scope, outer.n), outer) &&
	       (scope.n == outer.n || scope.p[outer.n] == '/');
}

str scope_subscription(str scope)
{
	str head = STR("/subscriptions/"), rest;

	if (!str_eq_nocase(str_upto(scope, head.n), head))
		return (str){ 0 };
	rest = str_from(scope, head.n);
	return str_upto(rest, str_chr(rest, '/'));
}

/* A resource group, a registry or deeper. */
static bool is_below(str scope)
{
	str sub = scope_subscription(scope);
	return sub.n && no_slash_at_end(scope).n > sizeof "/subscriptions/" - 1 + sub.n;
}

static bool is_guid(str s)
{
	static const char shape[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";

	if (s.n != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (shape[i] == '-' ? s.p[i] != '-' : !memchr("0123456789abcdefABCDEF", s.p[i], 22))
			return false;
	return true;
}

int scope_parse(str text, struct arena *a, str *out, struct error *e)
{
	str s = arena_lower(a, no_slash_at_end(text));

	if (text.n > 1024)
		return error_set(e, ERR_USAGE, "a scope of more than 1024 bytes");
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == '%' || text.p[i] == 0x7f)
			return error_set(e, ERR_USAGE, "no scope: \"%.*s\"", STR_FMT(text));
	if (!text.n || text.p[0] != '/' || (s.n && !is_guid(scope_subscription(s))) ||
	    str_find(s, STR("//")) < s.n)
		return error_set(e, ERR_USAGE,
		                 "no scope: \"%.*s\" (\"/\", or a resource ID that begins with "
		                 "/subscriptions/GUID)",
		                 STR_FMT(text));
	*out = s.n ? s : STR("/");
	return 0;
}

static bool fits(str pattern, str action)
{
	size_t star = str_chr(pattern, '*');
	str tail = str_from(pattern, star + 1);

	if (star == pattern.n)
		return str_eq_nocase(pattern, action);
	return action.n >= star + tail.n &&
	       str_eq_nocase(str_upto(action, star), str_upto(pattern, star)) &&
	       str_eq_nocase(str_from(action, action.n - tail.n), tail);
}

static const struct action *row_of(const char *action)
{
	for (size_t i = 0; i < LEN(actions); i++)
		if (fits(str_c(actions[i].pattern), str_c(action)))
			return &actions[i];
	return NULL;
}

bool access_knows(const char *action)
{
	return row_of(action) != NULL;
}

bool access_row(size_t i, const char **action, unsigned *above, unsigned *below)
{
	if (i >= LEN(actions))
		return false;
	*action = actions[i].pattern;
	*above = actions[i].above;
	*below = actions[i].below;
	return true;
}

static bool holds(const struct grant *g, const struct action *row)
{
	return (is_below(g->scope) ? row->below : row->above) >> g->role & 1;
}

static enum access at_row(const struct caller *c, const struct action *row, str scope)
{
	enum access found = ACCESS_UNSEEN;

	for (size_t i = 0; i < c->grant_count; i++) {
		const struct grant *g = &c->grants[i];
		bool over = scope_within(scope, g->scope), under = scope_within(g->scope, scope);
		if (over && row && holds(g, row))
			return ACCESS_WHOLE;
		if (under && row && holds(g, row))
			found = ACCESS_PART;
		else if ((over || under) && found == ACCESS_UNSEEN)
			found = ACCESS_DENIED;
	}
	return found;
}

enum access access_at(const struct caller *c, const char *action, str scope)
{
	return at_row(c, row_of(action), scope);
}

/* What of a set of roles a caller has over all of a scope, or somewhere in it. */
static enum access has_any(const struct caller *c, unsigned set, str scope)
{
	enum access found = ACCESS_UNSEEN;

	for (size_t i = 0; i < c->grant_count; i++) {
		const struct grant *g = &c->grants[i];
		if (!(set >> g->role & 1))
			continue;
		if (scope_within(scope, g->scope))
			return ACCESS_WHOLE;
		if (scope_within(g->scope, scope))
			found = ACCESS_PART;
	}
	return found;
}

/* A place where both roles meet: one of the grants lies in the other's scope. */
static bool meet(const struct caller *c, str scope)
{
	for (size_t i = 0; i < c->grant_count; i++) {
		const struct grant *g = &c->grants[i];
		if (scope_within(g->scope, scope) && (SECURITY | DATA) >> g->role & 1 &&
		    has_any(c, SECURITY, g->scope) == ACCESS_WHOLE &&
		    has_any(c, DATA, g->scope) == ACCESS_WHOLE)
			return true;
	}
	return false;
}

enum access access_findings(const struct caller *c, str registry)
{
	enum access security = has_any(c, SECURITY, registry), data = has_any(c, DATA, registry);

	if (security == ACCESS_WHOLE && data == ACCESS_WHOLE)
		return ACCESS_WHOLE;
	if (security != ACCESS_UNSEEN && data != ACCESS_UNSEEN && meet(c, registry))
		return ACCESS_PART;
	return has_any(c, ALL, registry) == ACCESS_UNSEEN ? ACCESS_UNSEEN : ACCESS_DENIED;
}

bool access_covers(const struct caller *c, const struct grant *g)
{
	if (!access_may(c, "Plimsoll.Center/tokens/write", g->scope))
		return false;
	if (g->role == ROLE_OWNER ||
	    g->role == ROLE_AGENT) /* an Owner hands on Owner; agents are his to enrol */
		return true;
	/* whatever the role could do there, the giver can */
	for (size_t i = 0; i < LEN(actions); i++)
		if (holds(g, &actions[i]) && at_row(c, &actions[i], g->scope) != ACCESS_WHOLE)
			return false;
	return !(SECURITY >> g->role & 1) || access_findings(c, g->scope) == ACCESS_WHOLE;
}
