/* scan/documenttask.h — a worker's tasks that read one document. One of a process. */
#pragma once
#include "scan/task.h"

/* `plimsoll worker sbom`: answers with a layer's result, then what the SBOM is about. */
int documenttask_sbom(struct task *t, struct stream *in, struct error *e) must_use;
/* `plimsoll worker vex`: answers with policy/vexwire.h's record, or an error. */
int documenttask_vex(struct task *t, struct stream *in, struct error *e) must_use;
