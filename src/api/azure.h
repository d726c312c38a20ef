/* api/azure.h — what all Azure-compatible calls share: scopes in the path, dates, pages, reading
 * and changing the store with a line in the audit log. Shapes are those of Microsoft.Security's
 * swagger; which api-versions are answered how stands in docs/azure-api.md. One call, one thread.
 */
#pragma once
#include "api/answer.h"
#include "center/access.h"
#include "center/paging.h"
#include "center/resources.h"
#include "center/sight.h"

enum { AZURE_PAGE = 1000 }; /* rows a page, as Azure gives */

struct azure_scope {
	bool all;                /* a management group: whatever is seen */
	enum resource_kind kind; /* of the rest, where it is not all */
	str id;                  /* canonical spelling, no slash at its end; empty for all */
	str key;                 /* resources_key(id); empty for all */
	str subscription, group,
	        name; /* the GUID in lower case; names as written, as stored once found */
	int64_t registry_id, place_id; /* 0: not of that kind, or azure_find was not asked */
};

/* {scope} or {subscription} of the path. ERR_NOTFOUND for what is no subscription, group or
 * resource. */
int azure_scope(struct call *c, struct azure_scope *out, struct error *e) must_use;
/* It has to be there and be seen, a resource group's subscription: ERR_NOTFOUND. OTHER ones are as
 * they are. */
int azure_find(struct call *c, struct db *d, const struct sight *s, struct azure_scope *x,
               struct error *e) must_use;
/* Does the caller hold the action over all of the scope? Lists of what stands at a scope itself are
 * empty else. */
bool azure_holds(const struct call *c, const char *action, const struct azure_scope *x);

/* "2026-11-01T08:00:00.0000000Z"; nothing for 0 and for what is no date */
void azure_date(struct jsonout *j, const char *key, int64_t at);
void azure_date_text(struct jsonout *j, const char *key, str date);
/* id, name and type, then properties, which jsonout_end twice closes */
void azure_resource(struct jsonout *j, const char *key, str id, str name, const char *type);
str azure_id(struct arena *a, str scope, const char *provider_and_type, str name);

/* --- pages --- */

/* $skipToken made a cursor again: limit AZURE_PAGE. ERR_USAGE. */
int azure_page(struct call *c, struct paging *out, struct error *e) must_use;
str azure_token(struct arena *a, str cursor); /* of letters, digits, - and _ only */
/* {"value":[ … what is written between … ]} with nextLink when the cursor is not empty */
void azure_list(struct jsonout *j);
void azure_list_end(struct call *c, struct jsonout *j, str cursor);

/* --- the store --- */

/* work's ctx is the call; it may run again, and finds the answer empty each time. */
int azure_read(struct call *c, store_work *work, struct error *e) must_use;
int azure_change(struct call *c, store_work *work, void *ctx, struct error *e) must_use;
/* Within azure_change: who changed what */
int azure_note(struct call *c, struct db *d, const char *action, str target, str detail,
               struct error *e) must_use;
/* The body's "properties". ERR_USAGE. */
int azure_properties(struct call *c, const struct json **out, struct error *e) must_use;

extern const struct route_set azure_provider_routes, azure_subscription_routes;

/* --- handlers, a file a group --- */

api_handler azure_pricings_list, azure_pricings_get, azure_pricings_put, azure_pricings_delete;
api_handler azure_assessments_list, azure_assessments_get, azure_assessments_put,
        azure_assessments_delete;
api_handler azure_metadata_list, azure_metadata_get, azure_metadata_put, azure_metadata_delete;
api_handler azure_findings_list, azure_findings_get;
api_handler azure_exemptions_list, azure_exemptions_get, azure_exemptions_put,
        azure_exemptions_delete;
api_handler azure_subscriptions_list, azure_subscriptions_get, azure_registries_list,
        azure_registries_get;
api_handler azure_locations_list, azure_locations_get, azure_settings_list, azure_settings_get,
        azure_settings_put;
api_handler azure_provisioning_list, azure_provisioning_get, azure_provisioning_put;
api_handler azure_tasks_list, azure_tasks_get, azure_operations_list;
