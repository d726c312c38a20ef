/* job refresh: the advisory database brought up to date from where it comes from, as `db update`
 * does: feeds are parsed in jailed workers, the new file takes the old one's place by rename. */
#include "base/jsonout.h"
#include "base/time.h"
#include "center/generations.h"
#include "center/settings.h"
#include "vulndb/ingest.h"
#include "work/crew.h"
#include "work/data.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#define FROM_MARK "refresh.from" /* where from, if the process was not told */

struct refreshing {
	struct task *t;
	struct arena *a;
	str from;
};

static int read_from(void *ctx, struct db *d, struct error *e)
{
	struct refreshing *x = ctx;
	return settings_mark(d, x->a, FROM_MARK, &x->from, e);
}

/* Looked, and there is nothing newer: what was matched with is current again. */
static int note_current(void *ctx, struct db *d, struct error *e)
{
	struct refreshing *x = ctx;
	struct generation now, whole;
	int r = generations_current(d, x->a, &now, e);

	r = r < 1 ? r : generations_complete(d, x->a, &whole, e);
	if (r < 1 || now.id != whole.id)
		return MIN(r, 0);
	return generations_matched(d, now.id, center_now(x->t->c), e);
}

static void tell(struct task *t, const struct ingest_summary *s)
{
	struct jsonout j = JSONOUT(&t->outcome, 0);
	char generation[24];

	jsonout_object(&j, NULL);
	jsonout_u64(&j, "generation", s->generation);
	jsonout_bool(&j, "new", s->installed);
	jsonout_u64(&j, "records", s->records);
	jsonout_u64(&j, "failed", s->failed);
	jsonout_end(&j);
	snprintf(generation, sizeof generation, "%" PRIu64, s->generation);
	log_info("refresh.done", KV("generation", generation),
	         KV("new", s->installed ? "yes" : "no"));
	for (size_t i = 0; i < s->feeds.n; i++)
		if (s->feeds.v[i].state == INGEST_FAILED)
			log_warn("refresh.feed", KVS("feed", s->feeds.v[i].name),
			         KVS("why", s->feeds.v[i].why));
}

static int update(struct refreshing *x, struct error *e)
{
	struct ingest_summary s = { 0 };
	struct ingest_options o = { .db_path = x->t->w->db_path,
		                    .from = x->from.n ? x->from.p : NULL };
	int r = ingest_run(&o, x->a, &s, e);

	/* another update runs on this file; or nobody answered, as on a machine that has no network yet */
	if (r == ERR_DENIED || r == ERR_NODATA)
		e->code = r = ERR_UPSTREAM;
	if (r < 0)
		return r;
	tell(x->t, &s);
	if (!s.installed)
		r = store_do(x->t->c->store, STORE_WRITE, note_current, x, e);
	return r < 0 ? r : MIN(data_look(x->t->w->data, e), 0);
}

int refresher_run(struct task *t, struct error *e)
{
	struct refreshing x = { .t = t, .a = t->a, .from = str_c(t->w->feeds) };
	int r = x.from.n ? 0 : store_do(t->c->store, STORE_READ, read_from, &x, e);

	if (r < 0 || str_eq(x.from, STR("none")))
		return r;
	return update(&x, e);
}
