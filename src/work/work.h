/* work/work.h — what the center does: threads that take jobs from the queue and do them, events
 * made state, and the clock's own triggers. Any number of processes work on one store. Start and
 * stop from one thread. */
#pragma once
#include "center/jobs.h"

struct work;

struct work_options {          /* borrowed until work_stop */
	unsigned workers;      /* scans, imports and syncs at a time; 0: one a core, at most 4 */
	bool no_clock;         /* nothing is triggered by the clock: tests */
	const char *db_path;   /* advisory database; NULL: data_dir/advisories.db */
	const char *cache_dir; /* of layers; NULL: data_dir/cache */
	uint64_t cache_bytes;  /* 0: 4 GiB */
	const char *version;   /* of the program, part of what a scan is known by */
	unsigned max_data_age_days; /* older data is a gap; 0: any age */
	const char *
	        feeds; /* where refresh gets advisories, a mirror's folder or URL; NULL: the setting
	                  "refresh.from", without it the publishers; "none": nothing is refreshed */
	unsigned poll_ms; /* of an idle queue; 0: 250 */
};

/* Threads begin; center_wake() of *c wakes them. *c is not const: its wake hook is set. */
int work_start(struct center *c, const struct work_options *o, struct work **out,
               struct error *e) must_use;
/* No new jobs; running ones get grace_ms to end, then are given back to the queue. True: all ended, and it is freed.
 * False: threads still run with the center and its store, which must stay: the process is to end. */
bool work_stop(struct work *w, unsigned grace_ms);

/* --- counted since the start of this process --- */

#define WORK_OUTCOMES(X) X(DONE, "done") X(AGAIN, "again") X(DEAD, "dead") X(LOST, "lost")
enum work_outcome {
#define X(name, word) OUTCOME_##name,
	WORK_OUTCOMES(X)
#undef X
	        OUTCOME_COUNT
};

#define SCAN_STAGES(X)          /* from the one before to the end of this one */ \
	X(ACCEPTED, "accepted") /* until the event became a job */               \
	X(QUEUED, "queued")     /* until a worker took it */                     \
	X(RESOLVED, "resolved") /* until the manifest was there */               \
	X(READ, "read")         /* layers fetched and read */                    \
	X(STORED, "stored")                                                      \
	X(MATCHED, "matched")                                                    \
	X(TOTAL, "total") /* all of it */
enum scan_stage {
#define X(name, word) STAGE_##name,
	SCAN_STAGES(X)
#undef X
	        STAGE_COUNT
};

enum { HISTOGRAM_STEPS = 14 };
extern const uint32_t
        work_histogram_ms[HISTOGRAM_STEPS]; /* upper bounds, ascending; beyond: in `n` only */
struct histogram {
	uint64_t n, sum_ms, upto[HISTOGRAM_STEPS]; /* cumulative, as Prometheus wants them */
};

struct work_counts {
	uint64_t jobs[JOB_KIND_COUNT][OUTCOME_COUNT];
	uint64_t job_ms[JOB_KIND_COUNT];
	uint64_t busy, threads;
	uint64_t scans_overdue; /* over 15 minutes */
	uint64_t events;        /* made state */
	uint64_t billed;
	uint64_t matched_packages;
	int64_t generation; /* of the advisory database, as of the last look; 0: none */
	struct histogram stages[STAGE_COUNT];
};
void work_count(struct work *w, struct work_counts *out); /* any thread; NULL is all zero */
const char *work_outcome_word(enum work_outcome o);
const char *scan_stage_word(enum scan_stage s);
