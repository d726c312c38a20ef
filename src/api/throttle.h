/* api/throttle.h — how much one caller or one address may ask: token buckets (so many a minute, as
 * many at once) in a table of fixed size, the longest unused making room. Any thread. */
#pragma once
#include "base/str.h"

struct throttle;
struct throttle *throttle_new(void);
void throttle_free(struct throttle *t); /* NULL is fine */

/* Takes `cost` from the bucket of that kind and name at now_ms on a steady clock. True and what is
 * left in *left; false and the seconds to wait in *wait_s. Cost 0 only looks whether there is any.
 */
bool throttle_take(struct throttle *t, char kind, str name, unsigned per_minute, unsigned cost,
                   int64_t now_ms, unsigned *left, unsigned *wait_s);
