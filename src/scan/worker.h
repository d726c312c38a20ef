/* scan/worker.h — the jailed side of a scan, a process of its own: reads a request and the bytes of
 * one layer (or of a whole archive, a document, a table, pieces) on stdin, writes what it found on
 * stdout. The tasks by kind: layertask.h, documenttask.h, tabletask.h. */
#pragma once
#include "scan/task.h"

/* What the parent sends before the bytes: put on the worker's stdin as one record. */
void worker_request_write(struct buf *to, struct wanted_list wanted);

bool worker_knows(const char *kind);
/* The whole life of `plimsoll worker KIND`, a known one: enters the jail, then works. Returns the
 * exit status. */
int worker_main(const char *kind);
/* The same work without a jail, for fuzzing and tests: `in` (taken over) has the request in front.
 */
int worker_read(const char *kind, struct stream *in, struct spool *spool, struct sink *out,
                struct error *e) must_use;
