/* scan/differ.h — two reports beside each other, as somebody sees them who built an image again: where in
 * the image something lies does not matter, and a package of another version is the same package.
 *
 * Packages are the same by type and name; of several versions of one name those that both have are
 * taken away, the others pair in the ecosystem's order. Findings are the same by id (or an alias that
 * one side calls it), type and name; the gravest of several stands for them. Gaps are the same by
 * kind, place and reason. Suppressed findings are none. */
#pragma once
#include "base/error.h"
#include "model/difference.h"

int differ_reports(const struct scan_report *a, const struct scan_report *b, struct arena *arena,
                   struct difference *out, struct error *e) must_use;
