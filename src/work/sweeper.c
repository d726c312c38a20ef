/* job sweep: what is old goes; images that were pushed by digest alone, and turned out to belong to
 * no index, are billed. */
#include "center/census.h"
#include "center/events.h"
#include "center/ledger.h"
#include "center/plans.h"
#include "center/scans.h"
#include "center/settings.h"
#include "work/crew.h"

enum { ALONE_S = 900, BATCH = 500 };

struct sweeping {
	const struct center *c;
	struct arena *a;
	int64_t before_ms;
	size_t seen, billed;
};

static int sweep_scans(void *ctx, struct db *d, struct error *e)
{
	struct sweeping *x = ctx;
	return scans_sweep(d, x->before_ms, e);
}

static int bill_one(struct sweeping *x, struct db *d, const struct unbilled_row *u, struct error *e)
{
	struct registry g;
	int r = registries_get(d, x->a, &sight_all, u->registry_id, &g, e);

	r = r < 1 ? r : plans_watch(d, x->a, &g, e);
	if (r < 1 || g.state == REGISTRY_UNSUPPORTED)
		return MIN(r, 0);
	r = ledger_bill(d,
	                &(struct ledger_entry){ .subscription = u->subscription,
	                                        .digest = u->digest,
	                                        .repository = u->repository,
	                                        .registry_id = u->registry_id,
	                                        .at = center_now(x->c) },
	                e);
	x->billed += r == 1;
	return r;
}

static int bill_alone(void *ctx, struct db *d, struct error *e)
{
	struct sweeping *x = ctx;
	struct unbilled list;

	arena_rewind(x->a);
	x->billed = 0;
	int r = census_unbilled(d, x->a, center_now(x->c) - ALONE_S, BATCH, &list, e);
	for (size_t i = 0; r >= 0 && i < list.n; i++)
		r = bill_one(x, d, &list.v[i], e);
	x->seen = r < 0 ? 0 : list.n;
	return MIN(r, 0);
}

static void add_billed(struct work_counts *n, int64_t x)
{
	n->billed += (uint64_t)x;
}

int sweeper_run(struct task *t, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16));
	struct sweeping x = { .c = t->c, .a = &a };
	int r = events_sweep(t->c, e);

	r = r < 0 ? r : job_sweep(t->c, e);
	x.before_ms = (center_now(t->c) - settings_get(t->c, SETTING_SCANS_KEPT_S)) * 1000;
	r = r < 0 ? r : store_do(t->c->store, STORE_WRITE, sweep_scans, &x, e);
	do { /* what a plan leaves out stays in the list: one round that bills nothing is the end */
		r = r < 0 ? r : store_do(t->c->store, STORE_WRITE, bill_alone, &x, e);
		crew_count(t->w, add_billed, (int64_t)x.billed);
	} while (r >= 0 && x.seen == BATCH && x.billed);
	return MIN(r, 0);
}
