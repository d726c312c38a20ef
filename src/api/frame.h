/* api/frame.h — what all calls share, for the files that are the door itself (api.c, gate.c,
 * login.c, ops.c …). Handlers of the families go without. */
#pragma once
#include "api/api.h"
#include "center/access.h"
#include <stdatomic.h>

struct throttle;
struct oidc;

struct api {
	struct center *center;
	struct throttle *throttle;
	struct oidc *oidc; /* NULL: nobody signs in that way */
	const char *db_path;
	bool behind_proxy, ops_only;
	unsigned rate_caller, rate_address;
	_Atomic uint64_t answered[6]; /* by hundreds of the status, for metrics */
};
