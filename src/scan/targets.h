/* scan/targets.h — whether what a plan upgrades to has flaws of its own: those that began behind the
 * installed version, or that another branch mends later. One thread. */
#pragma once
#include "model/plan.h"

struct vulndb;

/* Each target is matched as if it were installed; where what is found has a fix, that is the target
 * instead, and so on, and what has none goes into `opens`. A target that was raised still clears
 * what it did. Strings in `a`. */
int targets_settle(struct vulndb *db, const struct scan_report *r, struct plan *p, struct arena *a,
                   struct error *e) must_use;
