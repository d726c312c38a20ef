/* api/accessroutes.h — /api/v1: tokens, the browser's session, the audit log. */
#pragma once
#include "api/api.h"

extern const struct route_set access_routes;
