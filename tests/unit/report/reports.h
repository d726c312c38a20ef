/* tests/unit/report/reports.h — reports made by hand, one for each thing a writer must get right. */
#pragma once
#include "model/scan_report.h"

struct made_report {
	const char *name; /* of its golden files */
	void (*make)(struct scan_report *r, struct arena *a);
};
extern const struct made_report made_reports[]; /* ends with a NULL name */
