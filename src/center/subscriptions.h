/* center/subscriptions.h — the units of plans, roles and score. One comes into being with its first
 * use. */
#pragma once
#include "center/paging.h"
#include "center/sight.h"

struct subscription {
	str id, name; /* a GUID in lower case; the name is the GUID until somebody gives one */
	int64_t created_at;
};

struct subscription_list {
	struct subscription *v;
	size_t n, room;
};

/* There from now on; *id is the GUID in lower case, in `a`. ERR_USAGE when it is no GUID. */
int subscriptions_use(struct db *d, struct arena *a, str guid, int64_t now, str *id,
                      struct error *e) must_use;
int subscriptions_rename(struct db *d, str id, str name,
                         struct error *e) must_use; /* ERR_NOTFOUND */
/* 1, or 0 when there is none that is seen: named in the sight, or the home of a registry that is.
 */
int subscriptions_get(struct db *d, struct arena *a, const struct sight *s, str guid,
                      struct subscription *out, struct error *e) must_use;
/* All that are seen, by id */
int subscriptions_list(struct db *d, struct arena *a, const struct sight *s,
                       struct subscription_list *out, struct error *e) must_use;
