/* api/azure_exemptions.c — Microsoft.Security/standardAssignments (swagger 2024-08-01), of which
 * this center has one effect: Exempt, a recommendation that does not count at a resource or below
 * it. */
#include "api/azure.h"
#include "base/json.h"
#include "base/time.h"
#include "center/exemptions.h"
#include "center/postures.h"
#include "center/subscriptions.h"

#define TYPE        "Microsoft.Security/standardAssignments"
#define READ_ACTION TYPE "/read"

static void write_exemption(struct call *c, struct jsonout *j, const struct exemption *x)
{
	azure_resource(j, NULL, azure_id(c->arena, x->resource, TYPE, x->name), x->name, TYPE);
	jsonout_str(j, "displayName", x->display_name);
	jsonout_str(j, "description", x->description);
	jsonout_text(j, "effect", "Exempt");
	azure_date(j, "expiresOn", x->expires_at);
	jsonout_object(j, "exemptionData");
	jsonout_str(j, "exemptionCategory", x->category);
	jsonout_object(j, "assignedAssessment");
	jsonout_str(j, "assessmentKey", x->assessment);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_object(j, "metadata");
	jsonout_str(j, "createdBy", x->created_by);
	azure_date(j, "createdOn", x->created_at);
	jsonout_str(j, "lastUpdatedBy", x->changed_by);
	azure_date(j, "lastUpdatedOn", x->changed_at);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

static int list(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct exemption_list found = { 0 };
	struct azure_scope x;
	struct paging page;
	int r = azure_page(c, &page, e);

	if (r >= 0)
		r = azure_scope(c, &x, e);
	if (r >= 0)
		r = exemptions_list(d, c->arena, x.key, &page, &found, e);
	if (r < 0)
		return r;
	azure_list(&j);
	for (size_t i = 0; i < found.n; i++)
		if (access_may(c->caller, READ_ACTION, found.v[i].resource))
			write_exemption(c, &j, &found.v[i]);
	azure_list_end(c, &j, found.next);
	return 0;
}

int azure_exemptions_list(struct call *c, struct error *e)
{
	return azure_read(c, list, e);
}

static str name_of(struct call *c)
{
	return arena_lower(c->arena, route_part(&c->match, "name"));
}

static int get(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct exemption found = { 0 };
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r >= 0)
		r = exemptions_get(d, c->arena, x.key, name_of(c), &found, e);
	if (r < 0)
		return r;
	if (!r || !access_may(c->caller, READ_ACTION, found.resource))
		return error_set(e, ERR_NOTFOUND, "there is no standardAssignment '%.*s' at '%.*s'",
		                 STR_FMT(str_upto(name_of(c), 100)), STR_FMT(x.id));
	write_exemption(c, &j, &found);
	return 0;
}

int azure_exemptions_get(struct call *c, struct error *e)
{
	return azure_read(c, get, e);
}

/* --- put and delete --- */

struct change {
	struct call *call;
	struct azure_scope scope;
	struct exemption it;
};

static int read_date(const struct json *v, int64_t now, int64_t *out, struct error *e)
{
	str text = json_str(v, "expiresOn");

	*out = 0;
	if (!text.n)
		return 0;
	if (!time_parse(text, out))
		return error_set(e, ERR_USAGE, "expiresOn: a date such as 2030-01-02T03:04:05Z");
	return *out > now ? 0 : error_set(e, ERR_USAGE, "expiresOn: it has passed");
}

static int read_exemption(struct call *c, struct exemption *x, struct error *e)
{
	const struct json *v, *data;
	int r = azure_properties(c, &v, e);

	if (r < 0)
		return r;
	if (!str_eq_nocase(json_str(v, "effect"), STR("Exempt")))
		return error_set(e, ERR_USAGE, "effect: Exempt is the only one of this center");
	if (json_len(json_get(v, "excludedScopes")))
		return error_set(e, ERR_USAGE, "excludedScopes: this center has none");
	data = json_get(v, "exemptionData");
	x->assessment = arena_lower(
	        c->arena, json_str(json_get(data, "assignedAssessment"), "assessmentKey"));
	x->category = arena_lower(c->arena, json_str(data, "exemptionCategory"));
	x->display_name = json_str(v, "displayName");
	x->description = json_str(v, "description");
	if (!resources_is_guid(x->assessment))
		return error_set(e, ERR_USAGE,
		                 "exemptionData.assignedAssessment.assessmentKey: a GUID");
	if (!str_eq(x->category, STR("waiver")) && !str_eq(x->category, STR("mitigated")))
		return error_set(e, ERR_USAGE,
		                 "exemptionData.exemptionCategory: waiver or mitigated");
	return read_date(v, center_now(c->center), &x->expires_at, e);
}

/* What the exemption is of follows at once. */
static int follow(struct change *m, struct db *d, struct error *e)
{
	struct call *c = m->call;
	int64_t now = center_now(c->center);

	if (m->scope.registry_id)
		return postures_make_registry(d, c->arena, m->scope.registry_id, now, e);
	if (m->scope.place_id)
		return postures_make_place(d, c->arena, m->scope.place_id, now, e);
	return postures_make_all(d, c->arena, m->scope.subscription, now, e);
}

static int find_scope(struct change *m, struct db *d, struct error *e)
{
	struct call *c = m->call;
	struct sight sight;
	str id;
	int r = azure_scope(c, &m->scope, e);

	if (r >= 0 && m->scope.kind == RESOURCE_SUBSCRIPTION)
		return subscriptions_use(d, c->arena, m->scope.subscription, center_now(c->center),
		                         &id, e);
	if (r >= 0)
		r = access_sight(d, c->caller, SIGHT_RESOURCES, c->arena, &sight, e);
	return r < 0 ? r : azure_find(c, d, &sight, &m->scope, e);
}

static int put(void *ctx, struct db *d, struct error *e)
{
	struct change *m = ctx;
	struct call *c = m->call;
	int r = find_scope(m, d, e), made;
	str detail;

	if (r < 0)
		return r;
	m->it.resource = m->scope.key;
	made = exemptions_put(d, &m->it, c->caller->name, center_now(c->center), e);
	r = made < 0 ? made : follow(m, d, e);
	if (r < 0)
		return r;
	detail = arena_printf(c->arena, "{\"assessment\":\"%.*s\",\"category\":\"%.*s\"}",
	                      STR_FMT(m->it.assessment), STR_FMT(m->it.category));
	r = azure_note(c, d, TYPE "/write", azure_id(c->arena, m->scope.id, TYPE, m->it.name),
	               detail, e);
	return r < 0 ? r : made;
}

int azure_exemptions_put(struct call *c, struct error *e)
{
	struct change m = { .call = c, .it = { .name = name_of(c) } };
	int made, r;

	if (!resources_is_guid(m.it.name))
		return error_set(e, ERR_USAGE, "standardAssignmentName: a GUID");
	r = read_exemption(c, &m.it, e);
	if (r < 0)
		return r;
	made = azure_change(c, put, &m, e);
	if (made < 0)
		return made;
	r = azure_read(c, get, e);
	c->x->status = made ? 201 : 200;
	return r;
}

static int delete (void *ctx, struct db *d, struct error *e)
{
	struct change *m = ctx;
	struct call *c = m->call;
	int r = find_scope(m, d, e);

	if (r >= 0)
		r = exemptions_remove(d, m->scope.key, m->it.name, e);
	if (r <= 0)
		return r;
	r = follow(m, d, e);
	if (r >= 0)
		r = azure_note(c, d, TYPE "/delete",
		               azure_id(c->arena, m->scope.id, TYPE, m->it.name), (str){ 0 }, e);
	return r < 0 ? r : 1;
}

int azure_exemptions_delete(struct call *c, struct error *e)
{
	struct change m = { .call = c, .it = { .name = name_of(c) } };
	int had = azure_change(c, delete, &m, e);

	if (had < 0)
		return had;
	c->x->status = had ? 200 : 204;
	return 0;
}
