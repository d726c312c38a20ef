/* job rematch: a new generation of the data, and what it changes; profiles once a day, since old
 * data and ends of life come with the clock. Subjects: "data" what changed, "all" everything,
 * "since N" what changed since an older one, "judge" the profiles, "exploited" who is attacked. */
#include "base/time.h"
#include "center/generations.h"
#include "center/settings.h"
#include "vulndb/delta.h"
#include "work/crew.h"
#include "work/fresh.h"
#include "work/matcher.h"
#include "work/triggers.h"
#include <inttypes.h>
#include <stdio.h>

#define MATCHER_MARK "mark.matcher" /* the version of the program that matched */
#define REACH_MARK   "mark.reach"   /* delta_reach of the data that were matched */

enum { KEYS_AT_ONCE = 500, KEYS_MIB = 256, NAMES_AT_ONCE = 1000 };

struct rematching {
	struct task *t;
	struct data_hold data;
	struct matcher m;
	struct arena a;
	struct generation base; /* matched whole before */
	bool has_base, behind;  /* behind: another host has newer data */
	str matcher, reach, reach_now;
};

static int read_base(void *ctx, struct db *d, struct error *e)
{
	struct rematching *x = ctx;
	struct generation newest;
	int r = generations_current(d, &x->a, &newest, e);

	x->behind = r == 1 && newest.id > x->data.generation_id;
	r = r < 0 ? r : generations_complete(d, &x->a, &x->base, e);
	if (r < 0)
		return r;
	x->has_base = r == 1;
	r = settings_mark(d, &x->a, MATCHER_MARK, &x->matcher, e);
	return r < 0 ? r : settings_mark(d, &x->a, REACH_MARK, &x->reach, e);
}

static int write_end(void *ctx, struct db *d, struct error *e)
{
	struct rematching *x = ctx;
	int r = settings_set_mark(d, MATCHER_MARK, str_c(x->t->w->version), e);

	r = r < 0 ? r : settings_set_mark(d, REACH_MARK, x->reach_now, e);
	return r < 0 ? r : generations_matched(d, x->data.generation_id, center_now(x->t->c), e);
}

struct since {
	struct arena *a;
	int64_t id;
	struct generation g;
};

static int read_since(void *ctx, struct db *d, struct error *e)
{
	struct since *x = ctx;
	return generations_get(d, x->a, x->id, &x->g, e);
}

static int match_keys(struct rematching *x, const struct delta_keys *keys, struct error *e)
{
	int r = 0;

	for (size_t at = 0; at < keys->n && r >= 0; at += KEYS_AT_ONCE) {
		struct package_ask ask = { .keys = keys->v + at,
			                   .keys_n = MIN(keys->n - at, (size_t)KEYS_AT_ONCE),
			                   .before = x->data.generation_id };
		r = matcher_run(&x->m, &ask, e);
	}
	return r;
}

/* What a killed one did counts: the packages say with which generation they were matched. */
static int match_changed(struct rematching *x, bool *whole, struct error *e)
{
	struct delta_keys keys = { 0 };
	int r = 0;

	*whole = !x->has_base || !str_eq(x->reach, x->reach_now);
	if (!*whole)
		r = delta_since(x->data.db, (uint64_t)x->base.number, x->base.state, &x->a, &keys,
		                whole, e);
	if (r < 0)
		return r;
	if (*whole)
		return matcher_run(&x->m, &(struct package_ask){ .before = x->data.generation_id },
		                   e);
	return match_keys(x, &keys, e);
}

static int match_data(struct rematching *x, bool all, struct error *e)
{
	bool whole = all || !str_eq(x->matcher, str_c(x->t->w->version));
	int64_t began = time_mono_ms();
	char n[24], ms[24], gen[24];
	int r;

	if (whole)
		r = matcher_run(&x->m, &(struct package_ask){ 0 }, e);
	else
		r = match_changed(x, &whole, e);
	if (r >= 0)
		r = matcher_run(&x->m, &(struct package_ask){ .unmatched = true }, e);
	if (r >= 0)
		r = matcher_judge(&x->m, false, e);
	if (r >= 0)
		r = store_do(x->t->c->store, STORE_WRITE, write_end, x, e);
	if (r < 0)
		return r;
	snprintf(n, sizeof n, "%zu", x->m.counts.packages);
	snprintf(ms, sizeof ms, "%" PRId64, time_mono_ms() - began);
	snprintf(gen, sizeof gen, "%" PRId64, x->data.generation_id);
	log_info("rematch.done", KV("generation", gen),
	         KV("what", whole ? "everything" : "changes"), KV("packages", n), KV("ms", ms));
	crew_dirty(x->t->w, 0);
	return job_put(x->t->c,
	               &(struct job_order){ .kind = JOB_REMATCH,
	                                    .subject = STR("exploited"),
	                                    .priority = PRIORITY_REFRESH },
	               NULL, e);
}

/* Packages that were matched with an older generation after a newer one had looked for what it
 * changes */
static int match_since(struct rematching *x, str id, struct error *e)
{
	struct since s = { .a = &x->a };
	struct delta_keys keys;
	uint64_t n = 0;
	bool whole;
	int r;

	str_u64(id, &n);
	s.id = (int64_t)n;
	r = store_do(x->t->c->store, STORE_READ, read_since, &s, e);
	if (r < 1)
		return r;
	r = delta_since(x->data.db, (uint64_t)s.g.number, s.g.state, &x->a, &keys, &whole, e);
	if (r >= 0 && whole)
		r = matcher_run(&x->m, &(struct package_ask){ .before = x->data.generation_id }, e);
	return r < 0 || whole ? r : match_keys(x, &keys, e);
}

/* --- who is attacked: EPSS and KEV come daily and change no match --- */

struct naming {
	struct arena *a;
	str after;
	struct name_list names;
};

static int read_names(void *ctx, struct db *d, struct error *e)
{
	struct naming *x = ctx;

	x->names = (struct name_list){ 0 };
	return matches_vulnerabilities(d, x->a, x->after, NAMES_AT_ONCE, &x->names, e);
}

static int note_exploited(struct rematching *x, const struct naming *n, struct error *e)
{
	struct exploited_row *v = arena_many(n->a, n->names.n, struct exploited_row);
	int r = v || !n->names.n ? 0 : error_set(e, ERR_LIMIT, "too many names at a time");

	for (size_t i = 0; i < n->names.n && r >= 0; i++) {
		v[i].vulnerability = n->names.v[i];
		r = delta_exploited(x->data.db, n->names.v[i], n->a, &v[i].is, e);
	}
	return r < 0 || !n->names.n ? r : matches_note_all_exploited(x->t->c, v, n->names.n, e);
}

/* A newer generation begins anew: this one's work would be for nothing, and keeps its findings
 * waiting. */
static bool is_over(struct rematching *x)
{
	struct error e = { 0 };

	return crew_stopping(x->t->w) || data_look(x->t->w->data, &e) == 1;
}

static int match_exploited(struct rematching *x, struct error *e)
{
	char after[256] = "", changed[24], ms[24];
	int64_t began = time_mono_ms(), all = 0;
	int r = 0;

	for (bool more = true; more && r >= 0 && !is_over(x);) {
		struct arena a cleanup(arena_done) = ARENA(MIB(8));
		struct naming n = { .a = &a, .after = str_c(after) };
		r = store_do(x->t->c->store, STORE_READ, read_names, &n, e);
		r = r < 0 ? r : note_exploited(x, &n, e);
		all += MAX(r, 0);
		more = n.names.n == NAMES_AT_ONCE;
		if (n.names.n)
			snprintf(after, sizeof after, "%.*s", STR_FMT(n.names.v[n.names.n - 1]));
	}
	if (r < 0)
		return r;
	snprintf(changed, sizeof changed, "%" PRId64, all);
	snprintf(ms, sizeof ms, "%" PRId64, time_mono_ms() - began);
	log_info("exploited.done", KV("changed", changed), KV("ms", ms));
	if (all)
		crew_dirty(x->t->w, 0);
	return 0;
}

static void add_packages(struct work_counts *n, int64_t x)
{
	n->matched_packages += (uint64_t)x;
}

/* Without data: it comes again with them; where another host has some, it is that one's turn. */
static int leave(struct task *t, struct error *e)
{
	struct error none = *e;
	int r = fresh_without_data(t->w, e);

	if (r == 0)
		crew_dirty(t->w, 0);
	if (r < 1)
		return r;
	*e = none;
	e->code = ERR_UPSTREAM; /* is tried again */
	return e->code;
}

int rematcher_run(struct task *t, struct error *e)
{
	struct rematching x = { .t = t, .a = ARENA(MIB(KEYS_MIB)) };
	str what = t->job->subject;
	int r = data_take(t->w->data, &x.data, e);

	if (r == ERR_NODATA)
		return leave(t, e);
	if (r < 0)
		return r;
	x.m = (struct matcher){ .c = t->c,
		                .data = &x.data,
		                .max_data_age_days = t->w->o.max_data_age_days };
	x.reach_now = delta_reach(x.data.db, &x.a);
	r = store_do(t->c->store, STORE_READ, read_base, &x, e);
	if (r >= 0 && x.behind) /* tried again, until that host takes it */
		r = error_set(e, ERR_UPSTREAM,
		              "the advisory database of this host is older than another's");
	else if (r >= 0 && str_eq(what, STR("exploited")))
		r = match_exploited(&x, e);
	else if (r >= 0 && str_eq(what, STR("judge")))
		r = matcher_judge(&x.m, true, e);
	else if (r >= 0 && str_starts(what, STR("since ")))
		r = match_since(&x, str_from(what, 6), e);
	else if (r >= 0)
		r = match_data(&x, str_eq(what, STR("all")), e);
	crew_count(t->w, add_packages, (int64_t)x.m.counts.packages);
	data_let_go(t->w->data, &x.data);
	arena_done(&x.a);
	return MIN(r, 0);
}
