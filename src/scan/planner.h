/* scan/planner.h — the smallest set of upgrades that clears most of a report (docs/plan.md).
 *
 * A unit is upgraded as a whole: of dpkg, apk and rpm the source package, of others a name and version,
 * each within one layer (or the base image's layers together). Every finding belongs to one unit, so
 * taking the heaviest unit each time is not only greedy but the best there is for any number of
 * steps. A unit weighs what its fixable findings do:
 *   critical 100, high 30, medium 8, unknown 4, low 2, negligible 1,
 *   and 300 more when known to be exploited, else 100 times its EPSS probability, rounded.
 * Of equal weight the one with more findings is first, then the lower layer, type, name, version. */
#pragma once
#include "model/plan.h"

/* Another target: the version in the command and whether it is a jump follow. */
void planner_raise(struct plan_step *s, str to, struct arena *a);
/* Of the findings that are shown; arrays and strings in `a`, whose failure is the caller's to see. */
void planner_make(struct arena *a, const struct scan_report *r, struct plan *out);
