/* scan/lifetime.h — when a release of a distribution ends (data/eol.csv). Any thread, no failure. */
#pragma once
#include "model/image.h"
#include "model/scan_report.h"

/* What the table knows of the release, held against `now`; strings are static. */
struct end_of_life lifetime_of(const struct distro *d, int64_t now);
