/* work/fresh.h — what a scan brought is matched at once. Any thread. */
#pragma once
#include "base/error.h"
#include "work/matcher.h"

struct work;

/* Every package and profile that was not matched yet; without advisory data it is said that there
 * are none. */
int fresh_match(struct work *w, struct error *e) must_use;
/* This host has no data. 0 nobody has any yet, which is said of what waits; 1 others do. */
int fresh_without_data(struct work *w, struct error *e) must_use;
