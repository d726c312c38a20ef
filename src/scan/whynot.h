/* scan/whynot.h — why a report has no finding of some flaw. One thread. */
#pragma once
#include "base/error.h"
#include "model/explanation.h"

struct evidence;

/* The reasons, the closest to a finding first; at least one. Where there is a finding after all, or one
 * that was hidden, that is among them. Strings in `a`. */
int whynot_explain(struct evidence *x, const struct scan_report *r, str id, struct arena *a,
                   struct explanation *out, struct error *e) must_use;
