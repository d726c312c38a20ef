/* center/repositories.c — the part of imagelist.h that is about repositories: their counts */
#include "center/imagelist.h"
#include "center/rowtake.h"
#include "center/tallies.h"

static struct repository_row *find(struct repository_list *l, int64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id == id)
			return &l->v[i];
	return NULL;
}

static void add_ids(struct query *q, const struct repository_list *l)
{
	query_add(q, "(");
	for (size_t i = 0; i < l->n; i++)
		query_add(q, i ? ", ?" : "?", V_INT(l->v[i].id));
	query_add(q, ")");
}

static int count_states(struct db *d, struct arena *a, struct repository_list *l, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT i.repository_id, ");
	query_add(&q, image_state_sql);
	query_add(&q, ", count(*), max(COALESCE(i.pushed_at, 0)) FROM image i CROSS JOIN manifest m"
	              " LEFT JOIN profile pf ON pf.id = m.profile_id WHERE m.id = i.manifest_id "
	              "AND m.kind <> 'index'"
	              " AND i.deleted_at IS NULL AND i.repository_id IN ");
	add_ids(&q, l);
	query_add(&q, " GROUP BY 1, 2");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct repository_row *x = find(l, rows_int(r, 0));
		int64_t state = rows_int(r, 1);
		if (!x || state < 0 || state >= IMAGE_STATE_COUNT)
			continue;
		x->states[state] = rows_int(r, 2);
		x->images += rows_int(r, 2);
		x->pushed_at = MAX(x->pushed_at, rows_int(r, 3));
	}
	return code;
}

static int count_findings(struct db *d, struct arena *a, struct repository_list *l, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT i.repository_id,");
	query_add(&q, tallies_sum_sql);
	query_add(&q, " FROM image i CROSS JOIN manifest_part mp CROSS JOIN part p WHERE "
	              "mp.manifest_id = i.manifest_id"
	              " AND p.id = mp.part_id AND i.deleted_at IS NULL AND i.repository_id IN ");
	add_ids(&q, l);
	query_add(&q, " GROUP BY 1");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct repository_row *x = find(l, rows_int(r, 0));
		if (x)
			x->tally = tallies_take(r, 1);
	}
	return code;
}

static int take_rows(struct query *q, struct db *d, struct arena *a, struct repository_list *out,
                     struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct repository_row *x = vec_push(a, out);
		if (x)
			*x = (struct repository_row){ .id = rows_int(r, 0),
				                      .registry_id = rows_int(r, 1),
				                      .registry = take_text(a, r, 2),
				                      .name = take_text(a, r, 3),
				                      .first_seen = rows_int(r, 4),
				                      .tags = rows_int(r, 5) };
	}
	return take_end(a, code, e);
}

static struct query seen(struct arena *a, const struct sight *s, int64_t registry_id)
{
	struct query q = QUERY(a);

	query_add(
	        &q,
	        "SELECT p.id, p.registry_id, r.name, p.name, p.first_seen,"
	        " (SELECT count(*) FROM tag t WHERE t.repository_id = p.id AND t.until_at IS NULL)"
	        " FROM repository p JOIN registry r ON r.id = p.registry_id WHERE p.deleted_at IS "
	        "NULL"
	        " AND r.deleted_at IS NULL AND p.registry_id = ?",
	        V_INT(registry_id));
	sight_registries(&q, s, "p.registry_id");
	return q;
}

static int fill(struct db *d, struct arena *a, struct repository_list *l, struct error *e)
{
	int code = l->n ? count_states(d, a, l, e) : 0;

	return code < 0 || !l->n ? code : count_findings(d, a, l, e);
}

int imagelist_repositories(struct db *d, struct arena *a, const struct sight *s,
                           int64_t registry_id, str prefix, const struct paging *p,
                           struct repository_list *out, struct error *e)
{
	struct query q = seen(a, s, registry_id);
	struct value after[1];
	size_t limit = page_limit(p);
	int code = page_read(p, a, "t", after, e);

	if (code < 0)
		return code;
	if (code)
		query_add(&q, " AND p.name > ?", after[0]);
	if (prefix.n)
		query_add(&q, " AND p.name >= ? AND p.name < ?", V_TEXT(prefix),
		          V_TEXT(arena_concat(a, prefix, STR("\xf4\x8f\xbf\xbf"))));
	query_add(&q, " ORDER BY p.name LIMIT ?", V_INT((int64_t)limit + 1));
	code = take_rows(&q, d, a, out, e);
	if (code >= 0 && out->n > limit) {
		out->n = limit;
		out->next = page_cursor(a, &V_TEXT(out->v[limit - 1].name), 1);
	}
	return code < 0 ? code : fill(d, a, out, e);
}

int imagelist_repository(struct db *d, struct arena *a, const struct sight *s, int64_t registry_id,
                         str name, struct repository_row *out, struct error *e)
{
	struct query q = seen(a, s, registry_id);
	struct repository_list found = { 0 };
	int code;

	query_add(&q, " AND p.name = ?", V_TEXT(name));
	code = take_rows(&q, d, a, &found, e);
	if (code >= 0)
		code = fill(d, a, &found, e);
	if (code >= 0 && found.n)
		*out = found.v[0];
	return code < 0 ? code : found.n > 0;
}
