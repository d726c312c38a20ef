#include "center/shifts.h"
#include "center/rowtake.h"
#include "center/tallies.h"

enum { FEW = 8, CHUNK = 200, COLUMNS = 12 };

#define ADD_TO(set)                                                                                \
	"UPDATE part SET critical = critical + $2, high = high + $3, medium = medium + $4, low = " \
	"low + $5,"                                                                                \
	" negligible = negligible + $6, unknown = unknown + $7, fixable = fixable + $8, "          \
	"exploited = exploited + $9,"                                                              \
	" hidden = hidden + $10, gaps = gaps + $11, unmatched = unmatched + $12 WHERE " set

void shifts_add(struct shifts *s, int64_t package_id, const struct tally *by)
{
	static const struct tally none;

	if (memcmp(by, &none, sizeof none))
		vec_add(s->a, &s->v, ((struct shift){ package_id, *by }));
}

static int compare(const void *x, const void *y)
{
	const struct shift *a = x, *b = y;

	return (a->package_id > b->package_id) - (a->package_id < b->package_id);
}

/* One row an id, those that come to nothing left out */
static size_t unite(struct shift *v, size_t n)
{
	static const struct tally none;
	size_t kept = 0;

	if (n)
		qsort(v, n, sizeof *v, compare);
	for (size_t i = 0, end; i < n; i = end) {
		struct shift sum = v[i];
		for (end = i + 1; end < n && v[end].package_id == v[i].package_id; end++)
			tallies_add(&sum.by, &v[end].by);
		if (memcmp(&sum.by, &none, sizeof none))
			v[kept++] = sum;
	}
	return kept;
}

static void fill(struct value v[COLUMNS], const struct shift *x)
{
	const struct tally *t = &x->by;
	const int64_t all[COLUMNS] = {
		x->package_id,
		t->by[SEVERITY_CRITICAL],
		t->by[SEVERITY_HIGH],
		t->by[SEVERITY_MEDIUM],
		t->by[SEVERITY_LOW],
		t->by[SEVERITY_NEGLIGIBLE],
		t->by[SEVERITY_UNKNOWN],
		t->fixable,
		t->exploited,
		t->hidden,
		t->gaps,
		t->unmatched,
	};

	for (size_t i = 0; i < COLUMNS; i++)
		v[i] = V_INT(all[i]);
}

/* A package may be in tens of thousands of parts: the store does it by itself. */
static int apply_few(struct shifts *s, struct db *d, size_t *parts, struct error *e)
{
	for (size_t i = 0; i < s->v.n; i++) {
		struct value v[COLUMNS];
		int64_t n;
		fill(v, &s->v.v[i]);
		n = db_run_n(d,
		             ADD_TO("id IN (SELECT part_id FROM part_package WHERE package_id = $1 "
		                    "AND again = 0)"),
		             v, COLUMNS, e);
		if (n < 0)
			return (int)n;
		*parts += (size_t)n;
	}
	return 0;
}

static const struct tally *find(const struct shifts *s, int64_t package_id)
{
	struct shift key = { .package_id = package_id };
	const struct shift *x = bsearch(&key, s->v.v, s->v.n, sizeof key, compare);

	return &x->by;
}

struct moved { /* of parts: package_id holds the part's */
	struct shift *v;
	size_t n, room;
};

static int ask_parts(const struct shifts *s, struct db *d, size_t at, struct moved *out,
                     struct error *e)
{
	struct query q = QUERY(s->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(
	        &q,
	        "SELECT part_id, package_id FROM part_package WHERE again = 0 AND package_id IN (");
	for (size_t i = at; i < s->v.n && i < at + CHUNK; i++)
		query_add(&q, i > at ? ", ?" : "?", V_INT(s->v.v[i].package_id));
	query_add(&q, ")");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		vec_add(s->a, out, ((struct shift){ rows_int(r, 0), *find(s, rows_int(r, 1)) }));
	return take_end(s->a, code, e);
}

/* Many packages: the sums of a part's packages first, then each part once, in the order of ids */
static int apply_many(struct shifts *s, struct db *d, size_t *parts, struct error *e)
{
	struct moved moved = { 0 };
	struct value *v;
	int code = 0;

	for (size_t at = 0; at < s->v.n && code >= 0; at += CHUNK) {
		code = ask_parts(s, d, at, &moved, e);
		if (moved.n > 100000 || at + CHUNK >= s->v.n)
			moved.n = unite(moved.v, moved.n);
	}
	if (code < 0 || !moved.n)
		return code;
	v = arena_many(s->a, moved.n * COLUMNS, struct value);
	if (!v)
		return take_end(s->a, 0, e);
	for (size_t i = 0; i < moved.n; i++)
		fill(v + i * COLUMNS, &moved.v[i]);
	*parts += moved.n;
	return db_run_many(d, ADD_TO("id = $1"), v, COLUMNS, moved.n, e);
}

int shifts_apply(struct shifts *s, struct db *d, size_t *parts, struct error *e)
{
	if (s->a->failed)
		return take_end(s->a, 0, e);
	s->v.n = unite(s->v.v, s->v.n);
	return s->v.n <= FEW ? apply_few(s, d, parts, e) : apply_many(s, d, parts, e);
}
