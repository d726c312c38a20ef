/* api/v1scan.h — one scan as JSON, for lists and for those who watch. */
#pragma once
#include "base/jsonout.h"
#include "center/scans.h"

struct call;

void v1_scan(struct jsonout *j, const struct scan_row *x, int64_t now_ms);
int v1_find_scan(struct call *c, struct scan_row *out, struct error *e) must_use; /* of the path */
