/* api/frame.h — what all calls share, for the files that are the door itself (api.c, gate.c,
 * login.c, ops.c …). Handlers of the families go without. */
#pragma once
#include "api/api.h"
#include "center/access.h"
#include <pthread.h>
#include <stdatomic.h>

struct throttle;
struct work;
struct oidc;

struct kept_metrics { /* what the store was asked last */
	pthread_mutex_t lock;
	struct buf text;
	int64_t made_ms;
};

struct api {
	struct center *center;
	struct throttle *throttle;
	struct oidc *oidc; /* NULL: nobody signs in that way */
	const char *db_path;
	bool behind_proxy, ops_only;
	unsigned rate_caller, rate_address;
	/* for metrics */
	_Atomic uint64_t answered[FAMILY_COUNT][6]; /* by hundreds of the status */
	_Atomic uint64_t unknown;                   /* 401 */
	struct work *_Atomic work;                  /* of this process; NULL: it does none */
	struct kept_metrics kept;
};
