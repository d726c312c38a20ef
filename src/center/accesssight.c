/* center/accesssight.c — a caller's grants as rows: which registries and subscriptions are his to
 * see. */
#include "base/vec.h"
#include "center/access.h"
#include "center/sight.h"
#include <stdio.h>

static enum access seen(const struct caller *c, enum sight_of what, str scope)
{
	static const char *const actions[] = {
		[SIGHT_RESOURCES] = "Microsoft.ContainerRegistry/registries/read",
		[SIGHT_REPORTS] = "Microsoft.Security/assessments/read",
		[SIGHT_CONTENT] = "Microsoft.ContainerRegistry/registries/pull/read",
	};
	return what == SIGHT_FINDINGS ? access_findings(c, scope)
	                              : access_at(c, actions[what], scope);
}

/* What stands at a subscription itself is seen by those who read it all. */
static bool sees_subscription(const struct caller *c, enum sight_of what, str scope)
{
	return what == SIGHT_FINDINGS ? access_findings(c, scope) == ACCESS_WHOLE
	                              : access_may(c, "Microsoft.Security/assessments/read", scope);
}

struct lists {
	VEC(int64_t) registries;
	VEC(str) subscriptions;
};

static int find_registries(struct db *d, const struct caller *c, enum sight_of what,
                           struct arena *a, struct lists *l, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT id, subscription_id, resource_group, name FROM registry ORDER BY id");

	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		char scope[1024];
		str sub = rows_text(rows, 1), group = rows_text(rows, 2), name = rows_text(rows, 3);
		int n = snprintf(scope, sizeof scope,
		                 "/subscriptions/%.*s/resourcegroups/%.*s/providers/"
		                 "microsoft.containerregistry/registries/%.*s",
		                 STR_FMT(sub), STR_FMT(group), STR_FMT(name));
		if (n < (int)sizeof scope &&
		    seen(c, what, str_mem(scope, (size_t)n)) == ACCESS_WHOLE)
			vec_add(a, &l->registries, rows_int(rows, 0));
	}
	return r;
}

static int find_subscriptions(struct db *d, const struct caller *c, enum sight_of what,
                              struct arena *a, struct lists *l, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(d, e, &rows, "SELECT id FROM subscription ORDER BY id");

	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		char scope[64];
		int n = snprintf(scope, sizeof scope, "/subscriptions/%.*s",
		                 STR_FMT(rows_text(rows, 0)));
		if (n < (int)sizeof scope && sees_subscription(c, what, str_mem(scope, (size_t)n)))
			vec_add(a, &l->subscriptions, arena_str(a, rows_text(rows, 0)));
	}
	return r;
}

int access_sight(struct db *d, const struct caller *c, enum sight_of what, struct arena *a,
                 struct sight *out, struct error *e)
{
	struct lists l = { 0 };
	int r;

	*out = (struct sight){ 0 };
	if (!c->grant_count)
		return 0;
	if (seen(c, what, STR("/")) == ACCESS_WHOLE && sees_subscription(c, what, STR("/"))) {
		out->all = true;
		return 0;
	}
	r = find_registries(d, c, what, a, &l, e);
	if (r >= 0)
		r = find_subscriptions(d, c, what, a, &l, e);
	if (r < 0)
		return r;
	if (a->failed)
		return error_set(e, ERR_LIMIT, "the request's memory is spent");
	*out = (struct sight){ .registries = l.registries.v,
		               .registries_n = l.registries.n,
		               .subscriptions = l.subscriptions.v,
		               .subscriptions_n = l.subscriptions.n };
	return 0;
}
