#include "center/imagerows.h"
#include "base/json.h"
#include "center/rowtake.h"
#include "center/tallies.h"
#include <inttypes.h>

enum { CHUNK = 200 };

struct facts { /* of a row, besides what it shows */
	str manifest_state, state_why;
	bool gaps_matter, profile_judged, profile_matters;
};

struct loading {
	struct db *d;
	struct arena *a;
	const int64_t *ids;
	size_t n;
	int64_t at;
	struct image_row *out;
	struct facts *facts;
	size_t *order; /* places in ids, by id */
};

/* --- finding a row's places --- */

static int compare_ids(const void *x, const void *y, void *ctx)
{
	const struct loading *l = ctx;
	int64_t a = l->ids[*(const size_t *)x], b = l->ids[*(const size_t *)y];

	return (a > b) - (a < b);
}

/* The first place of an id in l->order, l->n when there is none */
static size_t first_of(const struct loading *l, int64_t id)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (l->ids[l->order[mid]] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < l->n && l->ids[l->order[low]] == id ? low : l->n;
}

/* --- what they are --- */

static void take_row(struct loading *l, struct rows *r)
{
	size_t at = first_of(l, rows_int(r, 0));

	if (at == l->n)
		return;
	struct image_row x = {
		.id = rows_int(r, 0),
		.manifest_id = rows_int(r, 1),
		.repository_id = rows_int(r, 2),
		.registry_id = rows_int(r, 3),
		.subscription = take_text(l->a, r, 4),
		.resource_group = take_text(l->a, r, 5),
		.registry = take_text(l->a, r, 6),
		.registry_url = take_text(l->a, r, 7),
		.repository = take_text(l->a, r, 8),
		.digest = take_text(l->a, r, 9),
		.media_type = take_text(l->a, r, 10),
		.kind = take_text(l->a, r, 11),
		.os = take_text(l->a, r, 12),
		.arch = take_text(l->a, r, 13),
		.variant = take_text(l->a, r, 14),
		.distribution = take_text(l->a, r, 15),
		.ecosystem = take_text(l->a, r, 16),
		.first_seen = rows_int(r, 17),
		.pushed_at = rows_int(r, 18),
		.pulled_at = rows_int(r, 19),
		.deleted_at = rows_int(r, 20),
		.built_at = rows_int(r, 21),
		.size_bytes = rows_int(r, 22),
		.scanned_at = rows_int(r, 23),
		.assessed_at = rows_int(r, 24),
	};
	struct facts f = { take_text(l->a, r, 25), take_text(l->a, r, 26), rows_int(r, 27) != 0,
		           !rows_null(r, 28), rows_int(r, 29) != 0 };
	for (; at < l->n && l->ids[l->order[at]] == x.id; at++) {
		l->out[l->order[at]] = x;
		l->facts[l->order[at]] = f;
	}
}

static int load_some(struct loading *l, size_t at, struct error *e)
{
	struct query q = QUERY(l->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q,
	          "SELECT i.id, i.manifest_id, i.repository_id, i.registry_id, r.subscription_id, "
	          "r.resource_group,"
	          " r.name, r.url, p.name, m.digest, m.media_type, m.kind, m.os, m.arch, m.variant,"
	          " COALESCE(x.name, ''), COALESCE(x.ecosystem, ''), i.first_seen, i.pushed_at, "
	          "i.pulled_at,"
	          " i.deleted_at, m.built_at, m.size_bytes, m.scanned_at, m.assessed_at, m.state, "
	          "m.state_why,"
	          " m.gaps_matter, pf.generation_id, pf.matters"
	          " FROM image i JOIN repository p ON p.id = i.repository_id JOIN registry r ON "
	          "r.id = i.registry_id"
	          " JOIN manifest m ON m.id = i.manifest_id LEFT JOIN profile pf ON pf.id = "
	          "m.profile_id"
	          " LEFT JOIN distribution x ON x.id = pf.distribution_id WHERE i.id IN ");
	query_ids(&q, l->ids + at, MIN(l->n - at, (size_t)CHUNK));
	code = query_ask(&q, l->d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		take_row(l, r);
	return take_end(l->a, code, e);
}

/* --- their tags --- */

static int tag_some(struct loading *l, size_t at, struct error *e)
{
	struct query q = QUERY(l->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT i.id, t.name FROM image i CROSS JOIN tag t WHERE t.manifest_id = "
	              "i.manifest_id"
	              " AND t.repository_id = i.repository_id");
	if (l->at)
		query_add(&q, " AND t.since_at <= ? AND (t.until_at IS NULL OR t.until_at > ?)",
		          V_INT(l->at), V_INT(l->at));
	else
		query_add(&q, " AND t.until_at IS NULL");
	query_add(&q, " AND i.id IN ");
	query_ids(&q, l->ids + at, MIN(l->n - at, (size_t)CHUNK));
	query_add(&q, " ORDER BY i.id, t.name");
	code = query_ask(&q, l->d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		size_t k = first_of(l, rows_int(r, 0));
		if (k == l->n)
			continue;
		str *tags = &l->out[l->order[k]].tags;
		str all = arena_join(l->a, *tags, tags->n ? STR("\n") : STR(""), rows_text(r, 1));
		for (; k < l->n && l->ids[l->order[k]] == rows_int(r, 0); k++)
			l->out[l->order[k]].tags = all;
	}
	return take_end(l->a, code, e);
}

/* --- their counts --- */

static int count_running(struct loading *l, const int64_t *manifests, struct error *e)
{
	struct query q = QUERY(l->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT manifest_id, count(*) FROM running WHERE ended_at IS NULL AND "
	              "manifest_id IN ");
	query_ids(&q, manifests, l->n);
	query_add(&q, " GROUP BY manifest_id");
	code = query_ask(&q, l->d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		for (size_t i = 0; i < l->n; i++)
			if (manifests[i] == rows_int(r, 0))
				l->out[i].running = rows_int(r, 1);
	return code;
}

/* The state of an index is that of its images, the worst; what is no image does not count. */
static int judge_index(struct loading *l, struct image_row *x, struct error *e)
{
	static const int rank[IMAGE_STATE_COUNT] = {
		[IMAGE_HEALTHY] = 1,      [IMAGE_UNSUPPORTED] = 2, [IMAGE_WAITING] = 3,
		[IMAGE_NOT_ASSESSED] = 4, [IMAGE_FAILED] = 5,      [IMAGE_UNHEALTHY] = 6
	};
	struct query q = QUERY(l->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	bool any = false;
	int code;

	query_add(&q, "SELECT m.id, ");
	query_add(&q, image_state_sql);
	query_add(&q,
	          " FROM manifest_child c JOIN manifest m ON m.id = c.child_id"
	          " LEFT JOIN profile pf ON pf.id = m.profile_id WHERE m.kind <> 'other' AND "
	          "c.parent_id = ?",
	          V_INT(x->manifest_id));
	code = query_ask(&q, l->d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		int64_t id = rows_int(r, 0), state = rows_int(r, 1);
		struct tally t;
		if (state < 0 || state >= IMAGE_STATE_COUNT)
			continue;
		if (!any || rank[state] > rank[x->state])
			x->state = (enum image_state)state;
		any = true;
		code = tallies_of(l->d, l->a, &id, 1, &t, e);
		if (code < 0)
			break;
		tallies_add(&x->tally, &t);
	}
	return MIN(code, 0);
}

/* The first gap that matters, as a sentence */
static str gap_of(struct arena *a, str gaps)
{
	struct error ignored = { 0 };
	struct json *doc = NULL;
	str text = { 0 };

	if (json_parse("gaps", gaps, &doc, &ignored) < 0)
		return text;
	for (size_t i = 0; i < json_len(doc) && !text.n; i++) {
		const struct json *g = json_at(doc, i);
		str where = json_str(g, "where");
		if (json_bool(g, "matters"))
			text = arena_join(a, where, where.n ? STR(": ") : STR(""),
			                  json_str(g, "why"));
	}
	json_free(doc);
	return text;
}

static int tell_gap(struct loading *l, struct image_row *x, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(l->d, e, &r,
	                  "SELECT m.gaps, pf.gaps FROM manifest m LEFT JOIN profile pf ON pf.id = "
	                  "m.profile_id"
	                  " WHERE m.id = $1",
	                  V_INT(x->manifest_id));

	if (code >= 0 && (code = rows_next(r, e)) > 0) {
		x->cause = gap_of(l->a, rows_text(r, 0));
		if (!x->cause.n)
			x->cause = gap_of(l->a, rows_text(r, 1));
		if (!x->cause.n)
			x->cause = arena_printf(
			        l->a, "%" PRId64 " packages have versions that cannot be ordered",
			        x->tally.gaps);
	}
	return MIN(code, 0);
}

static int tell_cause(struct loading *l, struct image_row *x, const struct facts *f,
                      struct error *e)
{
	switch (x->state) {
	case IMAGE_WAITING:
		x->cause = str_eq(f->manifest_state, STR("scanned"))
		                   ? STR("its packages wait to be matched")
		                   : STR("it waits to be scanned");
		return 0;
	case IMAGE_FAILED:
	case IMAGE_UNSUPPORTED:
		x->cause = f->state_why.n ? f->state_why : str_c(image_state_text(x->state));
		return 0;
	case IMAGE_NOT_ASSESSED:
		return tell_gap(l, x, e);
	case IMAGE_HEALTHY:
	case IMAGE_UNHEALTHY:
	case IMAGE_STATE_COUNT:
		break;
	}
	return 0;
}

/* Of a day before it was read nothing is known, and so it is not called healthy. */
static void forget(struct image_row *x)
{
	x->state = IMAGE_WAITING;
	x->cause = STR("it was not read yet on that day");
	x->tally = (struct tally){ 0 };
	x->scanned_at = x->assessed_at = 0;
}

static int judge(struct loading *l, struct error *e)
{
	int64_t *manifests = arena_many(l->a, l->n, int64_t), matched = 0;
	struct tally *tallies = arena_many(l->a, l->n, struct tally);
	int code;

	if (!manifests || !tallies)
		return take_end(l->a, 0, e);
	for (size_t i = 0; i < l->n; i++)
		manifests[i] = l->out[i].manifest_id;
	code = tallies_of(l->d, l->a, manifests, l->n, tallies, e);
	if (code >= 0)
		code = count_running(l, manifests, e);
	if (code >= 0)
		code = db_int(l->d, e, &matched,
		              "SELECT COALESCE(max(matched_at), 0) FROM generation");
	for (size_t i = 0; i < l->n && code >= 0; i++) {
		struct image_row *x = &l->out[i];
		const struct facts *f = &l->facts[i];
		bool index = str_eq(x->kind, STR("index"));
		if (!x->id)
			continue;
		x->tally = tallies[i];
		x->state = image_state_of(&(struct image_facts){ f->manifest_state, f->gaps_matter,
		                                                 f->profile_judged,
		                                                 f->profile_matters, &x->tally });
		if (index)
			code = judge_index(l, x, e);
		if (x->scanned_at && x->state != IMAGE_WAITING)
			x->assessed_at = MAX(MAX(x->assessed_at, x->scanned_at), matched);
		if (code >= 0 && !index)
			code = tell_cause(l, x, f, e);
		if (l->at && x->scanned_at > l->at)
			forget(x);
	}
	return take_end(l->a, code, e);
}

int imagerows_load(struct db *d, struct arena *a, const int64_t *ids, size_t n, int64_t at,
                   bool counts, struct image_row *out, struct error *e)
{
	struct loading l = {
		d, a, ids, n, at, out, arena_many(a, n, struct facts), arena_many(a, n, size_t)
	};
	int code = 0;

	if (!l.facts || !l.order)
		return take_end(a, 0, e);
	memset(out, 0, n * sizeof *out);
	for (size_t i = 0; i < n; i++)
		l.order[i] = i;
	if (n)
		qsort_r(l.order, n, sizeof *l.order, compare_ids, &l);
	for (size_t i = 0; i < n && code >= 0; i += CHUNK)
		code = load_some(&l, i, e);
	for (size_t i = 0; i < n && code >= 0; i += CHUNK)
		code = tag_some(&l, i, e);
	return code < 0 || !counts || !n ? code : judge(&l, e);
}
