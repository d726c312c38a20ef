#include "center/images.h"
#include "center/registries.h"
#include "center/rowtake.h"

static int changed(int64_t n)
{
	return n < 0 ? (int)n : n > 0;
}

int images_use_repository(struct db *d, int64_t registry_id, str name, int64_t at, int64_t *id,
                          struct error *e)
{
	int64_t n;
	int code =
	        db_int(d, e, id,
	               "INSERT INTO repository (registry_id, name, first_seen) VALUES ($1, $2, $3)"
	               " ON CONFLICT (registry_id, name) DO NOTHING RETURNING id",
	               V_INT(registry_id), V_TEXT(name), V_INT(at));

	if (code)
		return code < 0 ? code : 0;
	code = db_int(d, e, id, "SELECT id FROM repository WHERE registry_id = $1 AND name = $2",
	              V_INT(registry_id), V_TEXT(name));
	if (code <= 0)
		return code < 0 ? code : error_set(e, ERR_CONFLICT, "the repository came and went");
	n = db_run(d, e,
	           "UPDATE repository SET deleted_at = NULL WHERE id = $1 AND deleted_at <= $2",
	           V_INT(*id), V_INT(at));
	return n < 0 ? (int)n : 0;
}

/* --- tags --- */

struct tag_today {
	bool any, open;
	int64_t since_at, moved_at, manifest_id; /* moved: its last change, whatever it was */
};

static int find_tag(struct db *d, int64_t repository_id, str name, struct tag_today *out,
                    struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT since_at, until_at, manifest_id FROM tag WHERE repository_id = "
	                  "$1 AND name = $2"
	                  " ORDER BY since_at DESC LIMIT 1",
	                  V_INT(repository_id), V_TEXT(name));

	*out = (struct tag_today){ 0 };
	if (code >= 0 && (code = rows_next(r, e)) > 0)
		*out = (struct tag_today){ true, rows_null(r, 1), rows_int(r, 0),
			                   MAX(rows_int(r, 0), rows_int(r, 1)), rows_int(r, 2) };
	return code < 0 ? code : 0;
}

static int set_tag(struct db *d, const struct image_push *p, bool *moved, struct error *e)
{
	struct tag_today t;
	int64_t n;
	int code = find_tag(d, p->repository_id, p->tag, &t, e);

	if (code < 0 || (t.open && t.manifest_id == p->manifest_id) ||
	    (t.any && p->at < t.moved_at))
		return code;
	n = db_run(d, e,
	           "UPDATE tag SET until_at = $3 WHERE repository_id = $1 AND name = $2 AND "
	           "until_at IS NULL",
	           V_INT(p->repository_id), V_TEXT(p->tag), V_INT(p->at));
	if (n >= 0) /* twice within a second: the later one was it */
		n = db_run(d, e,
		           "INSERT INTO tag (repository_id, name, since_at, manifest_id) VALUES "
		           "($1, $2, $3, $4)"
		           " ON CONFLICT (repository_id, name, since_at)"
		           " DO UPDATE SET until_at = NULL, manifest_id = excluded.manifest_id",
		           V_INT(p->repository_id), V_TEXT(p->tag), V_INT(p->at),
		           V_INT(p->manifest_id));
	*moved = n >= 0;
	return n < 0 ? (int)n : 0;
}

/* --- images --- */

/* Whoever changes what a repository has waits here for the others. */
static int lock(struct db *d, int64_t repository_id, struct error *e)
{
	int64_t id;
	int code = db_int(d, e, &id, "SELECT id FROM repository WHERE id = $1 {for update}",
	                  V_INT(repository_id));

	return code < 0 ? code
	       : code   ? 0
	                : error_set(e, ERR_NOTFOUND, "there is no such repository");
}

int images_push(struct db *d, const struct image_push *p, int64_t *image_id, bool *moved,
                struct error *e)
{
	bool tag_moved = false;
	int code = lock(d, p->repository_id, e);

	if (code >= 0)
		code = db_int(
		        d, e, image_id,
		        "INSERT INTO image (registry_id, repository_id, manifest_id, first_seen, "
		        "pushed_at)"
		        " VALUES ((SELECT registry_id FROM repository WHERE id = $1), $1, $2, $3, "
		        "$4) ON CONFLICT (repository_id, manifest_id) DO "
		        "UPDATE SET"
		        " pushed_at = CASE WHEN image.pushed_at IS NULL OR excluded.pushed_at > "
		        "image.pushed_at"
		        "  THEN excluded.pushed_at ELSE image.pushed_at END,"
		        " first_seen = CASE WHEN excluded.first_seen < image.first_seen"
		        "  THEN excluded.first_seen ELSE image.first_seen END,"
		        " deleted_at = CASE WHEN image.deleted_at <= excluded.first_seen"
		        "  THEN NULL ELSE image.deleted_at END RETURNING id",
		        V_INT(p->repository_id), V_INT(p->manifest_id), V_INT(p->at),
		        p->pushed ? V_INT(p->at) : V_NULL);
	if (code >= 0 && p->tag.n)
		code = set_tag(d, p, &tag_moved, e);
	if (code >= 0 && moved)
		*moved = tag_moved;
	return code < 0 ? code : 0;
}

int images_pull(struct db *d, int64_t repository_id, int64_t manifest_id, int64_t at,
                struct error *e)
{
	int64_t id;
	int code = db_int(d, e, &id,
	                  "SELECT id FROM image WHERE repository_id = $1 AND manifest_id = $2",
	                  V_INT(repository_id), V_INT(manifest_id));
	int64_t n;

	if (code <= 0)
		return code;
	n = db_run(d, e,
	           "UPDATE image SET pulled_at = $2 WHERE id = $1 AND (pulled_at IS NULL OR "
	           "pulled_at < $2)",
	           V_INT(id), V_INT(at));
	return n < 0 ? (int)n : 1;
}

int images_untag(struct db *d, int64_t repository_id, str tag, int64_t at, struct error *e)
{
	return changed(db_run(d, e,
	                      "UPDATE tag SET until_at = $3 WHERE repository_id = $1 AND name = $2"
	                      " AND until_at IS NULL AND since_at <= $3",
	                      V_INT(repository_id), V_TEXT(tag), V_INT(at)));
}

int images_remove(struct db *d, int64_t repository_id, int64_t manifest_id, int64_t at,
                  struct error *e)
{
	int64_t n;
	int code = lock(d, repository_id, e);

	if (code < 0)
		return code;
	n = db_run(d, e,
	           "UPDATE image SET deleted_at = $3 WHERE repository_id = $1 AND manifest_id = $2"
	           " AND deleted_at IS NULL AND first_seen <= $3 AND COALESCE(pushed_at, 0) <= $3",
	           V_INT(repository_id), V_INT(manifest_id), V_INT(at));
	if (n > 0) {
		int64_t tags = db_run(
		        d, e,
		        "UPDATE tag SET until_at = CASE WHEN since_at > $3 THEN since_at ELSE $3 "
		        "END"
		        " WHERE repository_id = $1 AND manifest_id = $2 AND until_at IS NULL",
		        V_INT(repository_id), V_INT(manifest_id), V_INT(at));
		n = tags < 0 ? tags : n;
	}
	return changed(n);
}

int images_remove_repository(struct db *d, int64_t repository_id, int64_t at, struct error *e)
{
	static const char *const closing[] = {
		"UPDATE tag SET until_at = $2 WHERE repository_id = $1 AND until_at IS NULL AND "
		"since_at <= $2",
		"UPDATE image SET deleted_at = $2 WHERE repository_id = $1 AND deleted_at IS NULL"
		" AND first_seen <= $2 AND COALESCE(pushed_at, 0) <= $2",
		"UPDATE repository SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL AND "
		"NOT EXISTS"
		" (SELECT 1 FROM image i WHERE i.repository_id = $1 AND i.deleted_at IS NULL)",
	};
	int64_t n = lock(d, repository_id, e);

	for (size_t i = 0; i < LEN(closing) && n >= 0; i++)
		n = db_run(d, e, closing[i], V_INT(repository_id), V_INT(at));
	return changed(n);
}

int images_set_children(struct db *d, int64_t parent_id, const struct image_child *v, size_t n,
                        struct error *e)
{
	int64_t done =
	        db_run(d, e, "DELETE FROM manifest_child WHERE parent_id = $1", V_INT(parent_id));

	for (size_t i = 0; i < n && done >= 0; i++)
		done = db_run(d, e,
		              "INSERT INTO manifest_child (parent_id, child_id, platform) VALUES "
		              "($1, $2, $3)"
		              " ON CONFLICT (parent_id, child_id) DO NOTHING",
		              V_INT(parent_id), V_INT(v[i].manifest_id), V_TEXT(v[i].platform));
	return done < 0 ? (int)done : 0;
}

/* --- triggers --- */

/* Of what is due by a column of its own: one row a manifest and registry, the image that says so
 * first. */
static int ask_due(struct db *d, struct arena *a, struct query *q, int64_t cut, size_t limit,
                   struct image_due_list *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(
	        q,
	        " SELECT x.image_id, m.id, p.registry_id, p.id, m.digest, p.name, m.state, x.at,"
	        " CASE WHEN COALESCE(m.assessed_at, 0) > COALESCE(m.scanned_at, 0) THEN "
	        "COALESCE(m.assessed_at, 0)"
	        "  ELSE COALESCE(m.scanned_at, 0) END"
	        " FROM due x CROSS JOIN image i CROSS JOIN repository p CROSS JOIN manifest m"
	        " WHERE i.id = x.image_id AND p.id = i.repository_id AND m.id = i.manifest_id AND ("
	        "(m.state = 'scanned' AND m.kind <> 'index' AND COALESCE(m.scanned_at, 0) <= ?"
	        " AND COALESCE(m.assessed_at, 0) <= ?"
	        " AND COALESCE((SELECT max(g.matched_at) FROM generation g), 0) <= ?)"
	        " OR (m.state = 'failed' AND COALESCE(m.tried_at, 0) <= ?)) ORDER BY 9, 1 LIMIT ?",
	        V_INT(cut), V_INT(cut), V_INT(cut), V_INT(cut), V_INT((int64_t)limit));
	code = query_ask(q, d, &r, e);
	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct image_due *x = vec_push(a, out);
		if (x)
			*x = (struct image_due){ rows_int(r, 0),
				                 rows_int(r, 1),
				                 rows_int(r, 2),
				                 rows_int(r, 3),
				                 take_text(a, r, 4),
				                 take_text(a, r, 5),
				                 str_eq(rows_text(r, 6), STR("scanned")),
				                 rows_int(r, 7),
				                 rows_int(r, 8) };
	}
	return take_end(a, code, e);
}

int images_due_pulled(struct db *d, struct arena *a, int64_t now, int64_t within_s, int64_t every_s,
                      size_t limit, struct image_due_list *out, struct error *e)
{
	struct query q = QUERY(a);

	query_add(&q,
	          "WITH due AS (SELECT min(i.id) AS image_id, max(i.pulled_at) AS at FROM image i"
	          " JOIN repository p ON p.id = i.repository_id JOIN registry r ON r.id = "
	          "p.registry_id"
	          " WHERE i.pulled_at >= ? AND i.deleted_at IS NULL AND r.deleted_at IS NULL"
	          " AND (r.triggers & ?) <> 0 GROUP BY i.manifest_id + 0, p.registry_id)",
	          V_INT(now - within_s), V_INT(TRIGGER_PULLED));
	return ask_due(d, a, &q, now - every_s, limit, out, e);
}

int images_due_running(struct db *d, struct arena *a, int64_t now, int64_t every_s, size_t limit,
                       struct image_due_list *out, struct error *e)
{
	struct query q = QUERY(a);

	query_add(&q,
	          "WITH due AS (SELECT min(i.id) AS image_id, max(u.last_seen) AS at FROM running u"
	          " JOIN image i ON i.manifest_id = u.manifest_id"
	          " JOIN repository p ON p.id = i.repository_id JOIN registry r ON r.id = "
	          "p.registry_id"
	          " WHERE u.ended_at IS NULL AND i.deleted_at IS NULL AND r.deleted_at IS NULL"
	          " AND (r.triggers & ?) <> 0 GROUP BY i.manifest_id + 0, p.registry_id)",
	          V_INT(TRIGGER_RUNNING));
	return ask_due(d, a, &q, now - every_s, limit, out, e);
}
