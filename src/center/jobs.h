/* center/jobs.h — the queue: what is still to be done, one open job a kind and subject, shared by
 * all processes. Whoever takes a job has a lease of LEASE_S, renewed while he works; a job whose
 * worker was killed is taken again when its lease ends. Failures are tried again with growing
 * pauses until the kind's tries are spent: then the job is dead, can be seen, and run again. Work
 * is idempotent: a job may run twice. Any thread. */
#pragma once
#include "center/center.h"

// clang-format off
#define JOB_KINDS(X)     /* word      tries kept  what a person reads */ \
	X(EVENTS,        "events",       50, false, "what registries told becomes state") \
	X(SCAN,          "scan",         20, false, "an image is read and assessed") \
	X(IMPORT,        "import",        8, true,  "an image is copied into a registry") \
	X(SYNC,          "sync",          8, true,  "a registry is looked through") \
	X(REMATCH,       "rematch",      50, false, "packages are matched with new data") \
	X(REFRESH,       "refresh",      12, true,  "the advisory database is brought up to date") \
	X(SWEEP,         "sweep",         3, false, "what is old is swept away")
// clang-format on

enum job_kind {
#define X(name, word, tries, kept, text) JOB_##name,
	JOB_KINDS(X)
#undef X
	        JOB_KIND_COUNT
};

/* Low numbers first */
enum job_priority {
	PRIORITY_EVENTS = 5,
	PRIORITY_PUSH = 10,
	PRIORITY_DATA = 15, /* a new generation */
	PRIORITY_IMPORT = 20,
	PRIORITY_ASKED = 25,
	PRIORITY_REFRESH = 30,
	PRIORITY_SYNC = 40,
	PRIORITY_RUNNING = 50,
	PRIORITY_PULLED = 60,
	PRIORITY_SWEEP = 90
};

enum { LEASE_S = 60, LEASE_RENEW_S = 15, JOB_KEPT_S = 86400 };

/* done: of kinds that are kept, for a day */
enum job_state { JOB_READY, JOB_LEASED, JOB_DEAD, JOB_DONE, JOB_STATE_COUNT };

struct job_order {
	enum job_kind kind;
	str subject;
	int64_t registry_id; /* whose `parallel` counts; 0: none */
	enum job_priority priority;
	int64_t after_s; /* not before; 0: at once */
	str payload;     /* JSON; empty: {} */
};

struct job { /* strings in the arena of whoever asked */
	int64_t id;
	enum job_kind kind;
	enum job_state state;
	str subject;
	int64_t registry_id;
	int64_t priority;
	int64_t run_at; /* 0: at once */
	int64_t tries;  /* this one included, while it is leased */
	str lease;
	str payload, progress; /* JSON */
	str why;               /* of the last failure; of a done one what came of it */
	int64_t created_at, changed_at;
};

/* One more thing to do. An open one of that kind and subject is raised to the better priority and
 * gets the new payload; one that is leased is done once more afterwards; a dead or done one is
 * ready again. *id may be NULL. */
int job_put(const struct center *c, const struct job_order *o, int64_t *id,
            struct error *e) must_use;
/* The same within a transaction of the caller's, who calls center_wake() after it. */
int job_put_in(const struct center *c, struct db *d, const struct job_order *o, int64_t *id,
               struct error *e) must_use;
/* Only where there is none, open or dead or done. */
int job_put_new_in(const struct center *c, struct db *d, const struct job_order *o,
                   struct error *e) must_use;

/* The best one of `kinds` (set of 1 << job_kind): 1, or 0 when there is none. `who` names the
 * worker in lists. */
int job_take(const struct center *c, unsigned kinds, str who, struct arena *a, struct job *out,
             struct error *e) must_use;
/* For another LEASE_S: 1, or 0 when the lease is another's by now. */
int job_renew(const struct center *c, const struct job *j, struct error *e) must_use;
/* How far it is: JSON, for people. Only with the lease. */
int job_tell(const struct center *c, const struct job *j, str progress, struct error *e) must_use;
/* Done, with what came of it (JSON, may be empty): 1, or 0 when the lease was lost. */
int job_done(const struct center *c, const struct job *j, str outcome, struct error *e) must_use;
/* The same within a transaction of the caller's, so that what was done and that it was done are
 * one. */
int job_done_in(const struct center *c, struct db *d, const struct job *j, str outcome,
                struct error *e) must_use;
/* Failed: again after a pause when the code says so (error_again) and tries are left, else dead. 1
 * it will be tried again, 2 it is dead, 0 the lease was lost. */
int job_fail(const struct center *c, const struct job *j, const struct error *why,
             struct error *e) must_use;
/* Given back untouched, as when the process stops. */
int job_return(const struct center *c, const struct job *j, struct error *e) must_use;

/* --- for people --- */

struct job_filter {
	unsigned kinds, states; /* sets of 1 << …; 0: all */
	int64_t registry_id;    /* 0: all */
	int64_t after_id;       /* a cursor: those with a larger id */
	size_t limit;           /* 0: 100 */
};
struct job_list {
	VEC(struct job) jobs;
};
int job_list(const struct center *c, const struct job_filter *f, struct arena *a,
             struct job_list *out, struct error *e) must_use;
int job_find(const struct center *c, int64_t id, struct arena *a, struct job *out,
             struct error *e) must_use; /* ERR_NOTFOUND */
int job_run_again(const struct center *c, int64_t id,
                  struct error *e) must_use; /* a dead one; ERR_CONFLICT else */
int job_drop(const struct center *c, int64_t id,
             struct error *e) must_use; /* not a leased one: ERR_CONFLICT */

struct job_counts {
	int64_t n[JOB_KIND_COUNT][JOB_STATE_COUNT];
	int64_t oldest_at[JOB_KIND_COUNT]; /* created_at of the oldest ready one that is due; 0:
	                                      none */
};
int job_count(const struct center *c, struct job_counts *out, struct error *e) must_use;
int job_sweep(const struct center *c,
              struct error *e) must_use; /* done ones older than JOB_KEPT_S; how many */

const char *job_kind_word(enum job_kind k);
const char *job_kind_text(enum job_kind k);
bool job_kind_parse(str word, enum job_kind *out);
const char *job_state_word(enum job_state s); /* "ready", "leased", "dead", "done" */
bool job_state_parse(str word, enum job_state *out);

/* inside this room */
#define JOB_COLUMNS                                                                        \
	"id, kind, state, subject, registry_id, priority, run_at, tries, lease, payload, " \
	"progress, why, created_at, changed_at"
void job_read(struct rows *r, struct arena *a, struct job *out);
