/* center/plans.h — what is switched on: pricings by scope, inherited from the subscription unless a
 * resource has its own, which `enforce` of the subscription overrules. Nobody has switched
 * anything: Containers is Standard at every subscription, all else is Free. */
#pragma once
#include "center/registries.h"

struct pricing {
	str scope;     /* key of a subscription or resource */
	str name;      /* "Containers" */
	bool standard; /* tier Standard, else Free */
	str sub_plan;
	str extensions; /* JSON array as it was put */
	bool enforce;
	int64_t enabled_at; /* since when Standard; 0: it is not */
	int64_t changed_at; /* 0: nobody has put it: the default */
	/* of the answer */
	str inherited_from; /* scope key; empty: its own */
	enum {
		COVERAGE_NONE,
		COVERAGE_PARTLY,
		COVERAGE_FULL
	} coverage; /* of a subscription: its registries */
};
struct pricing_list {
	struct pricing *v;
	size_t n, room;
};

extern const char *const plan_names[];              /* NULL at the end: those that exist */
bool plans_known(str name, const char **canonical); /* any case */

/* What holds at a scope: its own or inherited or the default. Always filled for a known name. */
int plans_get(struct db *d, struct arena *a, str scope, str name, int64_t now, struct pricing *out,
              struct error *e) must_use;
int plans_list(struct db *d, struct arena *a, str scope, int64_t now, struct pricing_list *out,
               struct error *e) must_use; /* all names */
/* 1 it is new at that scope, 0 changed. ERR_DENIED: the subscription enforces its own. Of a
 * resource: enforce is not looked at. */
int plans_put(struct db *d, struct arena *a, const struct pricing *p, int64_t now,
              struct error *e) must_use;
int plans_remove(struct db *d, str scope, str name, struct error *e) must_use; /* 1, or 0 */
/* Are the images of this registry to be scanned: Containers (or the older ContainerRegistry) is
 * Standard there. 1 or 0 */
int plans_watch(struct db *d, struct arena *a, const struct registry *r, struct error *e) must_use;
