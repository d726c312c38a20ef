/* api/openapi.h — GET /api/v1/openapi.json: the OpenAPI 3.0 document, printed from the tables of routes and schemas. A
 * route whose `answer` begins with a number ("201 Token") says its status; else it is 200, and 204 without a body.
 * Routes of /agent/v1 are in it too. */
#pragma once
#include "api/api.h"

void openapi_write(struct jsonout *j, const struct route_set *const sets[]);
int openapi_get(struct call *c, struct error *e); /* an api_handler */
