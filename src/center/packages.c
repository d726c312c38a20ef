#include "center/packages.h"
#include "center/rowtake.h"

enum { LIMIT_USUAL = 1000 };

#define PACKAGE                                                                           \
	"k.id, k.type, k.name, k.version, k.arch, k.source, k.source_version, k.module, " \
	"k.license, k.traits"
enum { PACKAGE_END = 10 };

static struct package take_package(struct arena *a, struct rows *r)
{
	int64_t type = rows_int(r, 1);

	return (struct package){
		.type = type >= 0 && type < PACKAGE_TYPE_COUNT ? (enum package_type)type
		                                               : PACKAGE_GENERIC,
		.name = take_text(a, r, 2),
		.version = take_text(a, r, 3),
		.arch = take_text(a, r, 4),
		.source = take_text(a, r, 5),
		.source_version = take_text(a, r, 6),
		.module = take_text(a, r, 7),
		.license = take_text(a, r, 8),
		.traits = (unsigned)rows_int(r, 9),
	};
}

/* --- for matching --- */

static void add_keys(struct query *q, const struct package_ask *x)
{
	for (int owned = 0; owned < 2; owned++) {
		query_add(
		        q,
		        owned ? " OR k.owner_id IN (SELECT package_id FROM watch WHERE watched IN ("
		              : " AND (k.id IN (SELECT package_id FROM watch WHERE watched IN (");
		for (size_t i = 0; i < x->keys_n; i++)
			query_add(q, i ? ", ?" : "?", V_TEXT(x->keys[i]));
		query_add(q, "))");
	}
	query_add(q, ")");
}

int packages_next(struct db *d, struct arena *a, const struct package_ask *x,
                  struct stored_package_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q,
	          "SELECT " PACKAGE
	          ", COALESCE(o.name, ''), k.distribution_id, k.owner_id, k.generation_id, k.gap"
	          " FROM package k LEFT JOIN package o ON o.id = k.owner_id WHERE k.id > ?",
	          V_INT(x->after_id));
	if (x->unmatched)
		query_add(&q, " AND k.generation_id IS NULL");
	if (x->before)
		query_add(&q, " AND (k.generation_id IS NULL OR k.generation_id < ?)",
		          V_INT(x->before));
	if (x->distribution_id)
		query_add(&q, " AND k.distribution_id = ?", V_INT(x->distribution_id));
	if (x->keys_n)
		add_keys(&q, x);
	if (x->ids_n) {
		query_add(&q, " AND k.id IN ");
		query_ids(&q, x->ids, x->ids_n);
	}
	query_add(&q, " ORDER BY k.id LIMIT ?", V_INT(x->limit ? (int64_t)x->limit : LIMIT_USUAL));
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct stored_package *p = vec_push(a, out);
		if (!p)
			break;
		*p = (struct stored_package){ .id = rows_int(r, 0),
			                      .package = take_package(a, r),
			                      .distribution_id = rows_int(r, PACKAGE_END + 1),
			                      .owner_id = rows_int(r, PACKAGE_END + 2),
			                      .generation_id = rows_int(r, PACKAGE_END + 3),
			                      .gap = take_text(a, r, PACKAGE_END + 4) };
		p->package.owner = take_text(a, r, PACKAGE_END);
	}
	return take_end(a, code, e);
}

int packages_count_unmatched(struct db *d, int64_t *count, struct error *e)
{
	int code = db_int(d, e, count, "SELECT count(*) FROM package WHERE generation_id IS NULL");

	return MIN(code, 0);
}

int packages_distribution(struct db *d, struct arena *a, int64_t id, struct distribution *out,
                          struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT id, os_id, id_like, version_id, codename, name, path, ecosystem"
	                  " FROM distribution WHERE id = $1",
	                  V_INT(id));

	if (code < 0 || (code = rows_next(r, e)) <= 0)
		return code;
	*out = (struct distribution){ rows_int(r, 0),
		                      { take_text(a, r, 1), take_text(a, r, 2), take_text(a, r, 3),
		                        take_text(a, r, 4), take_text(a, r, 5), take_text(a, r, 6),
		                        take_text(a, r, 7) } };
	return take_end(a, 1, e);
}

/* --- for people --- */

static void add_filter(struct query *q, const struct package_filter *f)
{
	bool begins = str_ends(f->name, STR("*"));
	str name = str_upto(f->name, f->name.n - begins);

	if (f->package_id)
		query_add(q, " AND k.id = ?", V_INT(f->package_id));
	if (begins &&
	    name.n) { /* bytewise, as the index is: up to what sorts behind all that begin so */
		query_add(q, " AND k.name >= ? AND k.name < ?", V_TEXT(name),
		          V_TEXT(arena_concat(q->a, name, STR("\xf4\x8f\xbf\xbf"))));
	} else if (!begins && name.n) {
		query_add(q, " AND k.name = ?", V_TEXT(name));
	}
	if (f->version.n)
		query_add(q, " AND k.version = ?", V_TEXT(f->version));
	if (f->type >= 0)
		query_add(q, " AND k.type = ?", V_INT(f->type));
}

/* Where images are that hold a part; m, i, p as in the list's SQL */
static void add_image_of(struct query *q, const struct sight *s)
{
	query_add(q, " FROM part_package pp CROSS JOIN manifest_part mp CROSS JOIN image i CROSS "
	             "JOIN repository p"
	             " WHERE pp.package_id = k.id AND mp.part_id = pp.part_id AND i.manifest_id = "
	             "mp.manifest_id"
	             " AND i.deleted_at IS NULL AND p.id = i.repository_id");
	sight_registries(q, s, "p.registry_id");
}

static void start(struct query *q, const struct sight *s, const struct package_filter *f)
{
	query_add(q, "SELECT " PACKAGE ", COALESCE(x.ecosystem, ''), k.gap,"
	             " (SELECT count(*) FROM matched c WHERE c.package_id = k.id"
	             " AND c.until_gen = 9223372036854775807 AND c.hidden = 0 AND c.state < 2), ");
	if (f->image_id) {
		query_add(q,
		          "pp.paths, mp.layer FROM image i CROSS JOIN repository p CROSS JOIN "
		          "manifest_part mp"
		          " CROSS JOIN part_package pp CROSS JOIN package k"
		          " LEFT JOIN distribution x ON x.id = k.distribution_id WHERE i.id = ?"
		          " AND p.id = i.repository_id AND mp.manifest_id = i.manifest_id AND "
		          "pp.part_id = mp.part_id"
		          " AND pp.again = 0 AND k.id = pp.package_id",
		          V_INT(f->image_id));
		sight_registries(q, s, "p.registry_id");
	} else {
		query_add(
		        q,
		        "'', 0 FROM package k LEFT JOIN distribution x ON x.id = k.distribution_id"
		        " WHERE EXISTS (SELECT 1");
		add_image_of(q, s);
		query_add(q, ")");
	}
}

static int count_images(struct db *d, struct arena *a, const struct sight *s, struct package_row *x,
                        struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q,
	          "SELECT count(DISTINCT i.id) FROM package k CROSS JOIN part_package pp CROSS "
	          "JOIN manifest_part mp"
	          " CROSS JOIN image i CROSS JOIN repository p"
	          " WHERE k.id = ? AND pp.package_id = k.id AND mp.part_id = pp.part_id"
	          " AND i.manifest_id = mp.manifest_id AND i.deleted_at IS NULL AND p.id = "
	          "i.repository_id",
	          V_INT(x->id));
	sight_registries(&q, s, "p.registry_id");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	if (code >= 0 && (code = rows_next(r, e)) > 0)
		x->images = rows_int(r, 0);
	return MIN(code, 0);
}

static int take_rows(struct query *q, struct db *d, struct arena *a, struct package_row_list *out,
                     struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct package_row *x = vec_push(a, out);
		if (x)
			*x = (struct package_row){ .id = rows_int(r, 0),
				                   .package = take_package(a, r),
				                   .distribution = take_text(a, r, PACKAGE_END),
				                   .gap = take_text(a, r, PACKAGE_END + 1),
				                   .counted = rows_int(r, PACKAGE_END + 2),
				                   .paths = take_text(a, r, PACKAGE_END + 3),
				                   .layer = rows_int(r, PACKAGE_END + 4) };
	}
	return take_end(a, code, e);
}

int packages_list(struct db *d, struct arena *a, const struct sight *s,
                  const struct package_filter *f, const struct paging *p,
                  struct package_row_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct value after[3];
	size_t limit = page_limit(p);
	int code = page_read(p, a, "tti", after, e);

	if (code < 0)
		return code;
	start(&q, s, f);
	add_filter(&q, f);
	if (code)
		query_add(&q, " AND (k.name, k.version, k.id) > (?, ?, ?)", after[0], after[1],
		          after[2]);
	query_add(&q, " ORDER BY k.name, k.version, k.id LIMIT ?", V_INT((int64_t)limit + 1));
	code = take_rows(&q, d, a, out, e);
	if (code >= 0 && out->n > limit) {
		const struct package_row *last = &out->v[limit - 1];
		out->n = limit;
		out->next = page_cursor(a,
		                        (const struct value[]){ V_TEXT(last->package.name),
		                                                V_TEXT(last->package.version),
		                                                V_INT(last->id) },
		                        3);
	}
	for (size_t i = 0; i < out->n && code >= 0 && !f->image_id; i++)
		code = count_images(d, a, s, &out->v[i], e);
	return code;
}
