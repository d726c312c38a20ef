/* scan/assess.h — from an inventory to a report: the release named, the data's reach and age held
 * against it, every package matched, everything in its order. */
#pragma once
#include "scan/request.h"

/* *r has image, distro, packages and gaps; the rest is filled. Arrays in `a`. */
int assess_report(const struct scan_options *o, struct arena *a, struct scan_report *r, struct error *e) must_use;
