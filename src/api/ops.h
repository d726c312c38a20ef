/* api/ops.h — is the process alive, and can it work? /healthz and /readyz, for load balancers and
 * people. */
#pragma once
#include "api/api.h"

extern const struct route_set ops_routes;
