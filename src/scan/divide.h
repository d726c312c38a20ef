/* scan/divide.h — which of the findings that matched are shown, which only counted, and which are
 * hidden and why. This is the one place: a reason to hide is a row in divide.c's list of deciders.
 */
#pragma once
#include "scan/request.h"

/* May hide a finding: fills f->hidden (kind, by, why, until; strings in `a` or borrowed from what
 * outlives the report) and says whether it did. */
typedef bool divide_decider(const struct scan_options *o, struct arena *a,
                            const struct scan_report *r, struct finding *f);

/* Takes every finding of the report to the deciders in their order; the first that hides it moves
 * it to r->suppressed. Of the others it fills worst and any, and counts those that --severity and
 * --ignore-unfixed leave out in findings_hidden. The order of what stays is kept. */
void divide_findings(const struct scan_options *o, struct arena *a, struct scan_report *r);
