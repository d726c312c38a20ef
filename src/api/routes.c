/* api/routes.c — the families' tables in the order of their search: what has the longest prefix first. */
#include "api/api.h"
#include "api/accessroutes.h"
#include "api/azure.h"
#include "api/hooks.h"
#include "api/login.h"
#include "api/oidc.h"
#include "api/ops.h"
#include "api/v1.h"

const struct route_set *const api_route_sets[] = {
	&access_routes, /* /api/v1/: who may what */
	&v1_routes,     /* /api/v1/: registries, images, findings, work */
	&agent_routes,  /* /agent/v1/: what runs where */
	&hook_routes,   /* /hooks/: what registries tell */
	&azure_subscription_routes,
	&azure_provider_routes,
	&login_routes,  /* / : /login, /logout */
	&oidc_routes,   /* / : /login/oidc */
	&ops_routes,    /* / : /healthz, /readyz */
	NULL,
};
