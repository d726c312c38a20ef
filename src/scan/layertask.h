/* scan/layertask.h — a worker's tasks that walk layers. One of a process. */
#pragma once
#include "scan/task.h"

/* `plimsoll worker layer`: the bytes of one layer as they are stored; answers with its result. */
int layertask_layer(struct task *t, struct stream *in, struct error *e) must_use;
/* `plimsoll worker archive`: docker save, or an OCI layout in a tar; answers with each member, JSON
 * documents whole, layers as results. */
int layertask_archive(struct task *t, struct stream *in, struct error *e) must_use;
