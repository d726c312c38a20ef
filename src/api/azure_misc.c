/* api/azure_misc.c — groups of Microsoft.Security of which a self-hosted center has little or
 * nothing, and says so: one location; no settings, because no other product of the vendor's is
 * there to be fed; no agents that provision themselves; no tasks, which were the recommendations'
 * earlier form; the operations that routes name. */
#include "api/azure.h"
#include "base/json.h"

static int empty_list(struct call *c)
{
	struct jsonout j = answer_json(c);

	azure_list(&j);
	azure_list_end(c, &j, (str){ 0 });
	return 0;
}

/* --- locations --- */

#define LOCATION "global"

static void write_location(struct call *c, struct jsonout *j, const struct azure_scope *x)
{
	azure_resource(j, NULL,
	               azure_id(c->arena, x->id, "Microsoft.Security/locations", STR(LOCATION)),
	               STR(LOCATION), "Microsoft.Security/locations");
	jsonout_text(j, "homeRegionName", LOCATION);
	jsonout_end(j);
	jsonout_end(j);
}

int azure_locations_list(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r < 0)
		return r;
	azure_list(&j);
	write_location(c, &j, &x);
	azure_list_end(c, &j, (str){ 0 });
	return 0;
}

int azure_locations_get(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	str name = route_part(&c->match, "name");
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r < 0)
		return r;
	if (!str_eq_nocase(name, STR(LOCATION)))
		return error_set(e, ERR_NOTFOUND, "there is no location '%.*s', only " LOCATION,
		                 STR_FMT(str_upto(name, 100)));
	write_location(c, &j, &x);
	return 0;
}

/* --- settings --- */

int azure_settings_list(struct call *c, struct error *e)
{
	(void)e;
	return empty_list(c);
}

int azure_settings_get(struct call *c, struct error *e)
{
	str name = route_part(&c->match, "name");
	return error_set(e, ERR_NOTFOUND, "this center has no setting '%.*s'",
	                 STR_FMT(str_upto(name, 100)));
}

int azure_settings_put(struct call *c, struct error *e)
{
	return azure_settings_get(c, e);
}

/* --- autoProvisioningSettings --- */

#define PROVISIONING "Microsoft.Security/autoProvisioningSettings"

static void write_provisioning(struct call *c, struct jsonout *j, const struct azure_scope *x)
{
	azure_resource(j, NULL, azure_id(c->arena, x->id, PROVISIONING, STR("default")),
	               STR("default"), PROVISIONING);
	jsonout_text(j, "autoProvision", "Off");
	jsonout_end(j);
	jsonout_end(j);
}

int azure_provisioning_list(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r < 0)
		return r;
	azure_list(&j);
	write_provisioning(c, &j, &x);
	azure_list_end(c, &j, (str){ 0 });
	return 0;
}

int azure_provisioning_get(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	struct azure_scope x;
	int r = azure_scope(c, &x, e);

	if (r < 0)
		return r;
	if (!str_eq_nocase(route_part(&c->match, "name"), STR("default")))
		return error_set(e, ERR_NOTFOUND, "there is one autoProvisioningSetting, default");
	write_provisioning(c, &j, &x);
	return 0;
}

int azure_provisioning_put(struct call *c, struct error *e)
{
	const struct json *v;
	str wanted;
	int r = azure_properties(c, &v, e);

	if (r < 0)
		return r;
	wanted = json_str(v, "autoProvision");
	if (str_eq_nocase(wanted, STR("On")))
		return error_set(
		        e, ERR_USAGE,
		        "autoProvision: this center does not install agents; it stays Off");
	if (!str_eq_nocase(wanted, STR("Off")))
		return error_set(e, ERR_USAGE, "autoProvision: On or Off");
	return azure_provisioning_get(c, e);
}

/* --- tasks --- */

int azure_tasks_list(struct call *c, struct error *e)
{
	(void)e;
	return empty_list(c);
}

int azure_tasks_get(struct call *c, struct error *e)
{
	str name = route_part(&c->match, "name");
	return error_set(e, ERR_NOTFOUND, "there is no task '%.*s'; see assessments",
	                 STR_FMT(str_upto(name, 100)));
}

/* --- operations: what routes name, each once --- */

static bool is_named_before(const struct route_set *s, size_t i, const char *action)
{
	for (size_t k = 0; k < i; k++)
		if (s->rows[k].action && !strcmp(s->rows[k].action, action))
			return true;
	return false;
}

static void write_operation(struct jsonout *j, const struct route *row)
{
	str action = str_c(row->action), rest = str_from(action, str_chr(action, '/') + 1);
	size_t verb = str_rchr(rest, '/');

	jsonout_object(j, NULL);
	jsonout_str(j, "name", action);
	jsonout_text(j, "origin", "user");
	jsonout_object(j, "display");
	jsonout_str(j, "provider", str_upto(action, str_chr(action, '/')));
	jsonout_str(j, "resource", str_upto(rest, verb));
	jsonout_str(j, "operation", str_from(rest, verb + 1));
	jsonout_text(j, "description", row->summary ? row->summary : "");
	jsonout_end(j);
	jsonout_end(j);
}

int azure_operations_list(struct call *c, struct error *e)
{
	const struct route_set *s = &azure_subscription_routes;
	struct jsonout j = answer_json(c);

	(void)e;
	azure_list(&j);
	for (size_t i = 0; i < s->n; i++) {
		const char *action = s->rows[i].action;
		if (action && str_starts(str_c(action), STR("Microsoft.Security/")) &&
		    !is_named_before(s, i, action))
			write_operation(&j, &s->rows[i]);
	}
	azure_list_end(c, &j, (str){ 0 });
	return 0;
}
