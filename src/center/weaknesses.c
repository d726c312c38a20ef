#include "center/weaknesses.h"
#include "center/rowtake.h"
#include <math.h>

enum { CHUNK = 200, COLUMNS = 7 };

void weaknesses_want(struct weaknesses *w, str name, const struct exploitation *x)
{
	vec_add(w->a, &w->v, ((struct weakness){ .name = name, .wanted = x }));
}

static int compare(const void *x, const void *y)
{
	return str_cmp(((const struct weakness *)x)->name, ((const struct weakness *)y)->name);
}

struct weakness *weaknesses_find(const struct weaknesses *w, str name)
{
	struct weakness key = { .name = name };

	return w->v.n ? bsearch(&key, w->v.v, w->v.n, sizeof key, compare) : NULL;
}

static bool is_number(struct rows *r, int column, double wanted)
{
	if (rows_null(r, column))
		return wanted < 0;
	return wanted >= 0 && fabs(rows_real(r, column) - wanted) < 1e-9;
}

static int take_rows(struct weaknesses *w, struct query *q, struct db *d, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct weakness *x = weaknesses_find(w, rows_text(r, 1));
		if (!x)
			continue;
		const struct exploitation *want = x->wanted;
		x->id = rows_int(r, 0);
		x->kev = rows_int(r, 4) != 0;
		x->same = is_number(r, 2, want->epss) && is_number(r, 3, want->percentile) &&
		          x->kev == want->known && (rows_int(r, 5) != 0) == want->ransomware &&
		          str_eq(rows_text(r, 6), want->added) &&
		          str_eq(rows_text(r, 7), want->due);
	}
	return code;
}

static int look_up(struct weaknesses *w, struct db *d, struct error *e)
{
	size_t at = 0;
	int code = 0;

	while (at < w->v.n && code >= 0) {
		struct query q = QUERY(w->a);
		size_t some = 0;
		query_add(&q, "SELECT id, name, epss, epss_percentile, kev, ransomware, kev_added, "
		              "kev_due"
		              " FROM vulnerability WHERE name IN (");
		for (; at < w->v.n && some < CHUNK; at++)
			if (!w->v.v[at].id)
				query_add(&q, some++ ? ", ?" : "?", V_TEXT(w->v.v[at].name));
		query_add(&q, ")");
		if (some)
			code = take_rows(w, &q, d, e);
		query_done(&q);
	}
	return code;
}

static void fill(struct value v[COLUMNS], const struct weakness *x)
{
	const struct exploitation *y = x->wanted;

	v[0] = V_TEXT(x->name);
	v[1] = y->epss < 0 ? V_NULL : V_REAL(y->epss);
	v[2] = y->percentile < 0 ? V_NULL : V_REAL(y->percentile);
	v[3] = V_INT(y->known);
	v[4] = V_INT(y->ransomware);
	v[5] = V_TEXT(y->added);
	v[6] = V_TEXT(y->due);
}

/* What counts of it counts as exploited from now on, or not any more. */
static int flip(const struct weakness *x, struct db *d, struct shifts *shifts, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct tally t = { .exploited = x->wanted->known ? 1 : -1 };
	int code = db_ask(d, e, &r,
	                  "SELECT package_id FROM matched WHERE vulnerability_id = $1"
	                  " AND until_gen = 9223372036854775807 AND hidden = 0 AND state < 2",
	                  V_INT(x->id));

	while (code >= 0 && (code = rows_next(r, e)) > 0)
		shifts_add(shifts, rows_int(r, 0), &t);
	return code;
}

/* New ones, or (fresh false) those that changed */
static int write_rows(struct weaknesses *w, struct db *d, bool fresh, struct error *e)
{
	struct value *v = arena_many(w->a, w->v.n * COLUMNS, struct value);
	size_t rows = 0;

	for (size_t i = 0; i < w->v.n && v; i++)
		if (fresh ? !w->v.v[i].id : w->v.v[i].id && !w->v.v[i].same)
			fill(v + rows++ * COLUMNS, &w->v.v[i]);
	if (!rows)
		return take_end(w->a, 0, e);
	return db_run_many(d,
	                   fresh ? "INSERT INTO vulnerability (name, epss, epss_percentile, kev, "
	                           "ransomware, kev_added,"
	                           " kev_due) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT "
	                           "(name) DO NOTHING"
	                         : "UPDATE vulnerability SET epss = $2, epss_percentile = $3, kev "
	                           "= $4, ransomware = $5,"
	                           " kev_added = $6, kev_due = $7 WHERE name = $1",
	                   v, COLUMNS, rows, e);
}

int weaknesses_use(struct weaknesses *w, struct db *d, struct shifts *shifts, struct error *e)
{
	size_t kept = 0;
	int code;

	if (w->v.n)
		qsort(w->v.v, w->v.n, sizeof *w->v.v, compare);
	for (size_t i = 0; i < w->v.n; i++)
		if (!kept || compare(&w->v.v[kept - 1], &w->v.v[i]))
			w->v.v[kept++] = w->v.v[i];
	w->v.n = kept;
	code = look_up(w, d, e);
	if (code >= 0)
		code = write_rows(w, d, false, e);
	for (size_t i = 0; i < w->v.n && code >= 0; i++) {
		struct weakness *x = &w->v.v[i];
		if (x->id && x->kev != x->wanted->known)
			code = flip(x, d, shifts, e);
		x->kev = x->wanted->known;
	}
	if (code < 0 || w->known_only)
		return code;
	code = write_rows(w, d, true, e);
	return code < 0 ? code : look_up(w, d, e);
}
