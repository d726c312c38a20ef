/* report/saved.h — a report that `scan -f json` wrote, read back as far as reports are compared: image,
 * release, base, data, gaps, packages, findings and suppressed ones with what tells them apart. Members
 * it does not know are passed over. Input: a file of one's own, but checked as any other; whole in
 * memory, at most SAVED_BYTES. One thread. */
#pragma once
#include "base/error.h"
#include "model/scan_report.h"

enum { SAVED_BYTES = 256 << 20 };

/* Fills *out, strings and arrays in `a`. ERR_FORMAT for what is no report of ours, naming the member. */
int saved_read(const char *name, str text, struct arena *a, struct scan_report *out,
               struct error *e) must_use;
