#include "center/findingrows.h"
#include "center/rowtake.h"

enum { CHUNK = 100 };

static void take_row(struct arena *a, struct rows *r, struct finding_row *x)
{
	int64_t type = rows_int(r, 1);

	x->package = (struct package){ .type = type >= 0 && type < PACKAGE_TYPE_COUNT
		                                       ? (enum package_type)type
		                                       : PACKAGE_GENERIC,
		                       .name = take_text(a, r, 2),
		                       .version = take_text(a, r, 3),
		                       .arch = take_text(a, r, 4),
		                       .source = take_text(a, r, 5),
		                       .source_version = take_text(a, r, 6),
		                       .module = take_text(a, r, 7),
		                       .license = take_text(a, r, 8),
		                       .traits = (unsigned)rows_int(r, 9) };
	x->paths = take_text(a, r, 10);
	x->vulnerability = take_text(a, r, 11);
	x->exploited =
	        (struct exploitation){ .epss = rows_null(r, 12) ? -1 : rows_real(r, 12),
		                       .percentile = rows_null(r, 13) ? -1 : rows_real(r, 13),
		                       .known = rows_int(r, 14) != 0,
		                       .ransomware = rows_int(r, 15) != 0,
		                       .added = take_text(a, r, 16),
		                       .due = take_text(a, r, 17) };
	x->severity = (enum severity)rows_int(r, 18);
	x->score = rows_null(r, 19) ? -1 : rows_real(r, 19);
	x->fix = (enum fix_status)rows_int(r, 20);
	x->fixed_version = take_text(a, r, 21);
	x->state = (enum finding_state)rows_int(r, 22);
	x->hidden = (enum hiding_kind)rows_int(r, 23);
	x->detail = take_text(a, r, 24);
	x->found_at = rows_int(r, 25);
	x->fact = take_text(a, r, 26);
}

/* The rows of some keys, in one question: each key is a row of the list of values, numbered. */
static int load_some(struct db *d, struct arena *a, const struct finding_place *v, size_t n,
                     bool facts, struct finding_row *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT y.column1, k.type, k.name, k.version, k.arch, k.source, "
	              "k.source_version, k.module,"
	              " k.license, k.traits, pp.paths, v.name, v.epss, v.epss_percentile, v.kev, "
	              "v.ransomware,"
	              " v.kev_added, v.kev_due, x.severity, x.score, x.fix, x.fixed_version, "
	              "x.state, x.hidden,"
	              " x.detail, g.seen_at, ");
	query_add(&q, facts ? "(SELECT f.doc FROM fact f WHERE f.id = x.fact_id)" : "''");
	query_add(&q, " FROM (VALUES ");
	for (size_t i = 0; i < n; i++)
		query_add(&q,
		          i ? ", (CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? "
		              "AS BIGINT), CAST(? AS BIGINT))"
		            : "(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS "
		              "BIGINT), CAST(? AS BIGINT))",
		          V_INT((int64_t)i), V_INT(v[i].key.package_id),
		          V_INT(v[i].key.vulnerability_id), V_INT(v[i].from_gen),
		          V_INT(v[i].part_id));
	query_add(&q, ") AS y CROSS JOIN matched x CROSS JOIN part_package pp CROSS JOIN package k"
	              " CROSS JOIN vulnerability v");
	query_add(&q, " LEFT JOIN generation g ON g.id = x.from_gen WHERE x.package_id = y.column2"
	              " AND x.vulnerability_id = y.column3 AND x.from_gen = y.column4 AND "
	              "pp.part_id = y.column5"
	              " AND pp.package_id = x.package_id AND k.id = x.package_id AND v.id = "
	              "x.vulnerability_id");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		if (rows_int(r, 0) >= 0 && rows_int(r, 0) < (int64_t)n)
			take_row(a, r, &out[rows_int(r, 0)]);
	return take_end(a, code, e);
}

static void place(struct finding_row *x, const struct finding_place *y, const struct image_row *i)
{
	x->key = y->key;
	x->part_id = y->part_id;
	x->layer = y->layer;
	x->from_gen = y->from_gen;
	x->registry_id = i->registry_id;
	x->repository_id = i->repository_id;
	x->manifest_id = i->manifest_id;
	x->subscription = i->subscription;
	x->resource_group = i->resource_group;
	x->registry = i->registry;
	x->registry_url = i->registry_url;
	x->repository = i->repository;
	x->digest = i->digest;
	x->media_type = i->media_type;
	x->tags = i->tags;
	x->os = i->os;
	x->arch = i->arch;
	x->distribution = i->distribution;
	x->ecosystem = i->ecosystem;
	x->pushed_at = i->pushed_at;
	x->found_at = MAX(x->found_at, i->scanned_at);
}

/* Images of the keys, each once; keys of a page lie together by image. */
static int load_images(struct db *d, struct arena *a, const struct finding_places *l, int64_t at,
                       struct finding_row *out, struct error *e)
{
	int64_t *ids = arena_many(a, l->n, int64_t);
	struct image_row *rows = arena_many(a, l->n, struct image_row);
	size_t n = 0;
	int code;

	if (!ids || !rows)
		return take_end(a, 0, e);
	for (size_t i = 0; i < l->n; i++)
		if (!n || ids[n - 1] != l->v[i].key.image_id)
			ids[n++] = l->v[i].key.image_id;
	code = imagerows_load(d, a, ids, n, at, false, rows, e);
	for (size_t i = 0, k = 0; i < l->n && code >= 0; i++) {
		if (ids[k] != l->v[i].key.image_id)
			k++;
		place(&out[i], &l->v[i], &rows[k]);
	}
	return code;
}

int findingrows_load(struct db *d, struct arena *a, const struct finding_places *l, int64_t at,
                     bool facts, struct finding_row *out, struct error *e)
{
	int code = 0;

	for (size_t i = 0; i < l->n && code >= 0; i += CHUNK)
		code = load_some(d, a, l->v + i, MIN(l->n - i, (size_t)CHUNK), facts, out + i, e);
	return code < 0 ? code : load_images(d, a, l, at, out, e);
}
