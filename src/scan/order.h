/* scan/order.h — the one order of a report, so that the same image and data give the same bytes. */
#pragma once
#include "model/scan_report.h"

/* Sorts packages by (type, name, version, path, inner) and drops exact repetitions. */
void order_packages(struct scan_report *r);
/* Sorts findings (finding_rank high to low, known exploited first, EPSS percentile high to low, id,
 * package) and gaps (kind, layer, where, why), and drops
 * exact repetitions of gaps. Packages must be ordered before findings point at them. */
void order_report(struct scan_report *r);
void order_gaps(struct scan_report *r); /* the gaps alone, for those that are found later */
