/* report/cyclonedx.h — the findings of a CycloneDX document; the document is as_cyclonedx.c. */
#pragma once
#include "base/jsonout.h"
#include "report/writer.h"

struct cyclonedx {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch; /* emptied after every component and vulnerability */
	const struct writer_ref *refs;
	struct buf license;
};

void cyclonedx_property(struct jsonout *j, const char *name, str value); /* nothing when empty */
void cyclonedx_vulnerabilities(struct cyclonedx *job);
