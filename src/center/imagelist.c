#include "center/imagelist.h"
#include "center/rowtake.h"
#include "center/tallies.h"

/* --- which images --- */

static void add_set(struct query *q, unsigned set, unsigned count)
{
	bool any = false;

	query_add(q, "(");
	for (unsigned i = 0; i < count; i++)
		if (set >> i & 1) {
			query_add(q, any ? ", ?" : "?", V_INT(i));
			any = true;
		}
	query_add(q, any ? ")" : "NULL)");
}

static void add_severities(struct query *q, unsigned set)
{
	static const char *const columns[SEVERITY_COUNT] = { "st.unknown", "st.negligible",
		                                             "st.low",     "st.medium",
		                                             "st.high",    "st.critical" };

	query_add(q, " AND EXISTS (SELECT 1 FROM manifest_part sp CROSS JOIN part st"
	             " WHERE sp.manifest_id = i.manifest_id AND st.id = sp.part_id AND 0");
	for (unsigned i = 0; i < SEVERITY_COUNT; i++)
		if (set >> i & 1) {
			query_add(q, " + ");
			query_add(q, columns[i]);
		}
	query_add(q, " > 0)");
}

static void add_presence(struct query *q, const struct image_filter *f)
{
	if (f->at)
		query_add(q,
		          " AND i.first_seen <= ? AND (i.deleted_at IS NULL OR i.deleted_at > ?)",
		          V_INT(f->at), V_INT(f->at));
	else if (!f->deleted)
		query_add(q, " AND i.deleted_at IS NULL");
}

#define TAG_OF(manifest)                                                                         \
	"EXISTS (SELECT 1 FROM tag t WHERE t.repository_id = i.repository_id AND t.manifest_id " \
	"= " manifest " AND t.until_at IS NULL"
#define TAG_OF_INDEX                                                                              \
	"EXISTS (SELECT 1 FROM manifest_child h JOIN tag t ON t.manifest_id = h.parent_id"        \
	" WHERE h.child_id = i.manifest_id AND t.repository_id = i.repository_id AND t.until_at " \
	"IS NULL"

/* A tag that points at an index points at its images. */
static void add_tags(struct query *q, const struct image_filter *f)
{
	if (f->tag.n)
		query_add(q,
		          " AND (" TAG_OF("i.manifest_id") " AND t.name = ?) OR " TAG_OF_INDEX
		                                           " AND t.name = ?))",
		          V_TEXT(f->tag), V_TEXT(f->tag));
	if (f->untagged)
		query_add(q, " AND NOT " TAG_OF("i.manifest_id") ") AND NOT " TAG_OF_INDEX ")");
}

static void add_filter(struct query *q, const struct sight *s, const struct image_filter *f)
{
	add_presence(q, f);
	sight_registries(q, s, "i.registry_id");
	if (f->image_id)
		query_add(q, " AND i.id = ?", V_INT(f->image_id));
	if (f->registry_id)
		query_add(q, " AND i.registry_id = ?", V_INT(f->registry_id));
	if (f->repository_id)
		query_add(q, " AND i.repository_id = ?", V_INT(f->repository_id));
	if (f->subscription.n)
		query_add(
		        q,
		        " AND i.registry_id IN (SELECT id FROM registry WHERE subscription_id = ?)",
		        V_TEXT(arena_lower(q->a, f->subscription)));
	if (f->repository.n)
		query_add(q, " AND i.repository_id IN (SELECT id FROM repository WHERE name = ?)",
		          V_TEXT(f->repository));
	if (f->digest.n)
		query_add(q, " AND i.manifest_id IN (SELECT id FROM manifest WHERE digest = ?)",
		          V_TEXT(f->digest));
	add_tags(q, f);
	if (!f->indexes)
		query_add(q, " AND m.kind <> 'index'");
	if (f->states) {
		query_add(q, " AND m.kind <> 'index' AND ");
		query_add(q, image_state_sql);
		query_add(q, " IN ");
		add_set(q, f->states, IMAGE_STATE_COUNT);
	}
	if (f->severities)
		add_severities(q, f->severities);
	if (f->running || f->running_in)
		query_add(q,
		          " AND EXISTS (SELECT 1 FROM running u WHERE u.manifest_id = i.manifest_id"
		          " AND u.ended_at IS NULL AND (? = 0 OR u.place_id = ?))",
		          V_INT(f->running_in), V_INT(f->running_in));
	if (f->pulled_since)
		query_add(q, " AND i.pulled_at >= ?", V_INT(f->pulled_since));
	if (f->pushed_since)
		query_add(q, " AND i.pushed_at >= ?", V_INT(f->pushed_since));
}

#define FROM_IMAGES                                                                               \
	" FROM image i CROSS JOIN manifest m LEFT JOIN profile pf ON pf.id = m.profile_id WHERE " \
	"m.id = i.manifest_id"

/* The gravest first: as a number, with four digits for each severity */
#define RANK                                                                                    \
	"COALESCE((SELECT sum(st.critical * 1000000000000 + st.high * 100000000 + st.medium * " \
	"10000 + st.low)"                                                                       \
	" FROM manifest_part sp CROSS JOIN part st WHERE sp.manifest_id = i.manifest_id AND "   \
	"st.id = sp.part_id), 0)"

struct order {
	const char *key, *kinds, *after, *by;
};
static const struct order orders[] = {
	[IMAGES_BY_ID] = { "0", "i", " AND i.id > ?", " ORDER BY i.id LIMIT ?" },
	[IMAGES_BY_PUSH] = { "COALESCE(i.pushed_at, i.first_seen)", "ii",
	                     " AND (COALESCE(i.pushed_at, i.first_seen) < ? OR "
	                     "(COALESCE(i.pushed_at, i.first_seen) = ?"
	                     " AND i.id > ?))",
	                     " ORDER BY 2 DESC, 1 LIMIT ?" },
	[IMAGES_BY_SEVERITY] = { RANK, "ii", " AND (" RANK " < ? OR (" RANK " = ? AND i.id > ?))",
	                         " ORDER BY 2 DESC, 1 LIMIT ?" },
};

struct found {
	int64_t *ids, *keys;
	size_t n;
	bool more;
};

/* keys: the order's (where it has one), id */
static int find(struct db *d, struct arena *a, const struct sight *s, const struct image_filter *f,
                const struct paging *p, struct found *out, struct error *e)
{
	const struct order *o = &orders[f->order];
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct value after[2];
	size_t limit = page_limit(p);
	int code = page_read(p, a, o->kinds, after, e);

	*out = (struct found){ arena_many(a, limit, int64_t), arena_many(a, limit, int64_t), 0,
		               false };
	if (code < 0 || a->failed)
		return take_end(a, code, e);
	query_add(&q, "SELECT i.id, ");
	query_add(&q, o->key);
	query_add(&q, FROM_IMAGES);
	add_filter(&q, s, f);
	if (code && f->order == IMAGES_BY_ID)
		query_add(&q, o->after, after[0]);
	else if (code)
		query_add(&q, o->after, after[0], after[0], after[1]);
	query_add(&q, o->by, V_INT((int64_t)limit + 1));
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		out->more = out->n == limit;
		if (out->more)
			break;
		out->ids[out->n] = rows_int(r, 0);
		out->keys[out->n++] = rows_int(r, 1);
	}
	return take_end(a, code, e) < 0 ? e->code : 0;
}

int imagelist_images(struct db *d, struct arena *a, const struct sight *s,
                     const struct image_filter *f, const struct paging *p, struct image_list *out,
                     struct error *e)
{
	struct found x;
	int code = find(d, a, s, f, p, &x, e);

	if (code < 0)
		return code;
	out->v = arena_many(a, x.n, struct image_row);
	out->n = out->room = out->v ? x.n : 0;
	if (x.more) {
		const struct value keys[] = { V_INT(x.keys[x.n - 1]), V_INT(x.ids[x.n - 1]) };
		bool plain = f->order == IMAGES_BY_ID;
		out->next = page_cursor(a, keys + plain, 2 - plain);
	}
	code = imagerows_load(d, a, x.ids, out->n, f->at, true, out->v, e);
	return take_end(a, code, e);
}

/* --- one image --- */

static int take_details(struct db *d, struct arena *a, int64_t manifest_id,
                        struct image_details *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT m.layers, m.about, m.gaps, COALESCE(pf.gaps, '[]'), "
	                  "m.config_digest, m.scanner,"
	                  " COALESCE(pf.eol_at, ''), pf.eol_ended, m.state_why FROM manifest m"
	                  " LEFT JOIN profile pf ON pf.id = m.profile_id WHERE m.id = $1",
	                  V_INT(manifest_id));

	if (code < 0 || (code = rows_next(r, e)) <= 0)
		return code;
	*out = (struct image_details){ .layers = take_text(a, r, 0),
		                       .about = take_text(a, r, 1),
		                       .gaps = take_text(a, r, 2),
		                       .profile_gaps = take_text(a, r, 3),
		                       .config_digest = take_text(a, r, 4),
		                       .scanner = take_text(a, r, 5),
		                       .eol_at = take_text(a, r, 6),
		                       .eol_ended = rows_int(r, 7) != 0,
		                       .state_why = take_text(a, r, 8) };
	return take_end(a, 1, e);
}

static int only(struct db *d, struct arena *a, const struct sight *s, const struct image_filter *f,
                struct image_row *out, struct error *e)
{
	struct image_list found = { 0 };
	int code = imagelist_images(d, a, s, f, &(struct paging){ .limit = 1 }, &found, e);

	if (code >= 0 && found.n)
		*out = found.v[0];
	return code < 0 ? code : found.n > 0;
}

int imagelist_image(struct db *d, struct arena *a, const struct sight *s, int64_t image_id,
                    struct image_row *out, struct image_details *more, struct error *e)
{
	int code = image_id <= 0
	                   ? 0
	                   : only(d, a, s,
	                          &(struct image_filter){
	                                  .image_id = image_id, .indexes = true, .deleted = true },
	                          out, e);

	return code > 0 && more ? take_details(d, a, out->manifest_id, more, e) : code;
}

int imagelist_find(struct db *d, struct arena *a, const struct sight *s, int64_t registry_id,
                   str repository, str digest, struct image_row *out, struct error *e)
{
	return only(d, a, s,
	            &(struct image_filter){ .registry_id = registry_id,
	                                    .repository = repository,
	                                    .digest = digest,
	                                    .indexes = true },
	            out, e);
}

int imagelist_children(struct db *d, struct arena *a, const struct sight *s, int64_t image_id,
                       struct image_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct {
		int64_t *v;
		size_t n, room;
	} ids = { 0 };
	int code;

	query_add(&q,
	          "SELECT i.id FROM image x JOIN manifest_child h ON h.parent_id = x.manifest_id"
	          " JOIN image i ON i.manifest_id = h.child_id AND i.repository_id = "
	          "x.repository_id WHERE x.id = ?",
	          V_INT(image_id));
	sight_registries(&q, s, "i.registry_id");
	query_add(&q, " ORDER BY h.platform, i.id LIMIT ?", V_INT(PAGE_MOST));
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		vec_add(a, &ids, rows_int(r, 0));
	if (code < 0 || a->failed)
		return take_end(a, code, e);
	out->v = arena_many(a, ids.n, struct image_row);
	out->n = out->room = out->v ? ids.n : 0;
	return take_end(a, imagerows_load(d, a, ids.v, out->n, 0, true, out->v, e), e);
}

/* --- tags --- */

int imagelist_tags(struct db *d, struct arena *a, const struct sight *s, int64_t repository_id,
                   bool history, const struct paging *p, struct tag_list *out, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	struct value after[2];
	size_t limit = page_limit(p);
	int code = page_read(p, a, "ti", after, e);

	if (code < 0)
		return code;
	query_add(&q,
	          "SELECT t.repository_id, t.manifest_id, i.id, r.name, p.name, t.name, m.digest, "
	          "m.kind, t.since_at,"
	          " t.until_at FROM tag t JOIN repository p ON p.id = t.repository_id"
	          " JOIN registry r ON r.id = p.registry_id JOIN manifest m ON m.id = t.manifest_id"
	          " LEFT JOIN image i ON i.repository_id = t.repository_id AND i.manifest_id = "
	          "t.manifest_id"
	          " WHERE t.repository_id = ?",
	          V_INT(repository_id));
	sight_registries(&q, s, "p.registry_id");
	if (!history)
		query_add(&q, " AND t.until_at IS NULL");
	if (code)
		query_add(&q, " AND (t.name, t.since_at) > (?, ?)", after[0], after[1]);
	query_add(&q, " ORDER BY t.name, t.since_at LIMIT ?", V_INT((int64_t)limit + 1));
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct tag_row *x = vec_push(a, out);
		if (x)
			*x = (struct tag_row){ .repository_id = rows_int(r, 0),
				               .manifest_id = rows_int(r, 1),
				               .image_id = rows_int(r, 2),
				               .registry = take_text(a, r, 3),
				               .repository = take_text(a, r, 4),
				               .name = take_text(a, r, 5),
				               .digest = take_text(a, r, 6),
				               .kind = take_text(a, r, 7),
				               .since_at = rows_int(r, 8),
				               .until_at = rows_int(r, 9) };
	}
	if (code >= 0 && out->n > limit) {
		out->n = limit;
		out->next = page_cursor(a,
		                        (const struct value[]){ V_TEXT(out->v[limit - 1].name),
		                                                V_INT(out->v[limit - 1].since_at) },
		                        2);
	}
	return take_end(a, code, e);
}

/* --- sums --- */

int imagelist_sum(struct db *d, struct arena *a, const struct sight *s,
                  const struct image_filter *f, int64_t states[IMAGE_STATE_COUNT],
                  struct tally *tally, struct error *e)
{
	struct query q = QUERY(a);
	struct rows *r cleanup(rows_cleanup) = NULL, *sums cleanup(rows_cleanup) = NULL;
	int code;

	memset(states, 0, IMAGE_STATE_COUNT * sizeof *states);
	*tally = (struct tally){ 0 };
	query_add(&q, "SELECT ");
	query_add(&q, image_state_sql);
	query_add(&q, ", count(*)" FROM_IMAGES);
	add_filter(&q, s, f);
	query_add(&q, " GROUP BY 1");
	code = query_ask(&q, d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		if (rows_int(r, 0) >= 0 && rows_int(r, 0) < IMAGE_STATE_COUNT)
			states[rows_int(r, 0)] = rows_int(r, 1);
	if (code < 0)
		return code;
	q = QUERY(a);
	query_add(&q, "SELECT");
	query_add(&q, tallies_sum_sql);
	query_add(&q,
	          " FROM image i CROSS JOIN manifest m LEFT JOIN profile pf ON pf.id = m.profile_id"
	          " CROSS JOIN manifest_part mp CROSS JOIN part p"
	          " WHERE m.id = i.manifest_id AND mp.manifest_id = i.manifest_id AND p.id = "
	          "mp.part_id");
	add_filter(&q, s, f);
	code = query_ask(&q, d, &sums, e);
	query_done(&q);
	if (code >= 0 && (code = rows_next(sums, e)) > 0)
		*tally = tallies_take(sums, 0);
	return take_end(a, MIN(code, 0), e);
}
