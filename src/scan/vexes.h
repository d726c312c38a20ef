/* scan/vexes.h — VEX documents for a scan: files its user names, and what is attached to the image,
 * each read in a jail. */
#pragma once
#include "model/scan_report.h"
#include "oci/source.h"
#include "policy/vex.h"

enum { VEX_FILES_MAX = 10000 };

/* A file, or every *.json below a folder, added to *into; in `a`. What cannot be read, or is no VEX
 * document, is wrong use. */
int vexes_open(const char *path, struct arena *a, struct vex_set *into, struct error *e) must_use;

/* Documents attached to the image, added to *into; in `a`. One that cannot be read hides nothing: a
 * remark on the report says so. Only spent memory is an error. */
int vexes_add_attached(struct source *from, struct arena *a, struct scan_report *r,
                       struct vex_set *into, struct error *e) must_use;

/* Remarks: statements that say not affected and not why. */
void vexes_remark(const struct vex_set *set, struct arena *a, struct scan_report *r);

/* How many of the statements were about no finding */
size_t vexes_unfitted(const struct vex_set *set);
