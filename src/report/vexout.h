/* report/vexout.h — what a finding is in VEX's words, for the formats that say it. What an
 * organisation accepted is affected all the same: accepting is no analysis. */
#pragma once
#include "report/writer.h"

enum vexout_status { VEXOUT_AFFECTED, VEXOUT_UNDER_INVESTIGATION, VEXOUT_NOT_AFFECTED, VEXOUT_FIXED };

struct vexout {
	enum vexout_status status;
	str justification; /* of not affected: one of OpenVEX's words, or empty */
	str text;          /* of not affected why, else what to do about it */
};

struct vexout vexout_of(struct arena *a, const struct finding *f);
/* How many findings from `f` on say the same of one vulnerability */
size_t vexout_alike(struct arena *a, const struct finding *f, size_t n);
/* "urn:uuid:…", the same for the same findings of the same image and data */
str vexout_name(struct arena *a, const struct scan_report *r, const char *format);
/* Of the manifest, else of the configuration; may be empty */
str vexout_digest(const struct scan_report *r);
