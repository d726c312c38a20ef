/* scan/tabletask.h — a worker's tasks for seekable layers (scan/seek.h). One of a process. */
#pragma once
#include "scan/task.h"

/* `plimsoll worker table`: 8 bytes, where the blob's content ends, then the JSON of oci/toc;
 * answers with the entries. */
int tabletask_table(struct task *t, struct stream *in, struct error *e) must_use;
/* `plimsoll worker inflate`: pieces, each with 16 bytes in front: how long it is, and how much of
 * what it inflates to is wanted (INFLATE_ALL: all). Answers with that, one behind the other, and
 * nothing else. */
int tabletask_pieces(struct task *t, struct stream *in, struct error *e) must_use;
