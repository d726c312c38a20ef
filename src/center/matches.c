#include "center/matches.h"
#include "base/digest.h"
#include "center/factrows.h"
#include "center/rowtake.h"
#include "center/shifts.h"
#include "center/weaknesses.h"
#include <math.h>

enum { CHUNK = 200, BATCH_PACKAGES = 1000, BATCH_ROWS = 20000, BATCH_BYTES = 256 << 20 };

struct subject { /* a package of the batch, locked */
	int64_t id;
	const struct package_matches *now;
	bool there, first, gap_changed, stale; /* stale: a later generation was here */
};

struct fresh { /* a match as it is now */
	int64_t package_id;
	struct weakness *weakness;
	const struct match_row *row;
	struct digest fact;
};

struct known { /* a current row of the store */
	int64_t package_id, vulnerability_id, from_gen;
	uint8_t fact[32];
	int64_t severity, fix, state, hidden;
	double score;
	bool has_score, exploited;
	str fixed_version, detail;
};

struct batch {
	struct db *d;
	struct arena *a;
	int64_t generation_id;
	const struct package_matches *v;
	size_t n;
	struct match_counts *counts;
	struct subject *subjects; /* by id */
	VEC(struct fresh) fresh;  /* by package, vulnerability */
	VEC(struct known) known;  /* the same */
	VEC(struct fresh *) opened;
	VEC(struct known *) closed;
	struct weaknesses weaknesses;
	struct fact_rows facts;
	struct shifts shifts;
};

/* --- packages, locked in the order of their ids --- */

static int compare_subjects(const void *x, const void *y)
{
	const struct subject *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

static struct subject *find_subject(const struct batch *b, int64_t id)
{
	struct subject key = { .id = id };

	return bsearch(&key, b->subjects, b->n, sizeof key, compare_subjects);
}

static int take_locked(struct batch *b, struct query *q, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, b->d, &r, e);

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct subject *x = find_subject(b, rows_int(r, 0));
		x->there = true;
		x->first = rows_null(r, 1);
		x->stale = rows_int(r, 1) > b->generation_id;
		x->gap_changed = !str_eq(rows_text(r, 2), x->now->gap);
		if (x->stale)
			continue;
		struct tally t = { .unmatched = -(int64_t)x->first,
			           .gaps = (int64_t)(x->now->gap.n > 0) - (rows_text(r, 2).n > 0) };
		shifts_add(&b->shifts, x->id, &t);
	}
	return code;
}

/* "column IN (…)" of subjects from `at`, some of them */
static size_t add_subjects(const struct batch *b, struct query *q, size_t at)
{
	size_t some = MIN(b->n - at, (size_t)CHUNK);

	query_add(q, "(");
	for (size_t i = 0; i < some; i++)
		query_add(q, i ? ", ?" : "?", V_INT(b->subjects[at + i].id));
	query_add(q, ")");
	return some;
}

static int lock_packages(struct batch *b, struct error *e)
{
	int code = 0;

	b->subjects = arena_many(b->a, b->n, struct subject);
	for (size_t i = 0; i < b->n && b->subjects; i++)
		b->subjects[i] = (struct subject){ .id = b->v[i].package_id, .now = &b->v[i] };
	if (!b->subjects)
		return take_end(b->a, 0, e);
	qsort(b->subjects, b->n, sizeof *b->subjects, compare_subjects);
	for (size_t at = 0; at < b->n && code >= 0; at += CHUNK) {
		struct query q = QUERY(b->a);
		query_add(&q, "SELECT id, generation_id, gap FROM package WHERE id IN ");
		add_subjects(b, &q, at);
		query_add(&q, " ORDER BY id {for update}");
		code = take_locked(b, &q, e);
		query_done(&q);
	}
	return code;
}

/* --- matches as they are now --- */

static int compare_fresh(const void *x, const void *y)
{
	const struct fresh *a = x, *b = y;

	if (a->package_id != b->package_id)
		return a->package_id < b->package_id ? -1 : 1;
	if (a->weakness->id != b->weakness->id)
		return a->weakness->id < b->weakness->id ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int gather(struct batch *b, struct error *e)
{
	size_t kept = 0;
	int code;

	for (size_t i = 0; i < b->n; i++)
		for (size_t k = 0;
		     k < b->subjects[i].now->n && b->subjects[i].there && !b->subjects[i].stale;
		     k++) {
			const struct match_row *row = &b->subjects[i].now->v[k];
			weaknesses_want(&b->weaknesses, row->vulnerability, &row->exploited);
		}
	code = weaknesses_use(&b->weaknesses, b->d, &b->shifts, e);
	for (size_t i = 0; i < b->n && code >= 0; i++) {
		const struct subject *x = &b->subjects[i];
		for (size_t k = 0; k < x->now->n && x->there && !x->stale; k++) {
			const struct match_row *row = &x->now->v[k];
			vec_add(b->a, &b->fresh,
			        ((struct fresh){
			                x->id, weaknesses_find(&b->weaknesses, row->vulnerability),
			                row, digest_of(row->fact) }));
		}
	}
	if (code < 0 || b->a->failed)
		return take_end(b->a, code, e);
	if (b->fresh.n)
		qsort(b->fresh.v, b->fresh.n, sizeof *b->fresh.v, compare_fresh);
	for (size_t i = 0; i < b->fresh.n; i++)
		if (!kept || b->fresh.v[kept - 1].package_id != b->fresh.v[i].package_id ||
		    b->fresh.v[kept - 1].weakness != b->fresh.v[i].weakness)
			b->fresh.v[kept++] = b->fresh.v[i];
	b->fresh.n = kept;
	return 0;
}

/* --- matches as they were --- */

static int take_known(struct batch *b, struct query *q, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, b->d, &r, e);

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		const struct subject *of = find_subject(b, rows_int(r, 0));
		struct known *x = of->stale ? NULL : vec_push(b->a, &b->known);
		if (!x)
			continue;
		*x = (struct known){ .package_id = rows_int(r, 0),
			             .vulnerability_id = rows_int(r, 1),
			             .from_gen = rows_int(r, 2),
			             .severity = rows_int(r, 4),
			             .has_score = !rows_null(r, 5),
			             .score = rows_real(r, 5),
			             .fix = rows_int(r, 6),
			             .fixed_version = take_text(b->a, r, 7),
			             .state = rows_int(r, 8),
			             .hidden = rows_int(r, 9),
			             .detail = take_text(b->a, r, 10),
			             .exploited = rows_int(r, 11) != 0 };
		str fact = rows_text(r, 3);
		memcpy(x->fact, fact.p, MIN(fact.n, sizeof x->fact));
	}
	return take_end(b->a, code, e);
}

static int load(struct batch *b, struct error *e)
{
	int code = 0;

	for (size_t at = 0; at < b->n && code >= 0; at += CHUNK) {
		struct query q = QUERY(b->a);
		/* one row at a time by its key: a join makes PostgreSQL read both tables whole */
		query_add(&q, "SELECT x.package_id, x.vulnerability_id, x.from_gen,"
		              " (SELECT f.digest FROM fact f WHERE f.id = x.fact_id), x.severity, "
		              "x.score, x.fix,"
		              " x.fixed_version, x.state, x.hidden, x.detail,"
		              " (SELECT v.kev FROM vulnerability v WHERE v.id = "
		              "x.vulnerability_id) FROM matched x"
		              " WHERE x.until_gen = 9223372036854775807 AND x.package_id IN ");
		add_subjects(b, &q, at);
		query_add(&q, " ORDER BY x.package_id, x.vulnerability_id");
		code = take_known(b, &q, e);
		query_done(&q);
	}
	return code;
}

/* --- what differs --- */

static bool is_same(const struct known *k, const struct fresh *f)
{
	const struct match_row *m = f->row;
	bool scored = m->score >= 0;

	return !memcmp(k->fact, f->fact.bytes, sizeof k->fact) &&
	       k->severity == (int64_t)m->severity && k->has_score == scored &&
	       (!scored || fabs(k->score - m->score) < 1e-9) && k->fix == (int64_t)m->fix &&
	       str_eq(k->fixed_version, m->fixed_version) && k->state == (int64_t)m->state &&
	       k->hidden == (int64_t)m->hidden && str_eq(k->detail, m->detail);
}

static void move(struct batch *b, int64_t package_id, int sign, int64_t severity, int64_t fix,
                 int64_t state, int64_t hidden, bool exploited)
{
	struct tally t = { 0 };

	if (hidden != HIDING_NONE || state == STATE_REJECTED || state == STATE_WITHDRAWN) {
		t.hidden = sign;
	} else {
		if (severity >= 0 && severity < SEVERITY_COUNT)
			t.by[severity] = sign;
		t.fixable = fix == FIX_AVAILABLE ? sign : 0;
		t.exploited = exploited ? sign : 0;
	}
	shifts_add(&b->shifts, package_id, &t);
}

static void close_one(struct batch *b, struct known *k)
{
	vec_add(b->a, &b->closed, k);
	move(b, k->package_id, -1, k->severity, k->fix, k->state, k->hidden, k->exploited);
}

static void open_one(struct batch *b, struct fresh *f)
{
	const struct match_row *m = f->row;

	vec_add(b->a, &b->opened, f);
	factrows_want(&b->facts, &f->fact, m->fact);
	move(b, f->package_id, 1, m->severity, m->fix, m->state, m->hidden, f->weakness->kev);
}

static int order(const struct known *k, const struct fresh *f)
{
	if (k->package_id != f->package_id)
		return k->package_id < f->package_id ? -1 : 1;
	return (k->vulnerability_id > f->weakness->id) - (k->vulnerability_id < f->weakness->id);
}

static void compare_all(struct batch *b)
{
	size_t i = 0, k = 0;

	while (i < b->fresh.n || k < b->known.n) {
		int c = i == b->fresh.n   ? -1
		        : k == b->known.n ? 1
		                          : order(&b->known.v[k], &b->fresh.v[i]);
		if (c < 0) {
			close_one(b, &b->known.v[k++]);
		} else if (c > 0) {
			open_one(b, &b->fresh.v[i++]);
		} else {
			if (!is_same(&b->known.v[k], &b->fresh.v[i])) {
				close_one(b, &b->known.v[k]);
				open_one(b, &b->fresh.v[i]);
			}
			i++, k++;
		}
	}
}

/* --- written --- */

/* What began with this same generation never was: it goes without a trace. */
static int write_closed(struct batch *b, struct error *e)
{
	struct value *gone = arena_many(b->a, b->closed.n * 3, struct value);
	struct value *ended = arena_many(b->a, b->closed.n * 4, struct value);
	size_t gone_n = 0, ended_n = 0;
	int code = 0;

	for (size_t i = 0; i < b->closed.n && gone && ended; i++) {
		const struct known *k = b->closed.v[i];
		bool same = k->from_gen >= b->generation_id;
		struct value *v = same ? gone + gone_n++ * 3 : ended + ended_n++ * 4;
		v[0] = V_INT(k->package_id);
		v[1] = V_INT(k->vulnerability_id);
		v[2] = V_INT(k->from_gen);
		if (!same)
			v[3] = V_INT(b->generation_id);
	}
	if (gone_n)
		code = db_run_many(b->d,
		                   "DELETE FROM matched WHERE package_id = $1 AND vulnerability_id "
		                   "= $2 AND from_gen = $3",
		                   gone, 3, gone_n, e);
	if (code >= 0 && ended_n)
		code = db_run_many(
		        b->d,
		        "UPDATE matched SET until_gen = $4"
		        " WHERE package_id = $1 AND vulnerability_id = $2 AND from_gen = $3",
		        ended, 4, ended_n, e);
	return take_end(b->a, code, e);
}

enum { MATCH_COLUMNS = 11 };

static int write_opened(struct batch *b, struct error *e)
{
	struct value *v = arena_many(b->a, b->opened.n * MATCH_COLUMNS, struct value);
	int code = factrows_use(&b->facts, b->d, e);

	if (code < 0 || !v || !b->opened.n)
		return take_end(b->a, code, e);
	for (size_t i = 0; i < b->opened.n; i++) {
		const struct fresh *f = b->opened.v[i];
		const struct match_row *m = f->row;
		const struct value row[MATCH_COLUMNS] = {
			V_INT(f->package_id),    V_INT(f->weakness->id),
			V_INT(b->generation_id), V_INT(factrows_id(&b->facts, &f->fact)),
			V_INT(m->severity),      m->score >= 0 ? V_REAL(m->score) : V_NULL,
			V_INT(m->fix),           V_TEXT(m->fixed_version),
			V_INT(m->state),         V_INT(m->hidden),
			V_TEXT(m->detail),
		};
		memcpy(v + i * MATCH_COLUMNS, row, sizeof row);
	}
	return db_run_many(b->d,
	                   "INSERT INTO matched (package_id, vulnerability_id, from_gen, fact_id, "
	                   "severity, score, fix,"
	                   " fixed_version, state, hidden, detail) VALUES ($1, $2, $3, $4, $5, $6, "
	                   "$7, $8, $9, $10, $11)",
	                   v, MATCH_COLUMNS, b->opened.n, e);
}

static int note_packages(struct batch *b, struct error *e)
{
	int64_t n = 0;

	for (size_t at = 0; at < b->n && n >= 0; at += CHUNK) {
		struct query q = QUERY(b->a);
		query_add(&q,
		          "UPDATE package SET generation_id = ? WHERE (generation_id IS NULL OR "
		          "generation_id < ?)"
		          " AND id IN ",
		          V_INT(b->generation_id), V_INT(b->generation_id));
		add_subjects(b, &q, at);
		n = run_query(&q, b->d, e);
		query_done(&q);
	}
	for (size_t i = 0; i < b->n && n >= 0; i++) {
		const struct subject *x = &b->subjects[i];
		b->counts->packages += x->there && !x->stale;
		if (x->there && !x->stale && x->gap_changed)
			n = db_run(b->d, e, "UPDATE package SET gap = $2 WHERE id = $1",
			           V_INT(x->id), V_TEXT(x->now->gap));
	}
	return n < 0 ? (int)n : 0;
}

static void count(struct batch *b)
{
	int64_t last = 0;

	b->counts->opened += b->opened.n;
	b->counts->closed += b->closed.n;
	for (size_t i = 0, k = 0; i < b->opened.n || k < b->closed.n;) {
		bool open = k == b->closed.n ||
		            (i < b->opened.n &&
		             b->opened.v[i]->package_id <= b->closed.v[k]->package_id);
		int64_t id = open ? b->opened.v[i++]->package_id : b->closed.v[k++]->package_id;
		b->counts->changed += id != last;
		last = id;
	}
}

struct one_batch {
	int64_t generation_id;
	const struct package_matches *v;
	size_t n;
	struct match_counts counts;
};

static int apply_batch(void *ctx, struct db *d, struct error *e)
{
	struct one_batch *x = ctx;
	struct arena a cleanup(arena_done) = ARENA(BATCH_BYTES);
	struct batch b = { .d = d,
		           .a = &a,
		           .generation_id = x->generation_id,
		           .v = x->v,
		           .n = x->n,
		           .counts = &x->counts,
		           .weaknesses = { .a = &a },
		           .facts = { .a = &a },
		           .shifts = { .a = &a } };
	int code;

	x->counts = (struct match_counts){ 0 };
	code = lock_packages(&b, e);
	if (code >= 0)
		code = gather(&b, e);
	if (code >= 0)
		code = load(&b, e);
	if (code >= 0) {
		compare_all(&b);
		code = write_closed(&b, e);
	}
	if (code >= 0)
		code = write_opened(&b, e);
	if (code >= 0)
		code = note_packages(&b, e);
	if (code >= 0)
		code = shifts_apply(&b.shifts, d, &x->counts.parts, e);
	if (code >= 0)
		count(&b);
	return code < 0 ? code : 0;
}

int matches_apply(const struct center *c, int64_t generation_id, const struct package_matches *v,
                  size_t n, struct match_counts *counts, struct error *e)
{
	for (size_t at = 0, some; at < n; at += some) {
		struct one_batch x = { .generation_id = generation_id, .v = v + at };
		size_t rows = 0;
		for (some = 0;
		     at + some < n && some < BATCH_PACKAGES && (!some || rows < BATCH_ROWS); some++)
			rows += v[at + some].n;
		x.n = some;
		int code = store_do(c->store, STORE_WRITE, apply_batch, &x, e);
		if (code < 0)
			return code;
		counts->packages += x.counts.packages;
		counts->changed += x.counts.changed;
		counts->opened += x.counts.opened;
		counts->closed += x.counts.closed;
		counts->parts += x.counts.parts;
	}
	return 0;
}

/* --- vulnerabilities --- */

struct noting {
	const struct exploited_row *v;
	size_t n;
};

static int note_exploited(void *ctx, struct db *d, struct error *e)
{
	const struct noting *x = ctx;
	struct arena a cleanup(arena_done) = ARENA(MIB(64));
	struct shifts shifts = { .a = &a };
	struct weaknesses w = { .a = &a, .known_only = true };
	size_t parts = 0;
	int changed = 0, code;

	for (size_t i = 0; i < x->n; i++)
		weaknesses_want(&w, x->v[i].vulnerability, &x->v[i].is);
	code = weaknesses_use(&w, d, &shifts, e);
	if (code >= 0)
		code = shifts_apply(&shifts, d, &parts, e);
	for (size_t i = 0; i < w.v.n; i++)
		changed += w.v.v[i].id && !w.v.v[i].same;
	return code < 0 ? code : changed;
}

int matches_note_all_exploited(const struct center *c, const struct exploited_row *v, size_t n,
                               struct error *e)
{
	return store_do(c->store, STORE_WRITE, note_exploited, &(struct noting){ v, n }, e);
}

int matches_note_exploited(const struct center *c, str vulnerability, const struct exploitation *x,
                           struct error *e)
{
	return matches_note_all_exploited(c, &(struct exploited_row){ vulnerability, *x }, 1, e);
}

int matches_vulnerabilities(struct db *d, struct arena *a, str after, size_t limit,
                            struct name_list *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT name FROM vulnerability WHERE name > $1 ORDER BY name LIMIT $2",
	                  V_TEXT(after), V_INT((int64_t)limit));

	while (code >= 0 && (code = rows_next(r, e)) > 0)
		vec_add(a, out, take_text(a, r, 0));
	return take_end(a, code, e);
}
