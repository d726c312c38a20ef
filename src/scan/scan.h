/* scan/scan.h — from a TARGET to a report: layers fetched and read in jails side by side, merged,
 * matched, sorted. */
#pragma once
#include "scan/request.h"

struct scan; /* owns the report's memory */

int scan_run(const char *target, const struct scan_options *o, struct scan **out, struct error *e) must_use;
const struct scan_report *scan_report(const struct scan *s);
void scan_free(struct scan *s); /* NULL is fine */

/* Exit status of a report (design section 4): 1 when a finding, shown or not, is at or above `bar`
 * (SEVERITY_COUNT: no bar), else 3 when a gap that matters is there, else 0. */
int scan_verdict(const struct scan_report *r, enum severity bar);
