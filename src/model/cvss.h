/* model/cvss.h — CVSS vectors, parsed and scored (first.org/cvss). Any thread, no allocation. */
#pragma once
#include "base/attr.h"
#include "base/error.h"
#include "base/str.h"
#include "model/severity.h"

struct cvss { /* a value */
	int major, minor; /* 2.0, 3.0, 3.1 or 4.0 */
	double score;     /* 0.0 to 10.0, one decimal */
	enum severity severity;
};

/* Read one vector: "CVSS:3.1/AV:N/…", "CVSS:3.0/…", "CVSS:4.0/…", or CVSS 2 without a prefix, also in
 * parentheses. Metrics may come in any order, none twice, every base metric once.
 * Of CVSS 2 and 3 the score is the base score: temporal and environmental metrics are checked and
 * leave it as it is. Of CVSS 4.0 the score counts every metric of the vector, as that specification
 * scores it (CVSS-B, -BT, -BE or -BTE; supplemental metrics count nowhere).
 * ERR_FORMAT naming the metric; *out is written only on success. */
int cvss_parse(str vector, struct cvss *out, struct error *e) must_use;
