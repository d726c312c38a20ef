#include "center/tallies.h"
#include "center/rowtake.h"

#define EACH(f)                                                                        \
	f(critical) ", " f(high) ", " f(medium) ", " f(low) ", " f(negligible) ", " f( \
	        unknown) ", " f(fixable) ", " f(exploited) ", " f(hidden) ", " f(gaps) ", " f(unmatched) ", " f(packages)
#define SUM(column)   "sum(p." #column ")"
#define PLAIN(column) "p." #column

const char *const tallies_sum_sql = " " EACH(SUM);

struct tally tallies_take(struct rows *r, int at)
{
	return (struct tally){
		.by = { [SEVERITY_CRITICAL] = rows_int(r, at),
		        [SEVERITY_HIGH] = rows_int(r, at + 1),
		        [SEVERITY_MEDIUM] = rows_int(r, at + 2),
		        [SEVERITY_LOW] = rows_int(r, at + 3),
		        [SEVERITY_NEGLIGIBLE] = rows_int(r, at + 4),
		        [SEVERITY_UNKNOWN] = rows_int(r, at + 5) },
		.fixable = rows_int(r, at + 6),
		.exploited = rows_int(r, at + 7),
		.hidden = rows_int(r, at + 8),
		.gaps = rows_int(r, at + 9),
		.unmatched = rows_int(r, at + 10),
		.packages = rows_int(r, at + 11),
	};
}

void tallies_add(struct tally *t, const struct tally *more)
{
	for (size_t i = 0; i < SEVERITY_COUNT; i++)
		t->by[i] += more->by[i];
	t->fixable += more->fixable;
	t->exploited += more->exploited;
	t->hidden += more->hidden;
	t->gaps += more->gaps;
	t->unmatched += more->unmatched;
	t->packages += more->packages;
}

/* --- of manifests --- */

enum { CHUNK = 200 };

static int take_manifests(struct query *q, struct db *d, const int64_t *ids, size_t n,
                          struct tally *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct tally t = tallies_take(r, 1);
		for (size_t i = 0; i < n;
		     i++) /* an id may be asked for twice: an image in two repositories */
			if (ids[i] == rows_int(r, 0))
				out[i] = t;
	}
	return code;
}

int tallies_of(struct db *d, struct arena *a, const int64_t *ids, size_t n, struct tally *out,
               struct error *e)
{
	int code = 0;

	memset(out, 0, n * sizeof *out);
	for (size_t at = 0; at < n && code >= 0; at += CHUNK) {
		struct query q = QUERY(a);
		size_t some = MIN(n - at, (size_t)CHUNK);
		query_add(&q, "SELECT mp.manifest_id,");
		query_add(&q, tallies_sum_sql);
		query_add(&q, " FROM manifest_part mp JOIN part p ON p.id = mp.part_id WHERE "
		              "mp.manifest_id IN ");
		query_ids(&q, ids + at, some);
		query_add(&q, " GROUP BY mp.manifest_id");
		code = take_manifests(&q, d, ids + at, some, out + at, e);
		query_done(&q);
	}
	return code;
}

/* --- of parts, made anew --- */

struct counted {
	int64_t part_id;
	struct tally is, should;
};
struct counted_list {
	struct counted *v;
	size_t n, room;
};

/* What a part says of itself, and by its packages */
static int ask_stored(struct query *q, struct db *d, struct arena *a, struct counted_list *out,
                      struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct counted *x = vec_push(a, out);
		if (x) {
			x->part_id = rows_int(r, 0);
			x->is = tallies_take(r, 1);
		}
	}
	return take_end(a, code, e);
}

static struct counted *find(struct counted_list *l, int64_t id) /* ascending by part_id */
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (l->v[mid].part_id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n && l->v[low].part_id == id ? &l->v[low] : NULL;
}

static void add_parts(struct query *q, const struct counted_list *l)
{
	query_add(q, "(");
	for (size_t i = 0; i < l->n; i++)
		query_add(q, i ? ", ?" : "?", V_INT(l->v[i].part_id));
	query_add(q, ")");
}

static int count_packages(struct db *d, struct arena *a, struct counted_list *l, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT pp.part_id, count(*), sum(CASE WHEN k.gap <> '' THEN 1 ELSE 0 END),"
	              " sum(CASE WHEN k.generation_id IS NULL THEN 1 ELSE 0 END)"
	              " FROM part_package pp JOIN package k ON k.id = pp.package_id"
	              " WHERE pp.again = 0 AND pp.part_id IN ");
	add_parts(&q, l);
	query_add(&q, " GROUP BY pp.part_id");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct counted *x = find(l, rows_int(r, 0));
		if (x) {
			x->should.packages = rows_int(r, 1);
			x->should.gaps = rows_int(r, 2);
			x->should.unmatched = rows_int(r, 3);
		}
	}
	return code;
}

static int count_matches(struct db *d, struct arena *a, struct counted_list *l, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q,
	          "SELECT pp.part_id, x.severity, CASE WHEN x.hidden = 0 AND x.state < 2 THEN 1 "
	          "ELSE 0 END, count(*),"
	          " sum(CASE WHEN x.fix = 0 THEN 1 ELSE 0 END), sum((SELECT v.kev FROM "
	          "vulnerability v WHERE v.id = x.vulnerability_id))"
	          " FROM part_package pp JOIN matched x ON x.package_id = pp.package_id"
	          " WHERE pp.again = 0 AND x.until_gen = 9223372036854775807 AND pp.part_id IN ");
	add_parts(&q, l);
	query_add(&q, " GROUP BY 1, 2, 3");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct counted *x = find(l, rows_int(r, 0));
		int64_t severity = rows_int(r, 1), n = rows_int(r, 3);
		if (x && !rows_int(r, 2)) {
			x->should.hidden += n;
		} else if (x && severity >= 0 && severity < SEVERITY_COUNT) {
			x->should.by[severity] += n;
			x->should.fixable += rows_int(r, 4);
			x->should.exploited += rows_int(r, 5);
		}
	}
	return code;
}

static int write_one(struct db *d, const struct counted *x, struct error *e)
{
	const struct tally *t = &x->should;
	int64_t n = db_run(
	        d, e,
	        "UPDATE part SET critical = $2, high = $3, medium = $4, low = $5, negligible = $6,"
	        " unknown = $7, fixable = $8, exploited = $9, hidden = $10, gaps = $11, unmatched "
	        "= $12,"
	        " packages = $13"
	        " WHERE id = $1",
	        V_INT(x->part_id), V_INT(t->by[SEVERITY_CRITICAL]), V_INT(t->by[SEVERITY_HIGH]),
	        V_INT(t->by[SEVERITY_MEDIUM]), V_INT(t->by[SEVERITY_LOW]),
	        V_INT(t->by[SEVERITY_NEGLIGIBLE]), V_INT(t->by[SEVERITY_UNKNOWN]),
	        V_INT(t->fixable), V_INT(t->exploited), V_INT(t->hidden), V_INT(t->gaps),
	        V_INT(t->unmatched), V_INT(t->packages));
	return n < 0 ? (int)n : 0;
}

static int mend(struct db *d, struct arena *a, struct counted_list *l, size_t *wrong,
                struct error *e)
{
	int code = l->n ? count_packages(d, a, l, e) : 0;

	if (code >= 0 && l->n)
		code = count_matches(d, a, l, e);
	for (size_t i = 0; i < l->n && code >= 0; i++) {
		struct counted *x = &l->v[i];
		if (!memcmp(&x->is, &x->should, sizeof x->is))
			continue;
		++*wrong;
		code = write_one(d, x, e);
	}
	return code;
}

int tallies_make(struct db *d, const int64_t *ids, size_t n, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(4));
	size_t wrong = 0;
	int code = 0;

	for (size_t at = 0; at < n && code >= 0; at += CHUNK) {
		struct counted_list l = { 0 };
		struct query q = QUERY(&a);
		arena_rewind(&a);
		query_add(&q, "SELECT p.id, " EACH(PLAIN) " FROM part p WHERE p.id IN ");
		query_ids(&q, ids + at, MIN(n - at, (size_t)CHUNK));
		query_add(&q, " ORDER BY p.id");
		code = ask_stored(&q, d, &a, &l, e);
		query_done(&q);
		if (code >= 0)
			code = mend(d, &a, &l, &wrong, e);
	}
	return code;
}

int tallies_mend(struct db *d, int64_t *after, size_t limit, size_t *wrong, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16));
	struct counted_list l = { 0 };
	struct query q = QUERY(&a);
	int code;

	limit = MIN(limit, (size_t)1000);
	query_add(&q,
	          "SELECT p.id, " EACH(PLAIN) " FROM part p WHERE p.id > ? ORDER BY p.id LIMIT ?",
	          V_INT(*after), V_INT((int64_t)limit));
	code = ask_stored(&q, d, &a, &l, e);
	query_done(&q);
	if (code >= 0)
		code = mend(d, &a, &l, wrong, e);
	if (code < 0)
		return code;
	if (l.n)
		*after = l.v[l.n - 1].part_id;
	return l.n == limit;
}
