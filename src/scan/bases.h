/* scan/bases.h — on which image an image was built: what its labels claim, and which images scanned
 * before have exactly its lowest layers. A label is believed about layers only when they are those. */
#pragma once
#include "model/scan_report.h"
#include "scan/cachestore.h"

/* Later images may stand on this one; its layers' digests were checked. */
void bases_remember(struct cachestore *s, const struct image *image);
/* Fills r->base (strings in `a`); `s` may be NULL: only labels speak. */
void bases_find(struct cachestore *s, struct arena *a, struct scan_report *r);
