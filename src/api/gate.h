/* api/gate.h — who calls, and may he: bearer tokens and browser sessions become a struct caller,
 * the route's action is held against his roles at the scope that the path names. Any thread. */
#pragma once
#include "api/api.h"

/* Fills c->caller. 0, or the call is answered (401 …) and gives 1. */
int gate_identify(struct call *c, struct error *e) must_use;
/* Holds the route's action against c->caller. 0, or the call is answered (401, 403, 404) and
 * gives 1. A reading action passes when it is held anywhere beneath the scope: the handler cuts by
 * the caller's sight. */
int gate_admit(struct call *c, struct error *e) must_use;
/* For handlers whose scope is not in the path: the same for one action and scope. */
int gate_check(struct call *c, const char *action, str scope, struct error *e) must_use;
/* The scope in the path: {scope*}, else /subscriptions/{subscription}[/resourceGroups/{group}[/…]],
 * else "/". */
str gate_scope(const struct call *c);
