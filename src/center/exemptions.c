#include "center/exemptions.h"
#include "center/resources.h"
#include "center/rowtake.h"

#define COLUMNS                                                                         \
	"x.name, x.resource, x.assessment, x.category, x.display_name, x.description, " \
	"x.expires_at, x.created_by,"                                                   \
	" x.changed_by, x.created_at, x.changed_at"

static struct exemption take_exemption(struct arena *a, struct rows *r)
{
	return (struct exemption){ .name = take_text(a, r, 0),
		                   .resource = take_text(a, r, 1),
		                   .assessment = take_text(a, r, 2),
		                   .category = take_text(a, r, 3),
		                   .display_name = take_text(a, r, 4),
		                   .description = take_text(a, r, 5),
		                   .expires_at = rows_int(r, 6),
		                   .created_by = take_text(a, r, 7),
		                   .changed_by = take_text(a, r, 8),
		                   .created_at = rows_int(r, 9),
		                   .changed_at = rows_int(r, 10) };
}

static int take_only(struct query *q, struct db *d, struct arena *a, struct exemption *out,
                     struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	if (code < 0 || (code = rows_next(r, e)) <= 0)
		return code;
	*out = take_exemption(a, r);
	return take_end(a, 1, e);
}

int exemptions_put(struct db *d, const struct exemption *x, str by, int64_t now, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	const struct value v[] = { V_TEXT(arena_lower(&a, x->name)),
		                   V_TEXT(resources_key(&a, x->resource)),
		                   V_TEXT(arena_lower(&a, x->assessment)),
		                   V_TEXT(x->category),
		                   V_TEXT(x->display_name),
		                   V_TEXT(x->description),
		                   V_TIME(x->expires_at),
		                   V_TEXT(by),
		                   V_INT(now) };
	int64_t n;

	if (!resources_is_guid(x->name) || !resources_is_guid(x->assessment))
		return error_set(e, ERR_USAGE,
		                 "an exemption has a GUID for a name, and an assessment's");
	n = db_run_n(d,
	             "UPDATE exemption SET assessment = $3, category = $4, display_name = $5, "
	             "description = $6,"
	             " expires_at = $7, changed_by = $8, changed_at = $9 WHERE name = $1 AND "
	             "resource = $2",
	             v, LEN(v), e);
	if (n)
		return (int)MIN(n, 0);
	n = db_run_n(d,
	             "INSERT INTO exemption (name, resource, assessment, category, display_name, "
	             "description, expires_at,"
	             " created_by, created_at, changed_by, changed_at)"
	             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)",
	             v, LEN(v), e);
	return n < 0 ? (int)n : 1;
}

int exemptions_get(struct db *d, struct arena *a, str resource, str name, struct exemption *out,
                   struct error *e)
{
	struct query q = QUERY(a);

	query_add(&q, "SELECT " COLUMNS " FROM exemption x WHERE x.name = ? AND x.resource = ?",
	          V_TEXT(arena_lower(a, name)), V_TEXT(resources_key(a, resource)));
	return take_only(&q, d, a, out, e);
}

int exemptions_remove(struct db *d, str resource, str name, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	int64_t n = db_run(d, e, "DELETE FROM exemption WHERE name = $1 AND resource = $2",
	                   V_TEXT(arena_lower(&a, name)), V_TEXT(resources_key(&a, resource)));

	return n < 0 ? (int)n : n > 0;
}

int exemptions_list(struct db *d, struct arena *a, str scope, const struct paging *p,
                    struct exemption_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct value after[2];
	str key = resources_key(a, scope);
	size_t limit = page_limit(p);
	int code = page_read(p, a, "tt", after, e);

	if (code < 0)
		return code;
	query_add(&q,
	          "SELECT " COLUMNS
	          " FROM exemption x WHERE (x.resource = ? OR (x.resource > ? AND x.resource < ?))",
	          V_TEXT(key), V_TEXT(arena_concat(a, key, STR("/"))),
	          V_TEXT(arena_concat(a, key, STR("0"))));
	if (code)
		query_add(&q, " AND (x.name, x.resource) > (?, ?)", after[0], after[1]);
	query_add(&q, " ORDER BY x.name, x.resource LIMIT ?", V_INT((int64_t)limit + 1));
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct exemption *x = vec_push(a, out);
		if (x)
			*x = take_exemption(a, r);
	}
	if (code >= 0 && out->n > limit) {
		const struct exemption *last = &out->v[limit - 1];
		out->n = limit;
		out->next = page_cursor(
		        a, (const struct value[]){ V_TEXT(last->name), V_TEXT(last->resource) }, 2);
	}
	return take_end(a, code, e);
}

/* The resource, and every scope above it: at each slash before an even segment */
int exemptions_hold(struct db *d, struct arena *a, str resource, str assessment, int64_t now,
                    struct exemption *out, struct error *e)
{
	struct query q = QUERY(a);
	str key = resources_key(a, resource);

	query_add(&q,
	          "SELECT " COLUMNS
	          " FROM exemption x WHERE x.assessment = ? AND (x.expires_at IS NULL"
	          " OR x.expires_at > ?) AND x.resource IN (?",
	          V_TEXT(arena_lower(a, assessment)), V_INT(now), V_TEXT(key));
	for (size_t i = key.n; i > 1; i--)
		if (key.p[i - 1] == '/')
			query_add(&q, ", ?", V_TEXT(str_upto(key, i - 1)));
	query_add(&q, ") ORDER BY x.name LIMIT 1");
	return take_only(&q, d, a, out, e);
}
