/* What the clock triggers. Each process has one such thread; what is to happen once for all of them
 * goes by turns (settings_turn), and every trigger is a job that others may do. */
#include "center/generations.h"
#include "center/images.h"
#include "center/manifests.h"
#include "center/places.h"
#include "center/postures.h"
#include "center/registries.h"
#include "center/settings.h"
#include "work/crew.h"
#include "work/data.h"
#include "work/stages.h"
#include "work/triggers.h"

enum { TICK_MS = 1000, ROUND_S = 30, SWEEP_S = 3600, DUE_MAX = 500, POSTURES_S = 3600 };

struct round {
	struct work *w;
	const struct center *c;
	struct arena a;
	struct registry_list registries;
	struct image_due_list images;
	bool running;
	int64_t every_s, within_s, now;
	bool unmatched; /* the current generation waits to be matched */
	int64_t dirty[256];
	size_t dirty_n;
	bool dirty_all;
};

/* --- recommendations --- */

static int make_postures(void *ctx, struct db *d, struct error *e)
{
	struct round *x = ctx;
	int r = 0;

	arena_rewind(&x->a);
	if (x->dirty_all)
		return postures_make_all(d, &x->a, (str){ 0 }, x->now, e);
	for (size_t i = 0; i < x->dirty_n && r >= 0; i++)
		r = postures_make_registry(d, &x->a, x->dirty[i], x->now, e);
	return r;
}

static void tend_postures(struct round *x)
{
	struct work *w = x->w;
	struct error e = { 0 };

	pthread_mutex_lock(&w->lock);
	x->dirty_n = w->dirty_n;
	x->dirty_all = w->dirty_all;
	memcpy(x->dirty, w->dirty, sizeof x->dirty);
	w->dirty_n = 0;
	w->dirty_all = false;
	pthread_mutex_unlock(&w->lock);
	if (!x->dirty_n && !x->dirty_all)
		return;
	if (store_do(x->c->store, STORE_WRITE, make_postures, x, &e) < 0) {
		log_warn("postures.failed", KV("why", e.msg));
		crew_dirty(w, 0); /* the next second */
	}
}

/* --- polls --- */

static int ask_registries(void *ctx, struct db *d, struct error *e)
{
	struct round *x = ctx;

	arena_rewind(&x->a);
	x->registries = (struct registry_list){ 0 };
	return registries_due(d, &x->a, x->now, DUE_MAX, &x->registries, e);
}

static int poll(struct round *x, struct error *e)
{
	int r = store_do(x->c->store, STORE_READ, ask_registries, x, e);

	for (size_t i = 0; i < x->registries.n && r >= 0; i++)
		r = trigger_sync(x->c, x->registries.v[i].id, (str){ 0 }, PRIORITY_SYNC, NULL, e);
	return r;
}

/* --- images that are pulled or run --- */

static int ask_images(void *ctx, struct db *d, struct error *e)
{
	struct round *x = ctx;

	arena_rewind(&x->a);
	x->images = (struct image_due_list){ 0 };
	return x->running ? images_due_running(d, &x->a, x->now, x->every_s, DUE_MAX, &x->images, e)
	                  : images_due_pulled(d, &x->a, x->now, x->within_s, x->every_s, DUE_MAX,
	                                      &x->images, e);
}

static int reassess(struct round *x, bool running, struct error *e)
{
	x->running = running;
	int r = store_do(x->c->store, STORE_READ, ask_images, x, e);

	for (size_t i = 0; i < x->images.n && r >= 0; i++) {
		const struct image_due *d = &x->images.v[i];
		r = trigger_scan(x->c,
		                 &(struct scan_order){
		                         .registry_id = d->registry_id,
		                         .repository = d->repository,
		                         .digest = d->digest,
		                         .reason = running ? STR("running") : STR("pulled"),
		                         .priority = running ? PRIORITY_RUNNING : PRIORITY_PULLED },
		                 NULL, e);
	}
	return r;
}

/* --- data --- */

static int ask_generations(void *ctx, struct db *d, struct error *e)
{
	struct round *x = ctx;
	struct generation now, whole;
	int r = generations_current(d, &x->a, &now, e), w;

	x->unmatched = false;
	if (r < 1)
		return r;
	w = generations_complete(d, &x->a, &whole, e);
	x->unmatched = w == 0 || (w == 1 && whole.id != now.id);
	return MIN(w, 0);
}

static int tend_data(struct round *x, struct error *e)
{
	int r = store_do(x->c->store, STORE_READ, ask_generations, x, e);

	return r < 0 || !x->unmatched ? r : trigger_rematch(x->c, false, NULL, e);
}

/* A tenth more or less, by the process: so that centers do not ask their publishers in step */
static int64_t jittered(const struct work *w, int64_t s)
{
	return s - s / 20 + (int64_t)(str_hash(str_c(w->who)) % 1000) * s / 10000;
}

static int put_when(struct round *x, const char *mark, int64_t every_s, const struct job_order *o,
                    struct error *e)
{
	int r = settings_turn(x->c, mark, every_s, e);

	return r == 1 ? job_put(x->c, o, NULL, e) : MIN(r, 0);
}

static int put_daily(struct round *x, struct error *e)
{
	int64_t refresh_s = settings_get(x->c, SETTING_REFRESH_S);
	bool none = x->w->feeds && !strcmp(x->w->feeds, "none");
	int r = 0;

	if (refresh_s && !none)
		r = put_when(x, "mark.refresh", jittered(x->w, refresh_s),
		             &(struct job_order){ .kind = JOB_REFRESH,
		                                  .subject = STR("data"),
		                                  .priority = PRIORITY_REFRESH },
		             e);
	if (r >= 0)
		r = put_when(x, "mark.judge", settings_get(x->c, SETTING_JUDGE_S),
		             &(struct job_order){ .kind = JOB_REMATCH,
		                                  .subject = STR("judge"),
		                                  .priority = PRIORITY_REFRESH },
		             e);
	if (r >= 0)
		r = put_when(x, "mark.sweep", SWEEP_S,
		             &(struct job_order){ .kind = JOB_SWEEP,
		                                  .subject = STR("old"),
		                                  .priority = PRIORITY_SWEEP },
		             e);
	if (r >= 0 && (r = settings_turn(x->c, "mark.postures", POSTURES_S, e)) == 1)
		crew_dirty(x->w, 0);
	return MIN(r, 0);
}

static int go_round(struct round *x, struct error *e)
{
	int r = settings_turn(x->c, "mark.round", ROUND_S, e);

	if (r < 1)
		return r;
	x->every_s = settings_get(x->c, SETTING_REASSESS_S);
	x->within_s = settings_get(x->c, SETTING_PULLED_S);
	r = put_daily(x, e);
	r = r < 0 ? r : tend_data(x, e);
	r = r < 0 ? r : poll(x, e);
	r = r < 0 ? r : reassess(x, true, e);
	return r < 0 ? r : reassess(x, false, e);
}

/* --- the thread --- */

static void look_at_data(struct work *w, bool *told)
{
	struct error e = { 0 };
	int r = data_look(w->data, &e);

	if (r < 0 && !*told)
		log_warn("data.unusable", KV("why", e.msg));
	*told = r < 0;
}

void *schedule_main(void *ctx)
{
	struct work *w = ctx;
	struct round x = { .w = w, .c = w->c, .a = ARENA(MIB(64)) };
	bool data_told = false, round_told = false;
	struct error first = { 0 };

	/* another version of the program may match otherwise: rematcher.c knows which one matched
	 * last */
	if (trigger_rematch(w->c, false, NULL, &first) < 0)
		log_warn("schedule.failed", KV("why", first.msg));
	do {
		struct error e = { 0 };
		x.now = center_now(w->c);
		look_at_data(w, &data_told);
		stages_look(w, settings_get(w->c, SETTING_SCAN_LATE_S));
		tend_postures(&x);
		if (w->o.no_clock)
			continue;
		int r = go_round(&x, &e);
		if (r < 0 && !round_told)
			log_warn("schedule.failed", KV("why", e.msg));
		round_told = r < 0;
	} while (crew_wait(w, NULL, TICK_MS));
	tend_postures(&x); /* of what was done in the last second */
	arena_done(&x.a);
	return NULL;
}
