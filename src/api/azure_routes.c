/* api/azure_routes.c — the Azure-compatible routes, a row each. {scope*} is a subscription, a
 * resource group or a resource; what stands under a management group is all that the caller sees.
 */
#include "api/azure.h"

#define S     "Microsoft.Security/"
#define SUB   "/subscriptions/{subscription}/providers/Microsoft.Security/"
#define GROUP "/subscriptions/{subscription}/resourceGroups/{group}/providers/"
#define SCOPE "/{scope*}/providers/Microsoft.Security/"
#define MANAGE                                                                     \
	"/providers/Microsoft.Management/managementGroups/{management}/providers/" \
	"Microsoft.Security/"
#define ACR "Microsoft.ContainerRegistry/registries"

#define ROW(method, pattern, handler, action, summary)                                     \
	{                                                                                  \
		{ METHOD_##method, pattern, true }, FAMILY_AZURE, azure_##handler, action, \
		        summary, NULL, NULL, NULL                                          \
	}

// clang-format off
static const struct route provider_rows[] = {
	ROW(GET, "/providers/Microsoft.Security/operations",                 operations_list,  NULL, NULL),
	ROW(GET, "/providers/Microsoft.Security/assessmentMetadata",         metadata_list,    NULL, NULL),
	ROW(GET, "/providers/Microsoft.Security/assessmentMetadata/{name}",  metadata_get,     NULL, NULL),
	ROW(GET, MANAGE "assessments",                                       assessments_list, S "assessments/read", NULL),
	ROW(GET, MANAGE "subAssessments",                                    findings_list,    S "assessments/subAssessments/read", NULL),
	ROW(GET, MANAGE "assessments/{assessment}/subAssessments",           findings_list,    S "assessments/subAssessments/read", NULL),
	ROW(GET, MANAGE "assessments/{assessment}/subAssessments/{name}",    findings_get,     S "assessments/subAssessments/read", NULL),
};

static const struct route subscription_rows[] = {
	ROW(GET,    "/subscriptions",                       subscriptions_list, NULL, NULL),
	ROW(GET,    "/subscriptions/{subscription}",        subscriptions_get,  "Microsoft.Resources/subscriptions/read", NULL),
	ROW(GET,    "/subscriptions/{subscription}/providers/" ACR, registries_list, ACR "/read", NULL),
	ROW(GET,    GROUP ACR,                              registries_list,    ACR "/read", NULL),
	ROW(GET,    GROUP ACR "/{name}",                    registries_get,     ACR "/read", NULL),

	ROW(GET,    SUB "assessmentMetadata",               metadata_list,      S "assessmentMetadata/read",   "List metadata of assessments"),
	ROW(GET,    SUB "assessmentMetadata/{name}",        metadata_get,       S "assessmentMetadata/read",   "Read metadata of an assessment"),
	ROW(PUT,    SUB "assessmentMetadata/{name}",        metadata_put,       S "assessmentMetadata/write",  "Keep metadata of an assessment of one's own"),
	ROW(DELETE, SUB "assessmentMetadata/{name}",        metadata_delete,    S "assessmentMetadata/delete", "Remove metadata of an assessment of one's own"),
	ROW(GET,    SUB "locations",                        locations_list,     S "locations/read",            "List locations"),
	ROW(GET,    SUB "locations/{name}",                 locations_get,      S "locations/read",            "Read a location"),
	ROW(GET,    SUB "settings",                         settings_list,      S "settings/read",             "List settings"),
	ROW(GET,    SUB "settings/{name}",                  settings_get,       S "settings/read",             "Read a setting"),
	ROW(PUT,    SUB "settings/{name}",                  settings_put,       S "settings/write",            "Change a setting"),
	ROW(GET,    SUB "autoProvisioningSettings",         provisioning_list,  S "settings/read",             "List what provisions itself"),
	ROW(GET,    SUB "autoProvisioningSettings/{name}",  provisioning_get,   S "settings/read",             "Read what provisions itself"),
	ROW(PUT,    SUB "autoProvisioningSettings/{name}",  provisioning_put,   S "settings/write",            "Change what provisions itself"),
	ROW(GET,    SUB "tasks",                            tasks_list,         S "tasks/read",                "List tasks"),
	ROW(GET,    SUB "locations/{location}/tasks",       tasks_list,         S "tasks/read",                "List tasks of a location"),
	ROW(GET,    SUB "locations/{location}/tasks/{name}", tasks_get,         S "tasks/read",                "Read a task"),
	ROW(GET,    GROUP S "locations/{location}/tasks",   tasks_list,         S "tasks/read",                "List tasks of a resource group"),
	ROW(GET,    GROUP S "locations/{location}/tasks/{name}", tasks_get,     S "tasks/read",                "Read a task of a resource group"),

	ROW(GET,    SCOPE "pricings",                       pricings_list,      S "pricings/read",             "List plans"),
	ROW(GET,    SCOPE "pricings/{name}",                pricings_get,       S "pricings/read",             "Read a plan"),
	ROW(PUT,    SCOPE "pricings/{name}",                pricings_put,       S "pricings/write",            "Switch a plan"),
	ROW(DELETE, SCOPE "pricings/{name}",                pricings_delete,    S "pricings/delete",           "Let a resource inherit its plan again"),
	ROW(GET,    SCOPE "assessments",                    assessments_list,   S "assessments/read",          "List assessments"),
	ROW(GET,    SCOPE "assessments/{assessment}",       assessments_get,    S "assessments/read",          "Read an assessment"),
	ROW(PUT,    SCOPE "assessments/{assessment}",       assessments_put,    S "assessments/write",         "Keep an assessment of one's own"),
	ROW(DELETE, SCOPE "assessments/{assessment}",       assessments_delete, S "assessments/delete",        "Remove an assessment of one's own"),
	ROW(GET,    SCOPE "subAssessments",                 findings_list,      S "assessments/subAssessments/read", "List findings"),
	ROW(GET,    SCOPE "assessments/{assessment}/subAssessments",        findings_list, S "assessments/subAssessments/read", "List findings of an assessment"),
	ROW(GET,    SCOPE "assessments/{assessment}/subAssessments/{name}", findings_get,  S "assessments/subAssessments/read", "Read a finding"),
	ROW(GET,    SCOPE "standardAssignments",            exemptions_list,    S "standardAssignments/read",   "List exemptions"),
	ROW(GET,    SCOPE "standardAssignments/{name}",     exemptions_get,     S "standardAssignments/read",   "Read an exemption"),
	ROW(PUT,    SCOPE "standardAssignments/{name}",     exemptions_put,     S "standardAssignments/write",  "Exempt a resource from an assessment"),
	ROW(DELETE, SCOPE "standardAssignments/{name}",     exemptions_delete,  S "standardAssignments/delete", "End an exemption"),
};
// clang-format on

const struct route_set azure_provider_routes = { "/providers/", FAMILY_AZURE, provider_rows,
	                                         LEN(provider_rows) };
const struct route_set azure_subscription_routes = { "/subscriptions", FAMILY_AZURE,
	                                             subscription_rows, LEN(subscription_rows) };
