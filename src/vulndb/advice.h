/* vulndb/advice.h — what to do about a finding, in one sentence and a command. Any thread. */
#pragma once
#include "model/finding.h"

/* Fills f->remediation from package, status and fixed_version; needs_pro: only Ubuntu Pro has that
 * version. */
void advice_fill(struct arena *a, struct finding *f, bool needs_pro);
