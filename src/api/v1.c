/* api/v1.c — the table of /api/v1 and /agent/v1. */
#include "api/v1.h"
#include "api/openapi.h"

#define V1(method, path, handler, action, summary, params, body, answer) \
	{ { METHOD_##method, "/api/v1/" path, false }, FAMILY_V1, handler, action, summary, params, body, answer }

static const struct route v1_rows[] = {
	// clang-format off
	V1(GET,    "openapi.json", openapi_get, NULL, NULL, NULL, NULL, NULL),
	V1(GET,    "registries", v1_list_registries, "Microsoft.ContainerRegistry/registries/read", "Registries that are watched", v1_registry_params, NULL, "RegistryList"),
	V1(POST,   "registries", v1_add_registry, NULL, "Watch a registry; the secret of its events is shown this once", NULL, "NewRegistry", "201 Registry"),
	V1(GET,    "registries/{registry}", v1_get_registry, NULL, "One registry, by its number or name", NULL, NULL, "Registry"),
	V1(PATCH,  "registries/{registry}", v1_change_registry, NULL, "Change how it is watched", NULL, "ChangeRegistry", "Registry"),
	V1(DELETE, "registries/{registry}", v1_remove_registry, NULL, "Watch it no more; what was found stays in the history", NULL, NULL, NULL),
	V1(POST,   "registries/{registry}/test", v1_test_registry, NULL, "Ask it now whether it is there and knows us", NULL, NULL, "RegistryTest"),
	V1(POST,   "registries/{registry}/sync", v1_sync_registry, NULL, "Look it through now", NULL, NULL, "202 Accepted"),
	V1(POST,   "registries/{registry}/secret", v1_rotate_secret, NULL, "A fresh secret for its events; the old one ends at once", NULL, NULL, "Hook"),
	// clang-format on
};
const struct route_set v1_routes = { "/api/v1/", FAMILY_V1, v1_rows, LEN(v1_rows) };
