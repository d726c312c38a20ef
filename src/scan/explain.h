/* scan/explain.h — why a report has a finding: its own words, and the database's records held against the
 * package once more. One thread. */
#pragma once
#include "base/error.h"
#include "model/explanation.h"

struct evidence;

/* Every finding of the report, hidden ones too, that is `id` or goes by that name in any case; `id`
 * may be empty and `only` NULL (any package). None: out->found is empty. Strings in `a`. */
int explain_why(struct evidence *x, const struct scan_report *r, str id, const struct package *only,
                struct arena *a, struct explanation *out, struct error *e) must_use;
