/* center/sight.h — what a caller sees. Every list, count and page of the center takes one and cuts
 * its rows by it: what is outside does not exist. Filled from roles (access.h); for the center's
 * own work there is sight_all. */
#pragma once
#include "store/db.h"

struct sight { /* borrowed */
	bool all;
	const int64_t *registries; /* ids, ascending: whose images and findings are seen */
	size_t registries_n;
	const str *subscriptions; /* GUIDs in lower case, ascending: what stands at a subscription
	                             (its plans, usage, */
	size_t subscriptions_n; /* places, running images) is seen; a registry of it only when it is
	                           named above */
};

extern const struct sight sight_all;

bool sight_has_registry(const struct sight *s, int64_t id);
bool sight_has_subscription(const struct sight *s, str id);
/* " AND column IN (…)", nothing for all; `column` is "r.id", "i.registry_id" … */
void sight_registries(struct query *q, const struct sight *s, const char *column);
void sight_subscriptions(struct query *q, const struct sight *s, const char *column);
