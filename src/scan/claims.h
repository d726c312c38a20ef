/* scan/claims.h — what an SBOM says is in an image, read in a jail and put into the report: instead
 * of an image's layers (sbom:, stdin), or beside them (attached to the image). */
#pragma once
#include "model/scan_report.h"
#include "scan/job.h"

/* Fills image, distro, packages and gaps of *into; strings and arrays in `a`. A document that is no
 * SBOM, or not a whole one, is an error. */
int claims_read_target(struct source *from, struct arena *a, struct scan_report *into,
                       struct error *e) must_use;

/* Packages that SBOMs attached to the image claim and nobody saw in it: one with the package URL of
 * a seen one adds nothing. What cannot be read is a gap; only spent memory is an error. */
int claims_add_attached(struct source *from, struct arena *a, struct scan_report *into,
                        struct error *e) must_use;
