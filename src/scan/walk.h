/* scan/walk.h — one pass over one layer's tar: whiteouts and links are noted, files that a detector
 * wants are read. Jailed side. Follows the OCI image-spec, layer.md. */
#pragma once
#include "scan/result.h"

struct wanted { /* a file to be read whatever its name: the target of a hard or symbolic link */
	str path, detector;
};

struct wanted_list {
	const struct wanted *v;
	size_t n;
};

/* Does the walk read a file of that (clean) path? */
bool walk_wants(struct wanted_list wanted, str path, unsigned mode);
/* Walks `tar` (inflated; taken over) into *out, whose arena is set. A damaged or endless layer is no
 * failure of the call: out->end says so and what was found stays. */
void walk_layer(struct stream *tar, struct wanted_list wanted, struct spool *spool, struct layer_result *out);
