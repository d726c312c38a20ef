#include "center/census.h"

static int read_rows(struct rows *rows, struct arena *a, struct census *out, struct error *e)
{
	int r;

	*out = (struct census){ 0 };
	while ((r = rows_next(rows, e)) == 1) {
		struct census_row row = { rows_int(rows, 0), arena_str(a, rows_text(rows, 1)),
			                  arena_str(a, rows_text(rows, 2)) };
		if (!vec_add(a, out, row))
			return error_set(e, ERR_LIMIT, "too many rows at a time");
	}
	return r;
}

int census_repositories(struct db *d, struct arena *a, int64_t registry_id, str after, size_t limit,
                        struct census *out, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT id, name, '' FROM repository WHERE registry_id = $1 AND name > $2 AND "
	        "deleted_at IS NULL ORDER BY name LIMIT $3",
	        V_INT(registry_id), V_TEXT(after), V_INT((int64_t)limit));

	return r < 0 ? r : read_rows(rows, a, out, e);
}

int census_repository(struct db *d, struct arena *a, int64_t registry_id, str name,
                      struct census_row *out, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	struct census found;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT id, name, '' FROM repository WHERE registry_id = $1 AND name = $2 AND "
	        "deleted_at IS NULL",
	        V_INT(registry_id), V_TEXT(name));

	r = r < 0 ? r : read_rows(rows, a, &found, e);
	if (r < 0 || !found.n)
		return r;
	*out = found.v[0];
	return 1;
}

int census_tags(struct db *d, struct arena *a, int64_t repository_id, str after, size_t limit,
                struct census *out, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT m.id, t.name, m.digest FROM tag t JOIN manifest m ON m.id = "
	        "t.manifest_id WHERE t.repository_id = $1 AND t.until_at IS NULL AND t.name > "
	        "$2 ORDER BY t.name LIMIT $3",
	        V_INT(repository_id), V_TEXT(after), V_INT((int64_t)limit));

	return r < 0 ? r : read_rows(rows, a, out, e);
}

int census_untagged(struct db *d, struct arena *a, int64_t repository_id, int64_t after,
                    size_t limit, struct census *out, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT i.id, '', m.digest FROM image i JOIN manifest m ON m.id = i.manifest_id "
	        "WHERE i.repository_id = $1 AND i.deleted_at IS NULL AND i.id > $2 AND NOT "
	        "EXISTS (SELECT 1 FROM tag t WHERE t.repository_id = i.repository_id AND "
	        "t.manifest_id = i.manifest_id AND t.until_at IS NULL) AND NOT EXISTS (SELECT 1 "
	        "FROM manifest_child c WHERE c.child_id = i.manifest_id) ORDER BY i.id LIMIT $3",
	        V_INT(repository_id), V_INT(after), V_INT((int64_t)limit));

	return r < 0 ? r : read_rows(rows, a, out, e);
}

int census_stands(struct db *d, int64_t repository_id, int64_t manifest_id, struct error *e)
{
	int64_t n;

	return db_int(d, e, &n,
	              "SELECT 1 FROM image WHERE repository_id = $1 AND manifest_id = $2 AND "
	              "deleted_at IS NULL",
	              V_INT(repository_id), V_INT(manifest_id));
}

int census_is_child(struct db *d, int64_t manifest_id, struct error *e)
{
	int64_t n = 0;
	int r = db_int(d, e, &n, "SELECT COUNT(*) FROM manifest_child WHERE child_id = $1",
	               V_INT(manifest_id));

	return r < 0 ? r : n > 0;
}

int census_unbilled(struct db *d, struct arena *a, int64_t before, size_t limit,
                    struct unbilled *out, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT g.id, g.subscription_id, p.name, m.digest FROM image i JOIN repository p "
	        "ON p.id = i.repository_id JOIN registry g ON g.id = p.registry_id JOIN manifest "
	        "m ON m.id = i.manifest_id WHERE i.deleted_at IS NULL AND g.deleted_at IS NULL "
	        "AND i.first_seen < $1 AND m.state = 'scanned' AND m.kind = 'image' AND NOT "
	        "EXISTS (SELECT 1 FROM manifest_child c WHERE c.child_id = m.id) AND NOT EXISTS "
	        "(SELECT 1 FROM ledger l WHERE l.subscription_id = g.subscription_id AND l.digest "
	        "= m.digest) ORDER BY i.id LIMIT $2",
	        V_INT(before), V_INT((int64_t)limit));

	*out = (struct unbilled){ 0 };
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		struct unbilled_row row = { rows_int(rows, 0), arena_str(a, rows_text(rows, 1)),
			                    arena_str(a, rows_text(rows, 2)),
			                    arena_str(a, rows_text(rows, 3)) };
		if (!vec_add(a, out, row))
			return error_set(e, ERR_LIMIT, "too many rows at a time");
	}
	return r;
}
