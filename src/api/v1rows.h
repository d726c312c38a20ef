/* api/v1rows.h — what more than one noun of /api/v1 writes. */
#pragma once
#include "api/v1.h"
#include "center/findings.h"
#include "center/imagestate.h"

void v1_counts(struct jsonout *j, const char *key, const struct tally *t);
const char *v1_severity(unsigned i); /* for v1_words */
void v1_finding(struct jsonout *j, const struct finding_row *x); /* the members alone */
