/* scan/locks.h — what lock files want beside what is installed: a package that is both is told once, as
 * installed. Once for a report, before its packages are ordered and matched. */
#pragma once
#include "model/scan_report.h"

/* Takes locked packages out whose type, name and version are also seen installed; ERR_LIMIT when the
 * arena is spent. What a distribution installed is judged by it, and is not what a lock file wants. */
int locks_settle(struct arena *a, struct scan_report *r, struct error *e) must_use;
/* A lock file's own project is listed, and not matched: a published package of its name is another. */
bool locks_is_own(const struct package *p);
