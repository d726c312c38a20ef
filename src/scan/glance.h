/* scan/glance.h — a stream that remembers whether what passes is text. Readers of lines pass over a
 * line that says nothing to them, so that noise under the name of a lock file would look like an
 * empty one. A value on the caller's stack; what it reads from is borrowed. One thread. */
#pragma once
#include "stream/stream.h"

enum { GLANCE_BYTES = 1024 }; /* as many of the first bytes are looked at */

struct glance {
	struct stream s;
	struct stream *below;
	bool binary; /* a NUL or another control byte no text has; UTF-16 too, which no reader takes
	              */
};

struct stream *glance_open(struct glance *g, struct stream *below);
