/* scan/merge.h — the layers' findings put on top of each other, as a container runtime would stack
 * the layers: whiteouts, opaque folders and replaced names hide what lies below (OCI image-spec,
 * layer.md), links of the image lead to where the running system finds its databases. */
#pragma once
#include "model/scan_report.h"
#include "scan/result.h"
#include "scan/walk.h"

struct again { /* a file that turned out to matter only now: its layer must be read once more */
	size_t layer;
	struct wanted wanted;
	str why; /* what becomes the gap if it is not */
};

struct merged {
	VEC(struct again) again;
};

/* results[i] belongs to into->image.layers.v[i]. Fills packages, gaps and distro (borrowed strings,
 * arrays in `a`); what links lead to and nobody read goes to out->again. */
int merge_layers(struct layer_result *results, size_t n, struct arena *a, struct scan_report *into, struct merged *out,
		 struct error *e) must_use;
