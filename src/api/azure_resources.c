/* api/azure_resources.c — subscriptions (Microsoft.Resources) and registries
 * (Microsoft.ContainerRegistry) in ARM's shape, read only: where scripts begin. They are made and
 * changed through /api/v1. */
#include "api/azure.h"
#include "api/azure_details.h"
#include "center/registries.h"
#include "center/subscriptions.h"

#define REGISTRY_TYPE "Microsoft.ContainerRegistry/registries"

/* --- subscriptions --- */

static void write_subscription(struct call *c, struct jsonout *j, const struct subscription *s)
{
	jsonout_object(j, NULL);
	jsonout_str(j, "id", arena_concat(c->arena, STR("/subscriptions/"), s->id));
	jsonout_str(j, "subscriptionId", s->id);
	jsonout_text(j, "tenantId",
	             "00000000-0000-0000-0000-000000000000"); /* a center is one tenant */
	jsonout_str(j, "displayName", s->name);
	jsonout_text(j, "state", "Enabled");
	jsonout_end(j);
}

static int list_subscriptions(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct subscription_list found = { 0 };
	struct sight sight;
	int r = access_sight(d, c->caller, SIGHT_RESOURCES, c->arena, &sight, e);

	if (r >= 0)
		r = subscriptions_list(d, c->arena, &sight, &found, e);
	if (r < 0)
		return r;
	azure_list(&j);
	for (size_t i = 0; i < found.n; i++)
		write_subscription(c, &j, &found.v[i]);
	azure_list_end(c, &j, (str){ 0 });
	return 0;
}

int azure_subscriptions_list(struct call *c, struct error *e)
{
	return azure_read(c, list_subscriptions, e);
}

static int get_subscription(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct subscription found = { 0 };
	str id = route_part(&c->match, "subscription");
	struct sight sight;
	int r = access_sight(d, c->caller, SIGHT_RESOURCES, c->arena, &sight, e);

	if (r >= 0 && resources_is_guid(id))
		r = subscriptions_get(d, c->arena, &sight, arena_lower(c->arena, id), &found, e);
	if (r < 0)
		return r;
	if (!r)
		answer_fail(c, 404, "SubscriptionNotFound",
		            "the subscription '%.*s' could not be found", STR_FMT(id));
	else
		write_subscription(c, &j, &found);
	return 0;
}

int azure_subscriptions_get(struct call *c, struct error *e)
{
	return azure_read(c, get_subscription, e);
}

/* --- registries --- */

static void write_registry(struct call *c, struct jsonout *j, const struct registry *x)
{
	jsonout_object(j, NULL);
	jsonout_str(j, "id", registries_resource_id(c->arena, x));
	jsonout_str(j, "name", x->name);
	jsonout_text(j, "type", REGISTRY_TYPE);
	jsonout_text(j, "location", "global");
	jsonout_object(j, "tags");
	jsonout_end(j);
	jsonout_object(j, "properties");
	jsonout_str(j, "loginServer", azure_details_host(x->url));
	azure_date(j, "creationDate", x->created_at);
	jsonout_text(j, "provisioningState",
	             x->state == REGISTRY_READY ? "Succeeded"
	             : x->state == REGISTRY_NEW ? "Creating"
	                                        : "Failed");
	jsonout_object(j, "status"); /* as ARM: a word, what it means, since when */
	jsonout_text(j, "displayStatus", registry_state_word(x->state));
	jsonout_str(j, "message", x->state_why);
	azure_date(j, "timestamp", x->state_at);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

static int list_registries(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	struct registry_filter f = REGISTRY_FILTER;
	struct registry_list found = { 0 };
	struct azure_scope x;
	struct sight sight;
	struct paging page;
	int r = azure_page(c, &page, e);

	if (r >= 0)
		r = azure_scope(c, &x, e);
	if (r >= 0)
		r = access_sight(d, c->caller, SIGHT_RESOURCES, c->arena, &sight, e);
	if (r >= 0)
		r = azure_find(c, d, &sight, &x, e);
	if (r >= 0) {
		f.subscription = x.subscription;
		f.resource_group = x.group;
		r = registries_list(d, c->arena, &sight, &f, &page, &found, e);
	}
	if (r < 0)
		return r;
	azure_list(&j);
	for (size_t i = 0; i < found.n; i++)
		write_registry(c, &j, &found.v[i]);
	azure_list_end(c, &j, found.next);
	return 0;
}

int azure_registries_list(struct call *c, struct error *e)
{
	return azure_read(c, list_registries, e);
}

static int get_registry(void *ctx, struct db *d, struct error *e)
{
	struct call *c = ctx;
	struct jsonout j = answer_json(c);
	str group = route_part(&c->match, "group"), name = route_part(&c->match, "name");
	struct registry found = { 0 };
	struct azure_scope x;
	struct sight sight;
	int r = azure_scope(c, &x, e);

	if (r >= 0)
		r = access_sight(d, c->caller, SIGHT_RESOURCES, c->arena, &sight, e);
	if (r >= 0)
		r = registries_find(d, c->arena, &sight, x.subscription, name, &found, e);
	if (r < 0)
		return r;
	if (!r || !str_eq_nocase(found.resource_group, group))
		return error_set(e, ERR_NOTFOUND, "there is no registry '%.*s' in '%.*s'",
		                 STR_FMT(str_upto(name, 100)), STR_FMT(x.id));
	write_registry(c, &j, &found);
	return 0;
}

int azure_registries_get(struct call *c, struct error *e)
{
	return azure_read(c, get_registry, e);
}
