/* api/api.h — a call of the center's HTTP interface: the request, whom it is from, and what its route says of
 * it. Routes are rows of routes.c; a handler writes the answer's body and status, or returns an error, which is
 * answered in the shape of the route's family. */
#pragma once
#include "base/jsonout.h"
#include "center/center.h"
#include "net/router.h"

struct caller; /* center/access.h */
struct api;

enum family {
	FAMILY_AZURE, /* errors as CloudError, x-ms- headers, api-version demanded, any case in fixed segments */
	FAMILY_V1,    /* errors {"error":{"code","message","target"}}; ETag, cursors */
	FAMILY_HOOK,  /* from registries: their own secret */
	FAMILY_AGENT, /* /agent/v1: tokens of kind agent */
	FAMILY_OPS,   /* /healthz, /readyz, /metrics */
	FAMILY_LOGIN, /* browser sessions */
	FAMILY_COUNT
};

struct param { /* of a query, for the OpenAPI document and for refusing what is not known (v1) */
	const char *name;
	const char *schema; /* JSON schema: "{\"type\":\"string\"}" */
	const char *about;
};

struct call {
	struct api *api;
	struct center *center;
	struct exchange *x;
	const struct route *route;
	struct route_match match;
	const struct caller *caller; /* never NULL: a caller without any role where none is needed */
	struct arena *arena;         /* the exchange's */
};

/* 0: x->status and the answer are set (status 0 stands for 200); below 0: answered by the family. */
typedef int api_handler(struct call *c, struct error *e);

struct route {
	struct route_pattern pattern; /* first: router.h */
	enum family family;
	api_handler *handler;
	const char *action;   /* "Microsoft.Security/pricings/read" …, held against the caller's roles (access.h)
	                         at the scope in the path; NULL: the handler looks itself */
	const char *summary;  /* for OpenAPI; NULL: not in it */
	const struct param *params; /* ended by a NULL name; may be NULL */
	const char *body;     /* name of the request body's schema in api/schemas.c; NULL: none */
	const char *answer;   /* of the 200's; NULL: no body */
};

extern const struct route api_routes[];
extern const size_t api_route_count;
