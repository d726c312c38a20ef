#include "center/plans.h"
#include "center/resources.h"
#include "center/rowtake.h"

const char *const plan_names[] = { "Api",
	                           "AppServices",
	                           "Arm",
	                           "CloudPosture",
	                           "ContainerRegistry",
	                           "Containers",
	                           "CosmosDbs",
	                           "Dns",
	                           "KeyVaults",
	                           "KubernetesService",
	                           "OpenSourceRelationalDatabases",
	                           "SqlServerVirtualMachines",
	                           "SqlServers",
	                           "StorageAccounts",
	                           "VirtualMachines",
	                           NULL };

bool plans_known(str name, const char **canonical)
{
	for (const char *const *n = plan_names; *n; n++)
		if (str_eq_nocase(name, str_c(*n))) {
			*canonical = *n;
			return true;
		}
	return false;
}

static bool is_standard_by_default(str name)
{
	return str_eq(name, STR("Containers"));
}

/* The scope of its subscription, and whether it is one itself */
static int subscription_of(struct arena *a, str key, str *out, bool *itself, struct error *e)
{
	struct resource x;
	int code = resources_parse(key, &x, e);

	if (code < 0)
		return code;
	*out = resources_make(a, RESOURCE_SUBSCRIPTION, arena_lower(a, x.subscription), (str){ 0 },
	                      (str){ 0 });
	*itself = str_eq(*out, key);
	return 0;
}

static int find(struct db *d, struct arena *a, str scope, str name, struct pricing *out,
                struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT scope, name, tier, sub_plan, extensions, enforce, enabled_at, "
	                  "changed_at FROM pricing"
	                  " WHERE scope = $1 AND name = $2",
	                  V_TEXT(scope), V_TEXT(name));

	if (code < 0 || (code = rows_next(r, e)) <= 0)
		return code;
	*out = (struct pricing){ .scope = take_text(a, r, 0),
		                 .name = take_text(a, r, 1),
		                 .standard = str_eq(rows_text(r, 2), STR("Standard")),
		                 .sub_plan = take_text(a, r, 3),
		                 .extensions = take_text(a, r, 4),
		                 .enforce = rows_int(r, 5) != 0,
		                 .enabled_at = rows_int(r, 6),
		                 .changed_at = rows_int(r, 7) };
	return take_end(a, 1, e);
}

/* The subscription's, its own or the default */
static int find_above(struct db *d, struct arena *a, str subscription, str name,
                      struct pricing *out, struct error *e)
{
	int64_t since = 0;
	int code = find(d, a, subscription, name, out, e);

	if (code)
		return MIN(code, 0);
	*out = (struct pricing){ .scope = subscription,
		                 .name = name,
		                 .standard = is_standard_by_default(name),
		                 .extensions = STR("[]") };
	if (out->standard) { /* as long as the subscription is there */
		code = db_int(d, e, &since, "SELECT created_at FROM subscription WHERE id = $1",
		              V_TEXT(str_from(subscription, sizeof "/subscriptions/" - 1)));
		out->enabled_at = since;
	}
	return MIN(code, 0);
}

/* --- how far a subscription's plan reaches --- */

static int cover(struct db *d, struct arena *a, str subscription, struct pricing *x,
                 struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	bool other = false;
	int code = db_ask(
	        d, e, &r,
	        "SELECT x.tier FROM pricing x WHERE x.name = $1 AND x.scope > $2 AND x.scope < $3",
	        V_TEXT(x->name), V_TEXT(arena_concat(a, subscription, STR("/"))),
	        V_TEXT(arena_concat(a, subscription, STR("0")))); /* '0' is the byte behind '/' */

	while (code >= 0 && (code = rows_next(r, e)) > 0)
		other |= str_eq(rows_text(r, 0), STR("Standard")) != x->standard;
	x->coverage = other && !x->enforce ? COVERAGE_PARTLY
	              : x->standard        ? COVERAGE_FULL
	                                   : COVERAGE_NONE;
	return MIN(code, 0);
}

int plans_get(struct db *d, struct arena *a, str scope, str name, int64_t now, struct pricing *out,
              struct error *e)
{
	const char *known;
	str key = resources_key(a, scope), subscription;
	struct pricing above, own;
	bool itself;
	int code;

	(void)now;
	if (!plans_known(name, &known))
		return error_set(e, ERR_NOTFOUND, "there is no plan \"%.*s\"",
		                 STR_FMT(str_upto(name, 100)));
	name = str_c(known);
	code = subscription_of(a, key, &subscription, &itself, e);
	if (code >= 0)
		code = find_above(d, a, subscription, name, &above, e);
	if (code < 0)
		return code;
	if (itself) {
		*out = above;
		return cover(d, a, subscription, out, e);
	}
	code = above.enforce ? 0 : find(d, a, key, name, &own, e);
	if (code < 0)
		return code;
	*out = code ? own : above;
	out->scope = key;
	out->inherited_from = code ? (str){ 0 } : subscription;
	return take_end(a, 0, e);
}

int plans_list(struct db *d, struct arena *a, str scope, int64_t now, struct pricing_list *out,
               struct error *e)
{
	for (const char *const *n = plan_names; *n; n++) {
		struct pricing *x = vec_push(a, out);
		int code = x ? plans_get(d, a, scope, str_c(*n), now, x, e) : take_end(a, 0, e);
		if (code < 0)
			return code;
	}
	return 0;
}

int plans_put(struct db *d, struct arena *a, const struct pricing *p, int64_t now, struct error *e)
{
	const char *known;
	str key = resources_key(a, p->scope), subscription;
	struct pricing above, was;
	bool itself = false;
	int64_t n;
	int code;

	if (!plans_known(p->name, &known))
		return error_set(e, ERR_NOTFOUND, "there is no plan \"%.*s\"",
		                 STR_FMT(str_upto(p->name, 100)));
	code = subscription_of(a, key, &subscription, &itself, e);
	if (code >= 0)
		code = find_above(d, a, subscription, str_c(known), &above, e);
	if (code >= 0 && !itself && above.enforce)
		return error_set(e, ERR_DENIED, "the subscription enforces its own %s plan", known);
	was = above;
	if (code >= 0)
		code = find(d, a, key, str_c(known), &was, e);
	if (code < 0)
		return code;
	bool new = !code;
	int64_t enabled = !p->standard ? 0 : was.standard && was.enabled_at ? was.enabled_at : now;
	n = db_run(
	        d, e,
	        "INSERT INTO pricing (scope, name, tier, sub_plan, extensions, enforce, "
	        "enabled_at, changed_at)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (scope, name) DO UPDATE SET"
	        " tier = excluded.tier, sub_plan = excluded.sub_plan, extensions = "
	        "excluded.extensions,"
	        " enforce = excluded.enforce, enabled_at = excluded.enabled_at, changed_at = "
	        "excluded.changed_at",
	        V_TEXT(key), V_C(known), V_C(p->standard ? "Standard" : "Free"),
	        V_SOME(p->sub_plan), p->extensions.n ? V_TEXT(p->extensions) : V_C("[]"),
	        V_INT(itself && p->enforce), V_TIME(enabled), V_INT(now));
	return n < 0 ? (int)n : new;
}

int plans_remove(struct db *d, str scope, str name, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(KIB(64));
	const char *known;
	int64_t n = plans_known(name, &known)
	                    ? db_run(d, e, "DELETE FROM pricing WHERE scope = $1 AND name = $2",
	                             V_TEXT(resources_key(&a, scope)), V_C(known))
	                    : 0;

	return n < 0 ? (int)n : n > 0;
}

int plans_watch(struct db *d, struct arena *a, const struct registry *r, struct error *e)
{
	str scope = registries_resource_id(a, r);
	struct pricing x = { 0 };
	int code = plans_get(d, a, scope, STR("Containers"), 0, &x, e);

	if (code < 0 || x.standard)
		return code < 0 ? code : 1;
	code = plans_get(d, a, scope, STR("ContainerRegistry"), 0, &x, e);
	return code < 0 ? code : x.standard;
}
