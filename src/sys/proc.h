/* sys/proc.h — this program again, as a jailed worker: a fresh address space (no credentials of the
 * parent in it), bytes in on its stdin, results out on its stdout. Any thread; the thread that starts
 * a worker must outlive it, since the worker dies with it. */
#pragma once
#include "base/error.h"
#include <sys/types.h>

struct proc {
	pid_t pid; /* 0: none */
	int in;    /* write end of its stdin, -1 once closed */
	int out;   /* read end of its stdout */
};

/* `plimsoll worker KIND`, with spool_fd (-1: none) as its descriptor 3. Its stderr goes nowhere, so
 * that hostile bytes never reach a terminal. */
int proc_start_worker(const char *kind, int spool_fd, struct proc *out, struct error *e) must_use;
/* All of p into its stdin. A worker that died or stopped reading is ERR_CRASH; proc_end says why. */
int proc_write(struct proc *p, const void *bytes, size_t n, struct error *e) must_use;
void proc_close_in(struct proc *p); /* its stdin ends */
/* Has it ended, or does it within half a second? One that dies closes its pipes a moment before it can
 * be waited for; one that closed them and stays is to be killed, as proc_end would wait for ever. */
bool proc_ends(const struct proc *p);
/* Waits. 0 when it exited with 0, else ERR_CRASH ("killed by SIGSEGV", "used up its CPU time") or
 * ERR_LIMIT. Closes both ends. */
int proc_end(struct proc *p, struct error *e) must_use;
void proc_kill(struct proc *p); /* at once, and waits; for a proc that was never started too */

/* An unlinked file for a worker's spool, in dir (NULL: $TMPDIR, else /var/tmp, else /tmp). */
int proc_spool_file(const char *dir, int *fd, struct error *e) must_use;
