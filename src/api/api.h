/* api/api.h — a call of the center's HTTP interface: the request, whom it is from, and what its route says of
 * it. Routes are rows of tables, a table a family (routes.c); a handler writes the answer's body and status, or returns an error, which is
 * answered in the shape of the route's family. */
#pragma once
#include "base/jsonout.h"
#include "center/center.h"
#include "net/router.h"

struct caller; /* center/access.h */
struct api;
struct json;
struct oidc_options;
struct work;

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
	const char *about; /* with ! before it: must be there */
};

struct call {
	struct api *api;
	struct center *center;
	struct exchange *x;
	const struct route *route;
	struct route_match match;
	const struct caller *caller; /* never NULL: a caller without any role where none is needed */
	struct arena *arena;         /* the exchange's */
	struct json *json;           /* of call_json; ended with the call */
	str id;                      /* of the request, as answered in x-ms-request-id and X-Request-Id */
	str api_version;             /* of an Azure call, checked to be a date with or without "-preview" */
	bool answered;               /* by answer_fail and the like */
	bool cacheable;              /* Cache-Control is the handler's; else no-store */
	bool refused;                /* who calls is not known, or may not: told in the audit log */
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

/* A family's rows stand in its own file (azure.c, v1.c …) as `const struct route_set azure_routes`, and the set is
 * named in routes.c. A set is searched when the path begins with its prefix (any case), the first that fits wins;
 * within it the first row. */
struct route_set {
	const char *prefix; /* "/api/v1/", "/" */
	enum family family; /* of errors about paths that no row fits */
	const struct route *rows;
	size_t n;
};
extern const struct route_set *const api_route_sets[]; /* in the order of their search, ended by NULL */

/* --- the door itself --- */

struct api_options { /* borrowed for api_new */
	struct center *center;
	bool ops_only;              /* a worker: /healthz, /readyz and /metrics */
	bool behind_proxy;
	unsigned rate_caller, rate_address; /* requests a minute; 0: 6,000 and 1,200 */
	const struct oidc_options *oidc; /* api/oidc.h; NULL: nobody signs in that way */
	const char *db_path;  /* of the advisory database; NULL: data_dir/advisories.db */
};
int api_new(const struct api_options *o, struct api **out, struct error *e) must_use;
/* Whose counts /metrics shows; NULL before the work stops. */
void api_attach_work(struct api *a, struct work *w);
void api_free(struct api *a); /* after the server has stopped; NULL is fine */
void api_answer(void *api, struct exchange *x); /* a server_handler */
