/* api/azure_pricings.c — Microsoft.Security/pricings: the plans of a subscription, a registry or a
 * cluster (swagger 2024-01-01; older versions are parts of it). Truth in "enforce", "inherited" and
 * "isEnabled" is text. */
#include "api/azure.h"
#include "api/azure_extensions.h"
#include "base/json.h"
#include "base/log.h"
#include "center/plans.h"
#include "center/postures.h"
#include "work/triggers.h"

#define READ_ACTION  "Microsoft.Security/pricings/read"
#define WRITE_ACTION "Microsoft.Security/pricings/write"
#define TYPE         "Microsoft.Security/pricings"

/* --- one plan --- */

static void write_scope_members(struct jsonout *j, const struct azure_scope *x,
                                const struct pricing *p)
{
	static const char *const coverage[] = { "NotCovered", "PartiallyCovered", "FullyCovered" };

	if (x->kind == RESOURCE_SUBSCRIPTION) {
		jsonout_text(j, "enforce", azure_flag(p->enforce));
		jsonout_text(j, "resourcesCoverageStatus", coverage[p->coverage]);
		return;
	}
	jsonout_text(j, "inherited", azure_flag(p->inherited_from.n > 0));
	if (p->inherited_from.n)
		jsonout_str(j, "inheritedFrom", p->inherited_from);
	else
		jsonout_null(j, "inheritedFrom");
}

static void write_pricing(struct call *c, struct jsonout *j, const struct azure_scope *x,
                          const struct pricing *p)
{
	bool old = azure_is_container_plan(p->name) && !str_eq(p->name, STR("Containers"));

	azure_resource(j, NULL, azure_id(c->arena, x->id, TYPE, p->name), p->name, TYPE);
	jsonout_text(j, "pricingTier", p->standard ? "Standard" : "Free");
	jsonout_some(j, "subPlan", p->sub_plan);
	jsonout_text(j, "freeTrialRemainingTime", "PT0S");
	if (p->standard)
		azure_date(j, "enablementTime", p->enabled_at);
	write_scope_members(j, x, p);
	jsonout_bool(j, "deprecated", old);
	jsonout_array(j, "replacedBy");
	if (old)
		jsonout_text(j, NULL, "Containers");
	jsonout_end(j);
	azure_extensions_write(j, p);
	jsonout_end(j);
	jsonout_end(j);
}

/* Where plans can be: 404 for other scopes, and for those of which the caller sees only parts. */
static int plan_scope(struct call *c, struct db *d, struct azure_scope *x, struct error *e)
{
	struct sight sight;
	int r = azure_scope(c, x, e);

	if (r >= 0 && (x->kind == RESOURCE_GROUP || x->kind == RESOURCE_OTHER))
		return error_set(e, ERR_NOTFOUND,
		                 "plans stand at subscriptions, registries, clusters and machines");
	if (r < 0 ||
	    x->kind == RESOURCE_SUBSCRIPTION) /* one that nobody used yet has its plans already */
		return r;
	r = access_sight(d, c->caller, SIGHT_RESOURCES, c->arena, &sight, e);
	return r < 0 ? r : azure_find(c, d, &sight, x, e);
}

static int plan_name(struct call *c, str *out, struct error *e)
{
	str name = route_part(&c->match, "name");
	const char *canonical;

	if (!plans_known(name, &canonical))
		return error_set(e, ERR_NOTFOUND, "there is no plan '%.*s'",
		                 STR_FMT(str_upto(name, 100)));
	*out = str_c(canonical);
	return 0;
}

/* --- list and get --- */

/* $filter=name in (Containers,'ContainerRegistry') */
static int read_filter(struct call *c, str *names, struct error *e)
{
	str f;
	int r = call_param(c, "$filter", &f, e);

	*names = (str){ 0 };
	if (r < 0 || !f.n)
		return r;
	f = str_trim(f);
	if (str_eq_nocase(str_upto(f, 4), STR("name")))
		f = str_trim(str_from(f, 4));
	if (str_eq_nocase(str_upto(f, 2), STR("in")))
		f = str_trim(str_from(f, 2));
	if (f.n < 3 || f.p[0] != '(' || f.p[f.n - 1] != ')')
		return error_set(e, ERR_USAGE, "$filter: name in (PLAN,PLAN)");
	*names = str_mem(f.p + 1, f.n - 2);
	return 0;
}

static bool is_among(str names, str name)
{
	str one;

	if (!names.n)
		return true;
	while (str_split(&names, ',', &one)) {
		one = str_trim(one);
		if (one.n > 1 && one.p[0] == '\'' && one.p[one.n - 1] == '\'')
			one = str_mem(one.p + 1, one.n - 2);
		if (str_eq_nocase(one, name))
			return true;
	}
	return false;
}

static int list(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct pricing_list found = { 0 };
	struct azure_scope x = { 0 };
	str names;
	int r = read_filter(c, &names, e);

	if (r >= 0)
		r = plan_scope(c, d, &x, e);
	if (r >= 0 && azure_holds(c, READ_ACTION, &x))
		r = plans_list(d, c->arena, x.key, center_now(c->center), &found, e);
	if (r < 0)
		return r;
	azure_list(&j);
	for (size_t i = 0; i < found.n; i++)
		if (is_among(names, found.v[i].name))
			write_pricing(c, &j, &x, &found.v[i]);
	azure_list_end(c, &j, (str){ 0 });
	return 0;
}

int azure_pricings_list(struct call *c, struct error *e)
{
	return azure_read(c, list, e);
}

static int get(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct azure_scope x = { 0 };
	struct pricing p = { 0 };
	str name = { 0 };
	int r = plan_name(c, &name, e);

	if (r >= 0)
		r = plan_scope(c, d, &x, e);
	if (r >= 0 && !azure_holds(c, READ_ACTION, &x))
		return error_set(e, ERR_NOTFOUND, "the plan '%.*s' was not found", STR_FMT(name));
	if (r >= 0)
		r = plans_get(d, c->arena, x.key, name, center_now(c->center), &p, e);
	if (r < 0)
		return r;
	write_pricing(c, &j, &x, &p);
	return 0;
}

int azure_pricings_get(struct call *c, struct error *e)
{
	return azure_read(c, get, e);
}

/* --- put and delete --- */

struct change {
	struct call *call;
	struct azure_scope scope;
	struct pricing pricing;
	const char *action;
	VEC(int64_t) watched;
};

static int read_pricing(struct call *c, struct pricing *p, struct error *e)
{
	const struct json *v;
	str tier;
	int r = azure_properties(c, &v, e);

	if (r < 0)
		return r;
	tier = json_str(v, "pricingTier");
	p->standard = str_eq_nocase(tier, STR("Standard"));
	if (!p->standard && !str_eq_nocase(tier, STR("Free")))
		return error_set(e, ERR_USAGE, "pricingTier: Free or Standard");
	p->sub_plan = json_str(v, "subPlan");
	p->enforce = str_eq_nocase(json_str(v, "enforce"), STR("True")) || json_bool(v, "enforce");
	return azure_extensions_read(c->arena, json_get(v, "extensions"), &p->extensions, e);
}

static int put(void *ctx, struct db *d, struct error *e)
{
	struct change *x = ctx;
	struct call *c = x->call;
	str detail;
	int r = plan_scope(c, d, &x->scope, e), made;

	if (r < 0)
		return r;
	x->pricing.scope = x->scope.key;
	made = plans_put(d, c->arena, &x->pricing, center_now(c->center), e);
	if (made < 0)
		return made;
	detail = arena_printf(c->arena, "{\"pricingTier\":\"%s\",\"enforce\":\"%s\"}",
	                      x->pricing.standard ? "Standard" : "Free",
	                      azure_flag(x->pricing.enforce));
	r = azure_note(c, d, x->action, azure_id(c->arena, x->scope.id, TYPE, x->pricing.name),
	               detail, e);
	return r < 0 ? r : made;
}

/* What is recommended follows from plans: at once, so that whoever changed one reads what it did.
 */
static int follow(void *ctx, struct db *d, struct error *e)
{
	struct change *x = ctx;
	struct call *c = x->call;
	int64_t now = center_now(c->center);

	if (x->scope.registry_id)
		return postures_make_registry(d, c->arena, x->scope.registry_id, now, e);
	if (x->scope.place_id)
		return postures_make_place(d, c->arena, x->scope.place_id, now, e);
	return postures_make_all(d, c->arena, x->scope.subscription, now, e);
}

/* Registries of the scope whose images are to be scanned now. */
static int find_watched(void *ctx, struct db *d, struct error *e)
{
	struct change *x = ctx;
	struct arena *a = x->call->arena;
	struct registry_filter f = REGISTRY_FILTER;
	struct registry_list found = { 0 };
	struct paging page = { .limit = PAGE_MOST };
	int r;

	x->watched.n = 0;
	f.subscription = x->scope.subscription;
	do {
		found.n = 0;
		r = registries_list(d, a, &sight_all, &f, &page, &found, e);
		for (size_t i = 0; r >= 0 && i < found.n; i++) {
			const struct registry *g = &found.v[i];
			if (x->scope.registry_id && x->scope.registry_id != g->id)
				continue;
			r = plans_watch(d, a, g, e);
			if (r == 1)
				vec_add(a, &x->watched, g->id);
		}
		page.after = found.next;
	} while (r >= 0 && page.after.n);
	return MIN(r, 0);
}

/* What was pushed while the plan was off is looked for. The plan is switched already: a queue that
 * does not take it is told in the log, and the next sync makes good for it. */
static void look_through(struct call *c, struct change *x)
{
	struct error e = { 0 };
	int64_t job;
	int r = azure_change(c, find_watched, x, &e);

	for (size_t i = 0; r >= 0 && i < x->watched.n; i++)
		r = trigger_sync(c->center, x->watched.v[i], (str){ 0 }, PRIORITY_SYNC, &job, &e);
	if (r < 0)
		log_warn("plan.sync_failed", KVS("scope", x->scope.id), KV("why", e.msg));
}

static int change(struct call *c, store_work *work, const char *action, struct change *x,
                  struct error *e)
{
	int made, r;

	x->call = c;
	x->action = action;
	made = azure_change(c, work, x, e);
	r = made < 0 ? made : azure_change(c, follow, x, e);
	if (r >= 0 && (x->pricing.standard || str_ends(str_c(action), STR("/delete"))))
		look_through(c, x);
	return r < 0 ? r : made;
}

/* 201 for what is new came with 2023-01-01; the clients of older versions take it for a failure. */
static bool knows_created(const struct call *c)
{
	return str_cmp(c->api_version, STR("2023-01-01")) >= 0;
}

int azure_pricings_put(struct call *c, struct error *e)
{
	struct change x = { 0 };
	int made, r = plan_name(c, &x.pricing.name, e);

	if (r >= 0)
		r = read_pricing(c, &x.pricing, e);
	if (r < 0)
		return r;
	made = change(c, put, WRITE_ACTION, &x, e);
	if (made < 0)
		return made;
	r = azure_read(c, get, e);
	c->x->status = made && knows_created(c) ? 201 : 200;
	return r;
}

static int delete (void *ctx, struct db *d, struct error *e)
{
	struct change *x = ctx;
	struct call *c = x->call;
	int r = plan_scope(c, d, &x->scope, e), had;

	if (r < 0)
		return r;
	if (x->scope.kind == RESOURCE_SUBSCRIPTION)
		return error_set(e, ERR_USAGE, "a subscription's plan is put to Free, not deleted");
	had = plans_remove(d, x->scope.key, x->pricing.name, e);
	if (had <= 0)
		return had;
	r = azure_note(c, d, x->action, azure_id(c->arena, x->scope.id, TYPE, x->pricing.name),
	               (str){ 0 }, e);
	return r < 0 ? r : 1;
}

int azure_pricings_delete(struct call *c, struct error *e)
{
	struct change x = { 0 };
	int r = plan_name(c, &x.pricing.name, e);

	if (r >= 0)
		r = change(c, delete, "Microsoft.Security/pricings/delete", &x, e);
	if (r < 0)
		return r;
	c->x->status = r ? 200 : 204;
	return 0;
}
