/* center/founding.h — what a center has from its first start on: a subscription that is used where
 * nobody names one, and a token that may do all. Any number of processes may start at once. */
#pragma once
#include "base/secret.h"
#include "center/center.h"

/* The GUID of the default subscription, in the arena; `wanted` (empty: none) becomes it. ERR_USAGE
 * for no GUID. */
int founding_subscription(const struct center *c, str wanted, struct arena *a, str *out,
                          struct error *e) must_use;
/* 1 and the token, when no living one has Owner at "/"; else 0. With `more`, one more in any case,
 * named so. */
int founding_admin(const struct center *c, const char *more, struct secret *text,
                   struct error *e) must_use;
/* Is the vault's key the one that this store's secrets were sealed with? ERR_DENIED says what to do
 * if not. */
int founding_key(const struct center *c, struct error *e) must_use;
