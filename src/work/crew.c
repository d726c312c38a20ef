#include "work/crew.h"
#include "base/time.h"
#include "center/events.h"
#include "scan/cache.h"
#include "work/data.h"
#include <stdio.h>

enum { CLERKS = 3, TROUBLE_MS = 1000, IDLE_MS = 250 };

// clang-format off
static const struct {
	task_run *run;
	void (*dead)(struct task *t, const struct error *why);
} tasks[JOB_KIND_COUNT] = {
	[JOB_EVENTS] =  { intake_events, NULL },
	[JOB_SCAN] =    { runner_scan, runner_dead },
	[JOB_IMPORT] =  { importer_run, NULL },
	[JOB_SYNC] =    { syncer_run, NULL },
	[JOB_REMATCH] = { rematcher_run, NULL },
	[JOB_REFRESH] = { refresher_run, NULL },
	[JOB_SWEEP] =   { sweeper_run, NULL },
};

/* The long ones share the workers; what must not wait behind them has a thread of its own. */
static const unsigned clerks[CLERKS] = {
	1u << JOB_EVENTS | 1u << JOB_SWEEP,
	1u << JOB_REMATCH,
	1u << JOB_REFRESH,
};
static const unsigned heavy = 1u << JOB_SCAN | 1u << JOB_IMPORT | 1u << JOB_SYNC;
// clang-format on

/* --- the bell --- */

void crew_ring(void *work)
{
	struct work *w = work;

	pthread_mutex_lock(&w->lock);
	w->rung++;
	pthread_cond_broadcast(&w->bell);
	pthread_mutex_unlock(&w->lock);
}

bool crew_stopping(struct work *w)
{
	pthread_mutex_lock(&w->lock);
	bool yes = w->stopping;
	pthread_mutex_unlock(&w->lock);
	return yes;
}

static struct timespec in_ms(unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

bool crew_wait(struct work *w, uint64_t *seen, unsigned ms)
{
	struct timespec until = in_ms(ms);

	pthread_mutex_lock(&w->lock);
	while (!w->stopping && (!seen || w->rung == *seen))
		if (pthread_cond_timedwait(&w->bell, &w->lock, &until))
			break;
	if (seen)
		*seen = w->rung;
	bool on = !w->stopping;
	pthread_mutex_unlock(&w->lock);
	return on;
}

/* --- counts --- */

const uint32_t work_histogram_ms[HISTOGRAM_STEPS] = { 10,    25,    50,     100,   250,
	                                              500,   1000,  2500,   5000,  10000,
	                                              30000, 60000, 300000, 900000 };

void crew_count(struct work *w, void (*add)(struct work_counts *n, int64_t x), int64_t x)
{
	pthread_mutex_lock(&w->lock);
	add(&w->counts, x);
	pthread_mutex_unlock(&w->lock);
}

void crew_stage(struct work *w, enum scan_stage s, int64_t ms)
{
	pthread_mutex_lock(&w->lock);
	struct histogram *h = &w->counts.stages[s];
	h->n++;
	h->sum_ms += (uint64_t)MAX(ms, 0);
	for (int i = 0; i < HISTOGRAM_STEPS; i++)
		h->upto[i] += ms <= (int64_t)work_histogram_ms[i];
	pthread_mutex_unlock(&w->lock);
}

void crew_dirty(struct work *w, int64_t registry_id)
{
	bool known = false;

	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->dirty_n; i++)
		known |= w->dirty[i] == registry_id;
	if (!registry_id || (!known && w->dirty_n == LEN(w->dirty)))
		w->dirty_all = true;
	else if (!known)
		w->dirty[w->dirty_n++] = registry_id;
	pthread_mutex_unlock(&w->lock);
}

void work_count(struct work *w, struct work_counts *out)
{
	*out = (struct work_counts){ 0 };
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	*out = w->counts;
	out->threads = w->n;
	pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->n; i++) {
		pthread_mutex_lock(&w->hands[i].lock);
		out->busy += w->hands[i].busy;
		pthread_mutex_unlock(&w->hands[i].lock);
	}
	out->generation = data_generation(w->data);
}

const char *work_outcome_word(enum work_outcome o)
{
	static const char *const words[] = {
#define X(name, word) word,
		WORK_OUTCOMES(X)
#undef X
	};
	return words[o];
}

const char *scan_stage_word(enum scan_stage s)
{
	static const char *const words[] = {
#define X(name, word) word,
		SCAN_STAGES(X)
#undef X
	};
	return words[s];
}

/* --- one job --- */

static void hold(struct hand *h, const struct job *j)
{
	pthread_mutex_lock(&h->lock);
	snprintf(h->lease, sizeof h->lease, "%.*s", STR_FMT(j->lease));
	h->job = (struct job){ .id = j->id, .kind = j->kind, .lease = str_c(h->lease) };
	h->busy = true;
	h->lost = false;
	h->since_ms = time_mono_ms();
	pthread_mutex_unlock(&h->lock);
}

static void let_go(struct hand *h, enum work_outcome o)
{
	struct work *w = h->w;

	pthread_mutex_lock(&h->lock);
	h->busy = false;
	int64_t took = time_mono_ms() - h->since_ms;
	enum job_kind k = h->job.kind;
	pthread_mutex_unlock(&h->lock);
	pthread_mutex_lock(&w->lock);
	w->counts.jobs[k][o]++;
	w->counts.job_ms[k] += (uint64_t)took;
	pthread_mutex_unlock(&w->lock);
}

/* The store may be away for a while when a job ends; what is not said is done again. */
static int say(struct task *t, const struct error *why, int result)
{
	struct error e = { 0 };
	int r = -1;

	for (unsigned i = 0; i < 5 && r < 0; i++) {
		r = result < 0 ? job_fail(t->c, t->job, why, &e)
		               : job_done(t->c, t->job, buf_view(&t->outcome), &e);
		if (r < 0)
			crew_wait(t->w, NULL, TROUBLE_MS);
	}
	if (r < 0)
		log_error("job.unsaid", KV("kind", job_kind_word(t->job->kind)),
		          KVS("subject", t->job->subject), KV("why", e.msg));
	return r;
}

static enum work_outcome end(struct task *t, const struct error *why, int result)
{
	int r = say(t, why, result);

	if (r <= 0)
		return OUTCOME_LOST;
	if (result >= 0)
		return OUTCOME_DONE;
	log_warn(r == 2 ? "job.dead" : "job.again", KV("kind", job_kind_word(t->job->kind)),
	         KVS("subject", t->job->subject), KV("why", why->msg));
	if (r == 2 && tasks[t->job->kind].dead)
		tasks[t->job->kind].dead(t, why);
	return r == 2 ? OUTCOME_DEAD : OUTCOME_AGAIN;
}

static void work_on(struct hand *h, const struct job *j)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(TASK_ARENA_MIB));
	struct task t = { h->w, h->w->c, j, &a, BUF(MIB(1)) };
	struct error e = { 0 };
	int r;

	hold(h, j);
	r = j->kind < JOB_KIND_COUNT ? tasks[j->kind].run(&t, &e)
	                             : error_set(&e, ERR_UNSUPPORTED, "of a later version");
	let_go(h, end(&t, &e, r));
	buf_done(&t.outcome);
}

/* 1 a job was done, 0 there is none */
static int next(struct hand *h, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(8));
	struct job j;
	int r = h->kinds >> JOB_EVENTS & 1 ? events_call(h->w->c, e) : 0;

	if (r >= 0)
		r = job_take(h->w->c, h->kinds, str_c(h->w->who), &a, &j, e);
	if (r == 1)
		work_on(h, &j);
	return r;
}

static void *hand_main(void *ctx)
{
	struct hand *h = ctx;
	struct work *w = h->w;
	uint64_t seen = 0;
	bool troubled = false, on = true;

	while (on) {
		struct error e = { 0 };
		int r = crew_stopping(w) ? 0 : next(h, &e);
		if (r < 0 && !troubled)
			log_error("queue.unreachable", KV("why", e.msg));
		if (r >= 0 && troubled)
			log_warn("queue.reachable");
		troubled = r < 0;
		on = r == 1 ? !crew_stopping(w)
		            : crew_wait(w, r < 0 ? NULL : &seen, r < 0 ? TROUBLE_MS : w->o.poll_ms);
	}
	atomic_store(&h->ended, true);
	return NULL;
}

/* --- leases --- */

static void renew(struct hand *h)
{
	struct error e = { 0 };
	char lease[sizeof h->lease];
	struct job j;

	pthread_mutex_lock(&h->lock);
	bool busy = h->busy && !h->lost;
	j = h->job;
	memcpy(lease, h->lease, sizeof lease);
	pthread_mutex_unlock(&h->lock);
	j.lease = str_c(lease);
	if (!busy || job_renew(h->w->c, &j, &e) != 0)
		return;
	pthread_mutex_lock(&h->lock);
	if (h->busy && h->job.id == j.id && !strcmp(h->lease, lease)) {
		h->lost = true;
		log_warn("job.lost", KV("kind", job_kind_word(j.kind)),
		         KV("why", "its lease ended, another worker has it"));
	}
	pthread_mutex_unlock(&h->lock);
}

static void *keeper_main(void *ctx)
{
	struct work *w = ctx;

	while (crew_wait(w, NULL, LEASE_RENEW_S * 1000))
		for (unsigned i = 0; i < w->n; i++)
			renew(&w->hands[i]);
	return NULL;
}

/* --- start and stop --- */

static char *copy(const char *z)
{
	char *out = z ? strdup(z) : NULL;
	if (z && !out)
		abort();
	return out;
}

static char *path_in(const struct center *c, const char *given, const char *name)
{
	char path[4096];

	if (given)
		return copy(given);
	snprintf(path, sizeof path, "%s/%s", c->data_dir ? c->data_dir : ".", name);
	return copy(path);
}

static void name_self(struct work *w)
{
	char host[33] = "host";

	gethostname(host, sizeof host - 1);
	snprintf(w->who, sizeof w->who, "%.32s:%d", host, (int)getpid());
}

static unsigned worker_count(unsigned asked)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	return MIN(asked ? asked : (unsigned)MIN(MAX(cores, 1), 4), (unsigned)CREW_MOST - CLERKS);
}

static int add_hand(struct work *w, unsigned kinds, struct error *e)
{
	struct hand *h = &w->hands[w->n];
	int r;

	*h = (struct hand){ .w = w, .kinds = kinds, .number = w->n };
	pthread_mutex_init(&h->lock, NULL);
	r = pthread_create(&h->thread, NULL, hand_main, h);
	if (r)
		return error_errno(e, r, "start a worker");
	w->n++;
	return 0;
}

static void set_up(struct work *w, struct center *c, const struct work_options *o)
{
	pthread_condattr_t steady;

	w->c = c;
	w->o = *o;
	w->o.poll_ms = o->poll_ms ? o->poll_ms : IDLE_MS;
	w->db_path = path_in(c, o->db_path, "advisories.db");
	w->cache_dir = path_in(c, o->cache_dir, "cache");
	w->version = copy(o->version ? o->version : "0");
	w->feeds = copy(o->feeds);
	name_self(w);
	pthread_mutex_init(&w->lock, NULL);
	pthread_mutex_init(&w->matching, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&w->bell, &steady);
	pthread_condattr_destroy(&steady);
	w->cache = cache_open(w->cache_dir, o->cache_bytes ? o->cache_bytes : (uint64_t)4 << 30,
	                      w->version);
	w->data = data_new(c, w->db_path);
	c->wake_ctx = w;
	c->wake = crew_ring;
}

int work_start(struct center *c, const struct work_options *o, struct work **out, struct error *e)
{
	struct work *w = calloc(1, sizeof *w);
	int r = 0;

	if (!w)
		abort();
	set_up(w, c, o);
	for (unsigned i = 0; i < CLERKS && r == 0; i++)
		r = add_hand(w, clerks[i], e);
	for (unsigned i = 0, n = worker_count(o->workers); i < n && r == 0; i++)
		r = add_hand(w, heavy, e);
	w->keeper_runs = r == 0 && !pthread_create(&w->keeper, NULL, keeper_main, w);
	w->clock_runs = r == 0 && !pthread_create(&w->clock, NULL, schedule_main, w);
	if (r == 0 && (!w->keeper_runs || !w->clock_runs))
		r = error_set(e, ERR_SYSTEM, "no thread for the keeper of leases");
	if (r < 0) {
		work_stop(w, 0);
		return r;
	}
	log_info("work.started", KV("who", w->who));
	*out = w;
	return 0;
}

static bool all_ended(struct work *w)
{
	for (unsigned i = 0; i < w->n; i++)
		if (!atomic_load(&w->hands[i].ended))
			return false;
	return true;
}

/* What is not at its end by now goes back to the queue; its threads end with the process. */
static void give_back(struct work *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		struct hand *h = &w->hands[i];
		struct error e = { 0 };
		pthread_mutex_lock(&h->lock);
		bool busy = h->busy && !h->lost;
		struct job j = h->job;
		pthread_mutex_unlock(&h->lock);
		if (busy && job_return(w->c, &j, &e) == 1)
			log_warn("job.returned", KV("kind", job_kind_word(j.kind)),
			         KV("why", "the work stops"));
	}
}

static void set_free(struct work *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		pthread_join(w->hands[i].thread, NULL);
		pthread_mutex_destroy(&w->hands[i].lock);
	}
	data_free(w->data);
	cache_close(w->cache);
	pthread_cond_destroy(&w->bell);
	pthread_mutex_destroy(&w->lock);
	pthread_mutex_destroy(&w->matching);
	free(w->db_path);
	free(w->cache_dir);
	free(w->version);
	free(w->feeds);
	free(w);
}

bool work_stop(struct work *w, unsigned grace_ms)
{
	int64_t until = time_mono_ms() + grace_ms;

	if (!w)
		return true;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_broadcast(&w->bell);
	pthread_mutex_unlock(&w->lock);
	if (w->clock_runs)
		pthread_join(w->clock, NULL);
	while (!all_ended(w) && time_mono_ms() < until)
		usleep(20000);
	if (w->keeper_runs)
		pthread_join(w->keeper, NULL);
	if (all_ended(w)) {
		w->c->wake = NULL;
		set_free(w);
		return true;
	}
	give_back(w);
	w->c->wake = NULL;
	return false;
}
