/* work/crew.h — what the modules of this room share: the running work, a job in somebody's hands,
 * the tasks by kind. Not for other rooms. */
#pragma once
#include "base/log.h"
#include "work/work.h"
#include <pthread.h>
#include <stdatomic.h>

struct cache;
struct data;
struct stages;

enum { CREW_MOST = 64, TASK_ARENA_MIB = 256 };

struct task { /* one job in one thread's hands */
	struct work *w;
	const struct center *c;
	const struct job *job;
	struct arena *a;    /* of this job */
	struct buf outcome; /* JSON, kept with jobs that are kept */
};

/* 0 done; below 0 the error decides whether it is tried again. */
typedef int task_run(struct task *t, struct error *e);

int runner_scan(struct task *t, struct error *e) must_use;
int intake_events(struct task *t, struct error *e) must_use;
int importer_run(struct task *t, struct error *e) must_use;
int syncer_run(struct task *t, struct error *e) must_use;
int rematcher_run(struct task *t, struct error *e) must_use;
int refresher_run(struct task *t, struct error *e) must_use;
int sweeper_run(struct task *t, struct error *e) must_use;
/* What becomes of a dead one's subject */
void runner_dead(struct task *t, const struct error *why);

struct hand { /* a thread */
	pthread_t thread;
	struct work *w;
	unsigned kinds;
	unsigned number;
	pthread_mutex_t lock; /* guards what follows, against the keeper */
	bool busy, lost;
	struct job job; /* id and lease only; the lease is kept in text */
	char lease[128];
	int64_t since_ms;   /* steady */
	_Atomic bool ended; /* the thread is at its end */
};

struct work {
	struct center *c;
	struct work_options o; /* strings are copies */
	char *db_path, *cache_dir, *version, *feeds;
	char who[48];
	struct cache *cache;
	struct data *data;
	pthread_mutex_t matching; /* held while new packages are matched: nobody does it twice */
	struct hand hands[CREW_MOST];
	unsigned n;
	pthread_t keeper, clock;
	bool keeper_runs, clock_runs;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t bell;
	uint64_t rung;
	bool stopping;
	struct work_counts counts;
	struct stages *scans; /* under way */
	int64_t dirty[256];   /* registries whose recommendations are to be made anew */
	size_t dirty_n;
	bool dirty_all;
};

void crew_ring(void *work); /* center's wake */
bool crew_stopping(struct work *w);
/* Waits for the bell or so long; false when the work ends. *seen is the count of rings so far. */
bool crew_wait(struct work *w, uint64_t *seen, unsigned ms);
void crew_count(struct work *w, void (*add)(struct work_counts *n, int64_t x), int64_t x);
void crew_stage(struct work *w, enum scan_stage s, int64_t ms);
void crew_dirty(struct work *w, int64_t registry_id); /* 0: all */

/* the clock's thread */
void *schedule_main(void *work);
