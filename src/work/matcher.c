#include "work/matcher.h"
#include "center/inventories.h"
#include "center/profiles.h"
#include "scan/rematch.h"
#include "vulndb/delta.h"
#include "work/matchrow.h"

enum {
	BATCH = 500,
	LIST_MIB = 64,
	ROWS_MIB = 512,
	ROWS_FULL_MIB = 32, /* what has gathered is written then */
	SCRATCH_MIB = 256
};

struct batch {
	struct matcher *m;
	struct arena listed, rows, scratch;
	struct stored_package_list packages, owners;
	VEC(struct package_matches) found;
	VEC(struct rematch_package) now; /* of one distribution */
	VEC(int64_t) ids;                /* in step */
};

/* --- reading --- */

struct asking {
	struct arena *a;
	const struct package_ask *ask;
	struct stored_package_list *out;
	int64_t distribution_id;
	struct distribution distribution;
};

static int ask_packages(void *ctx, struct db *d, struct error *e)
{
	struct asking *x = ctx;

	*x->out = (struct stored_package_list){ 0 };
	return packages_next(d, x->a, x->ask, x->out, e);
}

static int ask_distribution(void *ctx, struct db *d, struct error *e)
{
	struct asking *x = ctx;
	return packages_distribution(d, x->a, x->distribution_id, &x->distribution, e);
}

static int read_packages(struct batch *b, const struct package_ask *ask,
                         struct stored_package_list *out, struct error *e)
{
	struct asking x = { .a = &b->listed, .ask = ask, .out = out };
	return store_do(b->m->c->store, STORE_READ, ask_packages, &x, e);
}

static int order_ids(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
	return a < b ? -1 : a > b;
}

static int read_owners(struct batch *b, struct error *e)
{
	VEC(int64_t) ids = { 0 };
	size_t kept = 0;

	b->owners = (struct stored_package_list){ 0 };
	for (size_t i = 0; i < b->packages.n; i++)
		if (b->packages.v[i].owner_id)
			vec_add(&b->listed, &ids, b->packages.v[i].owner_id);
	if (!ids.n)
		return 0;
	qsort(ids.v, ids.n, sizeof *ids.v, order_ids);
	for (size_t i = 0; i < ids.n; i++)
		if (!kept || ids.v[i] != ids.v[kept - 1])
			ids.v[kept++] = ids.v[i];
	struct package_ask ask = { .ids = ids.v, .ids_n = kept, .limit = kept };
	return read_packages(b, &ask, &b->owners, e);
}

static const struct package *owner_of(const struct batch *b, int64_t id)
{
	size_t low = 0, high = b->owners.n;

	while (id && low < high) {
		size_t mid = low + (high - low) / 2;
		if (b->owners.v[mid].id == id)
			return &b->owners.v[mid].package;
		if (b->owners.v[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* --- matching --- */

static int flush(struct batch *b, struct error *e)
{
	int r = 0;

	if (b->rows.failed)
		return error_set(e, ERR_LIMIT, "too many findings at a time");
	if (b->found.n)
		r = matches_apply(b->m->c, b->m->data->generation_id, b->found.v, b->found.n,
		                  &b->m->counts, e);
	b->found.v = NULL;
	b->found.n = b->found.room = 0;
	arena_rewind(&b->rows);
	return r;
}

static int take_result(void *ctx, const struct rematch_result *r, struct error *e)
{
	struct batch *b = ctx;
	struct match_row *rows = arena_many(&b->rows, r->n, struct match_row);

	for (size_t i = 0; rows && i < r->n; i++)
		rows[i] = matchrow_make(&b->rows, &r->findings[i]);
	vec_add(&b->rows, &b->found,
	        ((struct package_matches){ b->ids.v[r->package], arena_str(&b->rows, r->gap), rows,
	                                   r->n }));
	return b->rows.failed || b->rows.used_bytes > MIB(ROWS_FULL_MIB) ? flush(b, e) : 0;
}

static int match_distribution(struct batch *b, int64_t distribution_id, struct error *e)
{
	struct asking x = { .a = &b->listed, .distribution_id = distribution_id };
	int r = 0;

	b->now.n = b->ids.n = 0;
	for (size_t i = 0; i < b->packages.n; i++) {
		const struct stored_package *p = &b->packages.v[i];
		if (p->distribution_id != distribution_id)
			continue;
		vec_add(&b->listed, &b->now,
		        ((struct rematch_package){ p->package, owner_of(b, p->owner_id) }));
		vec_add(&b->listed, &b->ids, p->id);
	}
	if (b->listed.failed)
		return error_set(e, ERR_LIMIT, "too many packages at a time");
	if (distribution_id)
		r = store_do(b->m->c->store, STORE_READ, ask_distribution, &x, e);
	if (r >= 0)
		r = rematch_run(b->m->data->db, r == 1 ? &x.distribution.distro : NULL, b->now.v,
		                b->now.n, &b->scratch, take_result, b, e);
	return r;
}

static int match_batch(struct batch *b, struct error *e)
{
	int r = read_owners(b, e);

	for (size_t i = 0; i < b->packages.n && r >= 0; i++) {
		int64_t id = b->packages.v[i].distribution_id;
		bool done = false;
		for (size_t k = 0; k < i && !done; k++)
			done = b->packages.v[k].distribution_id == id;
		if (!done)
			r = match_distribution(b, id, e);
	}
	return r < 0 ? r : flush(b, e);
}

static void batch_reset(struct batch *b)
{
	b->now.v = NULL, b->ids.v = NULL;
	b->now.n = b->now.room = b->ids.n = b->ids.room = 0;
	arena_rewind(&b->listed);
}

int matcher_run(struct matcher *m, struct package_ask *ask, struct error *e)
{
	struct batch b = { .m = m,
		           .listed = ARENA(MIB(LIST_MIB)),
		           .rows = ARENA(MIB(ROWS_MIB)),
		           .scratch = ARENA(MIB(SCRATCH_MIB)) };
	int r;

	ask->limit = BATCH;
	do {
		r = read_packages(&b, ask, &b.packages, e);
		if (r < 0 || !b.packages.n)
			break;
		size_t n = b.packages.n;
		ask->after_id = b.packages.v[n - 1].id;
		r = match_batch(&b, e);
		batch_reset(&b);
		if (n < BATCH || (m->stop && m->stop(m->stop_ctx)))
			break;
	} while (r >= 0);
	arena_done(&b.listed);
	arena_done(&b.rows);
	arena_done(&b.scratch);
	return MIN(r, 0);
}

/* --- kinds of images --- */

struct judging {
	struct matcher *m;
	struct arena *a;
	bool all;
	struct profile_list list;
	const struct profile_verdict *verdict;
};

static int list_profiles(void *ctx, struct db *d, struct error *e)
{
	struct judging *x = ctx;

	x->list = (struct profile_list){ 0 };
	return profiles_list(d, x->a, x->all ? 0 : x->m->data->generation_id, &x->list, e);
}

static int write_verdict(void *ctx, struct db *d, struct error *e)
{
	struct judging *x = ctx;
	return profiles_judge(d, x->verdict, e);
}

static int judge(struct judging *x, const struct profile *p, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(8));
	struct scan_report said;
	int r = rematch_judge(x->m->data->db, &p->distribution.distro, p->types,
	                      x->m->max_data_age_days, center_now(x->m->c), &a, &said, e);
	if (r < 0)
		return r;
	x->verdict = &(struct profile_verdict){ .profile_id = p->id,
		                                .generation_id = x->m->data->generation_id,
		                                .gaps = said.gaps.v,
		                                .gaps_n = said.gaps.n,
		                                .eol_at = said.eol.date,
		                                .eol_ended = said.eol.ended };
	return store_do(x->m->c->store, STORE_WRITE, write_verdict, x, e);
}

int matcher_judge(struct matcher *m, bool all, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(LIST_MIB));
	struct judging x = { .m = m, .a = &a, .all = all };
	int r = store_do(m->c->store, STORE_READ, list_profiles, &x, e);

	for (size_t i = 0; i < x.list.n && r >= 0; i++)
		r = judge(&x, &x.list.v[i], e);
	return r < 0 ? r : (int)x.list.n;
}

static int write_none(void *ctx, struct db *d, struct error *e)
{
	static const struct gap none = { .kind = GAP_NO_DATA,
		                         .where = STR_INIT("advisory database"),
		                         .why = STR_INIT("no advisory data yet"),
		                         .layer = -1 };
	struct judging *x = ctx;
	int r = list_profiles(ctx, d, e);

	for (size_t i = 0; i < x->list.n && r >= 0; i++)
		if (!x->list.v[i].generation_id)
			r = profiles_judge(d,
			                   &(struct profile_verdict){ .profile_id = x->list.v[i].id,
			                                              .gaps = &none,
			                                              .gaps_n = 1 },
			                   e);
	return r < 0 ? r : (int)x->list.n;
}

int matcher_judge_none(const struct center *c, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(LIST_MIB));
	struct judging x = { .a = &a, .all = true };

	return store_do(c->store, STORE_WRITE, write_none, &x, e);
}

int matcher_keys(void *ctx, const struct package *p, const struct distro *distro, struct arena *a,
                 struct watch_keys *out, struct error *e)
{
	struct delta_keys keys;
	int r = delta_keys_of(p, distro, a, &keys, e);

	(void)ctx;
	if (r >= 0)
		*out = (struct watch_keys){ keys.v, keys.n, keys.room };
	return r;
}
