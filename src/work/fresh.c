#include "work/fresh.h"
#include "center/generations.h"
#include "work/crew.h"
#include "work/triggers.h"
#include <inttypes.h>
#include <stdio.h>

static int match(struct work *w, const struct data_hold *data, struct error *e)
{
	struct matcher m = { .c = w->c, .data = data, .max_data_age_days = w->o.max_data_age_days };
	int r = matcher_run(&m, &(struct package_ask){ .unmatched = true }, e);

	return r < 0 ? r : matcher_judge(&m, false, e);
}

static int ask_newest(void *ctx, struct db *d, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct generation g = { 0 };
	int r = generations_current(d, &a, &g, e);

	*(int64_t *)ctx = g.id;
	return r;
}

/* A generation that came meanwhile, or that another host has already, was looked through before
 * these packages were there. */
static int catch_up(struct work *w, int64_t used, struct error *e)
{
	char subject[40];
	int64_t newest;
	int r = store_do(w->c->store, STORE_READ, ask_newest, &newest, e);

	if (r < 1 || newest <= used)
		return MIN(r, 0);
	snprintf(subject, sizeof subject, "since %" PRId64, used);
	return job_put(w->c,
	               &(struct job_order){ .kind = JOB_REMATCH,
	                                    .subject = str_c(subject),
	                                    .priority = PRIORITY_DATA },
	               NULL, e);
}

/* --- without data --- */

int fresh_without_data(struct work *w, struct error *e)
{
	int64_t newest;
	int r = store_do(w->c->store, STORE_READ, ask_newest, &newest, e);

	return r ? r : MIN(matcher_judge_none(w->c, e), 0);
}

/* Other hosts may have data where this one has none: what waits is theirs. */
static int leave(struct work *w, struct error *e)
{
	int r = fresh_without_data(w, e);

	crew_dirty(w, 0);
	return r < 1 ? r : trigger_rematch(w->c, false, NULL, e);
}

int fresh_match(struct work *w, struct error *e)
{
	struct data_hold data = { 0 };
	int r = data_take(w->data, &data, e);

	if (r == ERR_NODATA) {
		*e = (struct error){ 0 };
		return leave(w, e);
	}
	if (r < 0)
		return r;
	int64_t used = data.generation_id;
	pthread_mutex_lock(&w->matching);
	r = match(w, &data, e);
	pthread_mutex_unlock(&w->matching);
	data_let_go(w->data, &data);
	return r < 0 ? r : catch_up(w, used, e);
}
