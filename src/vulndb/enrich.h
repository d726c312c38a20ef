/* vulndb/enrich.h — a finding told whether people are attacked through it (facts.h). */
#pragma once
#include "base/error.h"
#include "model/finding.h"

struct look;

/* Fills f->exploited from f->id and those aliases that are CVEs: known if one is, the highest
 * score. Dates in `a`. */
int enrich_finding(struct look *l, struct arena *a, struct finding *f, struct error *e) must_use;
