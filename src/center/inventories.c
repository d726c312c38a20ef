#include "center/inventories.h"
#include "base/jsonout.h"
#include "base/time.h"
#include "center/cut.h"
#include "center/rowtake.h"
#include "center/tallies.h"

enum { CHUNK = 200, ARENA_MOST = 256 << 20 };

struct storing {
	struct db *d;
	struct arena *a;
	const struct inventory_order *o;
	struct cut cut;
	struct inventory_stored *out;
	int64_t distribution_id;
};

/* --- what comes once and is there for ever --- */

/* The id that `find` gives, after `insert` where it gives none: whoever was first wrote it. */
static int use(struct db *d, const char *find, const struct value *key, size_t key_n,
               const char *insert, const struct value *v, size_t n, int64_t *id, struct error *e)
{
	int code = db_int_n(d, find, key, key_n, id, e);

	if (!code)
		code = db_int_n(d, insert, v, n, id, e);
	if (!code)
		code = db_int_n(d, find, key, key_n, id, e);
	return code < 0 ? code : code ? 0 : error_set(e, ERR_CONFLICT, "a row came and went");
}

static int use_distribution(struct storing *s, struct error *e)
{
	const struct distro *x = &s->o->report->distro;
	struct package_id id = cut_distribution(x);
	const struct value v[] = { V_BYTES(str_mem(id.bytes, sizeof id.bytes)),
		                   V_TEXT(x->id),
		                   V_TEXT(x->id_like),
		                   V_TEXT(x->version_id),
		                   V_TEXT(x->codename),
		                   V_TEXT(x->name),
		                   V_TEXT(x->path),
		                   V_TEXT(x->ecosystem) };

	return use(s->d, "SELECT id FROM distribution WHERE identity = $1", v, 1,
	           "INSERT INTO distribution (identity, os_id, id_like, version_id, codename, "
	           "name, path, ecosystem)"
	           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (identity) DO NOTHING "
	           "RETURNING id",
	           v, LEN(v), &s->distribution_id, e);
}

static int use_profile(struct storing *s, struct error *e)
{
	const struct value v[] = { V_INT(s->distribution_id), V_INT(s->cut.types) };

	return use(s->d, "SELECT id FROM profile WHERE distribution_id = $1 AND types = $2", v, 2,
	           "INSERT INTO profile (distribution_id, types) VALUES ($1, $2)"
	           " ON CONFLICT (distribution_id, types) DO NOTHING RETURNING id",
	           v, LEN(v), &s->out->profile_id, e);
}

/* --- packages of parts that are new --- */

struct wanted { /* by identity; one package may be wanted by several parts */
	struct package_id id;
	const struct package *package, *owner;
	const struct wanted *by; /* the owner's; NULL: nobody's */
	int64_t row;
	bool fresh; /* was not there when we looked */
};
struct wanted_list {
	struct wanted *v;
	size_t n, room;
};

static int compare_wanted(const void *x, const void *y)
{
	return memcmp(((const struct wanted *)x)->id.bytes, ((const struct wanted *)y)->id.bytes,
	              16);
}

static struct wanted *find_wanted(struct wanted_list *l, const struct package_id *id)
{
	struct wanted key = { .id = *id };

	return l->n ? bsearch(&key, l->v, l->n, sizeof *l->v, compare_wanted) : NULL;
}

static void unite(struct wanted_list *l)
{
	size_t kept = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof *l->v, compare_wanted);
	for (size_t i = 0; i < l->n; i++)
		if (!kept || compare_wanted(&l->v[kept - 1], &l->v[i]))
			l->v[kept++] = l->v[i];
	l->n = kept;
}

static void want_packages(struct storing *s, struct wanted_list *l)
{
	const struct distro *distro = &s->o->report->distro;

	for (size_t i = 0; i < s->cut.n; i++) {
		const struct cut_part *part = &s->cut.parts[i];
		for (size_t k = 0; k < part->n && !part->row; k++) {
			const struct cut_package *x = &part->packages[k];
			vec_add(s->a, l,
			        ((struct wanted){
			                .id = x->id, .package = x->package, .owner = x->owner }));
			if (x->owner)
				vec_add(s->a, l,
				        ((struct wanted){
				                .id = cut_identity(x->owner, distro, NULL),
				                .package = x->owner }));
		}
	}
	unite(l);
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].owner) {
			struct package_id id = cut_identity(l->v[i].owner, distro, NULL);
			l->v[i].by = find_wanted(l, &id);
		}
}

/* Looks up those without a row, some at a time */
static int look_up_some(struct storing *s, struct wanted_list *l, struct query *q, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, s->d, &r, e);

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct package_id id;
		str got = rows_text(r, 1);
		struct wanted *x;
		if (got.n != sizeof id.bytes)
			continue;
		memcpy(id.bytes, got.p, sizeof id.bytes);
		x = find_wanted(l, &id);
		if (x)
			x->row = rows_int(r, 0);
	}
	return code;
}

static int look_up(struct storing *s, struct wanted_list *l, struct error *e)
{
	size_t at = 0;
	int code = 0;

	while (at < l->n && code >= 0) {
		struct query q = QUERY(s->a);
		size_t some = 0;
		query_add(&q, "SELECT id, identity FROM package WHERE identity IN (");
		for (; at < l->n && some < CHUNK; at++)
			if (!l->v[at].row)
				query_add(&q, some++ ? ", ?" : "?",
				          V_BYTES(str_mem(l->v[at].id.bytes,
				                          sizeof l->v[at].id.bytes)));
		query_add(&q, ")");
		if (some)
			code = look_up_some(s, l, &q, e);
		query_done(&q);
	}
	return code;
}

enum { PACKAGE_COLUMNS = 12 };

/* One after the other by identity, so that two workers with the same packages do not wait for each
 * other in turn */
static int insert_packages(struct storing *s, struct wanted_list *l, bool owned, struct error *e)
{
	struct value *v = arena_many(s->a, l->n * PACKAGE_COLUMNS, struct value);
	size_t rows = 0;

	for (size_t i = 0; i < l->n && v; i++) {
		struct wanted *x = &l->v[i];
		const struct package *p = x->package;
		if (x->row || (x->by != NULL) != owned)
			continue;
		x->fresh = true;
		bool released = cut_is_os(p) || owned;
		const struct value row[PACKAGE_COLUMNS] = {
			V_BYTES(str_mem(x->id.bytes, sizeof x->id.bytes)),
			V_INT(p->type),
			V_TEXT(p->name),
			V_TEXT(p->version),
			V_TEXT(p->arch),
			V_TEXT(p->source),
			V_TEXT(p->source_version),
			V_TEXT(p->module),
			V_TEXT(p->license),
			V_INT(p->traits & PACKAGE_TRAITS),
			released ? V_INT(s->distribution_id) : V_NULL,
			owned ? V_INT(x->by->row) : V_NULL,
		};
		memcpy(v + rows++ * PACKAGE_COLUMNS, row, sizeof row);
	}
	if (!rows)
		return 0;
	int code = db_run_many(
	        s->d,
	        "INSERT INTO package (identity, type, name, version, arch, source, source_version,"
	        " module, license, traits, distribution_id, owner_id)"
	        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
	        " ON CONFLICT (identity) DO NOTHING",
	        v, PACKAGE_COLUMNS, rows, e);
	return code < 0 ? code : look_up(s, l, e);
}

struct watched {
	str key;
	int64_t package_id;
};

static int compare_watched(const void *x, const void *y)
{
	const struct watched *a = x, *b = y;
	int c = str_cmp(a->key, b->key);

	return c ? c : (a->package_id > b->package_id) - (a->package_id < b->package_id);
}

static int insert_watches(struct storing *s, const struct wanted_list *l, struct error *e)
{
	struct {
		struct watched *v;
		size_t n, room;
	} all = { 0 };

	for (size_t i = 0; i < l->n && s->o->keys; i++) {
		struct watch_keys keys = { 0 };
		if (!l->v[i].fresh)
			continue;
		int code = s->o->keys(s->o->keys_ctx, l->v[i].package, &s->o->report->distro, s->a,
		                      &keys, e);
		if (code < 0)
			return code;
		for (size_t k = 0; k < keys.n; k++)
			vec_add(s->a, &all, ((struct watched){ keys.v[k], l->v[i].row }));
	}
	struct value *v = arena_many(s->a, all.n * 2, struct value);
	if (!all.n || !v)
		return take_end(s->a, 0, e);
	qsort(all.v, all.n, sizeof *all.v, compare_watched);
	for (size_t i = 0; i < all.n; i++) {
		v[i * 2] = V_TEXT(all.v[i].key);
		v[i * 2 + 1] = V_INT(all.v[i].package_id);
	}
	return db_run_many(s->d,
	                   "INSERT INTO watch (watched, package_id) VALUES ($1, $2)"
	                   " ON CONFLICT (watched, package_id) DO NOTHING",
	                   v, 2, all.n, e);
}

static int store_packages(struct storing *s, struct wanted_list *l, struct error *e)
{
	int code;

	want_packages(s, l);
	code = look_up(s, l, e);
	if (code >= 0)
		code = insert_packages(s, l, false, e);
	if (code >= 0)
		code = insert_packages(s, l, true, e);
	if (code >= 0)
		code = insert_watches(s, l, e);
	for (size_t i = 0; i < l->n; i++)
		s->out->packages_new += l->v[i].fresh;
	return take_end(s->a, code, e);
}

/* --- parts --- */

static int find_parts(struct storing *s, struct error *e)
{
	for (size_t i = 0; i < s->cut.n; i++) {
		struct cut_part *x = &s->cut.parts[i];
		int code = db_int(s->d, e, &x->row, "SELECT id FROM part WHERE digest = $1",
		                  V_BYTES(str_mem(x->digest.bytes, sizeof x->digest.bytes)));
		if (code < 0)
			return code;
		if (!code)
			x->row = 0, s->out->parts_new++;
	}
	return 0;
}

/* The row of the part: its packages are ours to write only where it is new. */
static int insert_part(struct storing *s, struct cut_part *x, struct error *e)
{
	const struct value v[] = { V_BYTES(str_mem(x->digest.bytes, sizeof x->digest.bytes)),
		                   V_INT((int64_t)x->counted) };
	int code = db_int_n(s->d,
	                    "INSERT INTO part (digest, packages) VALUES ($1, $2) ON CONFLICT "
	                    "(digest) DO NOTHING"
	                    " RETURNING id",
	                    v, 2, &x->row, e);

	x->fresh = code > 0;
	if (!code)
		code = db_int_n(s->d, "SELECT id FROM part WHERE digest = $1", v, 1, &x->row, e);
	return code < 0 ? code : code ? 0 : error_set(e, ERR_CONFLICT, "a part came and went");
}

static int compare_parts(const void *x, const void *y)
{
	const struct cut_part *const *a = x, *const *b = y;

	return memcmp((*a)->digest.bytes, (*b)->digest.bytes, sizeof(*a)->digest.bytes);
}

struct part_row {
	int64_t part_id, package_id;
	const struct cut_package *x;
};

static int compare_part_rows(const void *x, const void *y)
{
	const struct part_row *a = x, *b = y;

	if (a->package_id != b->package_id)
		return a->package_id < b->package_id ? -1 : 1;
	return (a->part_id > b->part_id) - (a->part_id < b->part_id);
}

/* By package, as matches.c locks packages in that order */
static int insert_part_packages(struct storing *s, struct wanted_list *l, struct error *e)
{
	struct {
		struct part_row *v;
		size_t n, room;
	} all = { 0 };

	for (size_t i = 0; i < s->cut.n; i++)
		for (size_t k = 0; k < s->cut.parts[i].n && s->cut.parts[i].fresh; k++) {
			const struct cut_package *x = &s->cut.parts[i].packages[k];
			const struct wanted *w = find_wanted(l, &x->id);
			if (!w || !w->row)
				return error_set(e, ERR_CONFLICT, "a package came and went");
			vec_add(s->a, &all, ((struct part_row){ s->cut.parts[i].row, w->row, x }));
		}
	struct value *v = arena_many(s->a, all.n * 4, struct value);
	if (!all.n || !v)
		return take_end(s->a, 0, e);
	qsort(all.v, all.n, sizeof *all.v, compare_part_rows);
	for (size_t i = 0; i < all.n; i++) {
		v[i * 4] = V_INT(all.v[i].part_id);
		v[i * 4 + 1] = V_INT(all.v[i].package_id);
		v[i * 4 + 2] = V_INT(all.v[i].x->again);
		v[i * 4 + 3] = V_TEXT(all.v[i].x->paths);
	}
	return db_run_many(s->d,
	                   "INSERT INTO part_package (part_id, package_id, again, paths) VALUES "
	                   "($1, $2, $3, $4)",
	                   v, 4, all.n, e);
}

static int store_parts(struct storing *s, struct wanted_list *l, struct error *e)
{
	struct cut_part **order = arena_many(s->a, s->cut.n, struct cut_part *);
	int64_t *fresh = arena_many(s->a, s->cut.n, int64_t);
	size_t n = 0, fresh_n = 0;
	int code = 0;

	if (!order || !fresh)
		return take_end(s->a, 0, e);
	for (size_t i = 0; i < s->cut.n; i++)
		if (!s->cut.parts[i].row)
			order[n++] = &s->cut.parts[i];
	if (n)
		qsort(order, n, sizeof(struct cut_part *), compare_parts);
	for (size_t i = 0; i < n && code >= 0; i++) {
		code = insert_part(s, order[i], e);
		if (code >= 0 && order[i]->fresh)
			fresh[fresh_n++] = order[i]->row;
	}
	if (code >= 0)
		code = insert_part_packages(s, l, e);
	return code < 0 ? code : tallies_make(s->d, fresh, fresh_n, e);
}

/* --- the manifest --- */

static int tie_parts(struct storing *s, struct error *e)
{
	struct value *v = arena_many(s->a, s->cut.n * 3, struct value);
	int64_t n;

	if (!v)
		return take_end(s->a, 0, e);
	n = db_run(s->d, e, "DELETE FROM manifest_part WHERE manifest_id = $1",
	           V_INT(s->o->manifest_id));
	for (size_t i = 0; i < s->cut.n; i++) {
		v[i * 3] = V_INT(s->o->manifest_id);
		v[i * 3 + 1] = V_INT(s->cut.parts[i].row);
		v[i * 3 + 2] = V_INT(s->cut.parts[i].layer);
	}
	if (n < 0 || !s->cut.n)
		return (int)MIN(n, 0);
	return db_run_many(
	        s->d,
	        "INSERT INTO manifest_part (manifest_id, part_id, layer) VALUES ($1, $2, $3)"
	        " ON CONFLICT (manifest_id, part_id) DO NOTHING",
	        v, 3, s->cut.n, e);
}

void inventories_write_gap(struct jsonout *j, const struct gap *g)
{
	jsonout_object(j, NULL);
	jsonout_text(j, "kind", gap_word(g->kind));
	jsonout_bool(j, "matters", gap_matters(g->kind));
	jsonout_str(j, "where", g->where);
	jsonout_str(j, "why", g->why);
	if (g->layer >= 0)
		jsonout_i64(j, "layer", g->layer);
	jsonout_end(j);
}

static bool write_gaps(struct jsonout *j, const struct scan_report *r)
{
	bool matters = false;

	jsonout_array(j, NULL);
	for (size_t i = 0; i < r->gaps.n; i++) {
		const struct gap *g = &r->gaps.v[i];
		if (g->kind == GAP_NO_DATA || g->kind == GAP_OLD_DATA ||
		    g->kind == GAP_UNKNOWN_RELEASE || g->kind == GAP_VERSION)
			continue;
		inventories_write_gap(j, g);
		matters |= gap_matters(g->kind);
	}
	jsonout_end(j);
	return matters;
}

static void write_layers(struct jsonout *j, const struct image *x)
{
	char text[DIGEST_TEXT_BYTES];

	jsonout_array(j, NULL);
	for (size_t i = 0; i < x->layers.n; i++) {
		const struct layer *l = &x->layers.v[i];
		jsonout_object(j, NULL);
		jsonout_some(j, "digest",
		             l->has_digest ? str_c(digest_text(&l->digest, text)) : (str){ 0 });
		jsonout_some(j, "diff_id", l->diff_id);
		if (l->size_bytes)
			jsonout_u64(j, "size", l->size_bytes);
		jsonout_some(j, "created_by", l->created_by);
		if (l->foreign)
			jsonout_bool(j, "foreign", true);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void write_labels(struct jsonout *j, const char *key, const struct label_list *l)
{
	jsonout_array(j, key);
	for (size_t i = 0; i < l->n; i++) {
		jsonout_object(j, NULL);
		jsonout_str(j, "key", l->v[i].key);
		jsonout_str(j, "value", l->v[i].value);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void write_about(struct jsonout *j, const struct scan_report *r)
{
	jsonout_object(j, NULL);
	write_labels(j, "labels", &r->image.labels);
	write_labels(j, "annotations", &r->image.annotations);
	if (r->base.name.n || r->base.digest.n) {
		jsonout_object(j, "base");
		jsonout_some(j, "name", r->base.name);
		jsonout_some(j, "digest", r->base.digest);
		jsonout_some(j, "how", r->base.how);
		jsonout_u64(j, "layers", r->base.layers);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static int note_manifest(struct storing *s, struct error *e)
{
	const struct scan_report *r = s->o->report;
	struct buf gaps cleanup(buf_done) = BUF(MIB(4)), layers cleanup(buf_done) = BUF(MIB(4)),
	                about cleanup(buf_done) = BUF(MIB(4));
	int64_t built = 0, size = 0;
	bool matters = write_gaps(&JSONOUT(&gaps, 0), r);

	write_layers(&JSONOUT(&layers, 0), &r->image);
	write_about(&JSONOUT(&about, 0), r);
	if (gaps.failed || layers.failed || about.failed)
		return error_set(e, ERR_LIMIT, "what is said of the image is larger than %zu bytes",
		                 gaps.max_bytes);
	if (!time_parse(r->image.created, &built))
		built = 0;
	for (size_t i = 0; i < r->image.layers.n; i++)
		if (ckd_add(&size, size, r->image.layers.v[i].size_bytes))
			size = INT64_MAX;
	int64_t n = db_run(
	        s->d, e,
	        "UPDATE manifest SET state = 'scanned', state_why = '', profile_id = $2, os = $3, "
	        "arch = $4,"
	        " variant = $5, built_at = $6, size_bytes = $7, layers = $8, about = $9, gaps = "
	        "$10,"
	        " gaps_matter = $11, packages = $12, scanner = $13, config_digest = $14,"
	        " kind = CASE WHEN kind = 'unknown' THEN 'image' ELSE kind END, tried_at = $15,"
	        " scanned_at = CASE WHEN scanned_at > $15 THEN scanned_at ELSE $15 END WHERE id = "
	        "$1",
	        V_INT(s->o->manifest_id), V_INT(s->out->profile_id), V_TEXT(r->image.os),
	        V_TEXT(r->image.arch), V_TEXT(r->image.variant), V_TIME(built), V_INT(size),
	        V_TEXT(buf_view(&layers)), V_TEXT(buf_view(&about)), V_TEXT(buf_view(&gaps)),
	        V_INT(matters), V_INT((int64_t)s->cut.packages), V_TEXT(s->o->scanner),
	        V_TEXT(r->image.config_digest), V_INT(s->o->now));
	return n < 0 ? (int)n : n ? 0 : error_set(e, ERR_NOTFOUND, "there is no such manifest");
}

static int note_unmatched(struct storing *s, struct error *e)
{
	int64_t one;
	int code = db_int(s->d, e, &one,
	                  "SELECT 1 FROM manifest_part mp JOIN part p ON p.id = mp.part_id"
	                  " WHERE mp.manifest_id = $1 AND p.unmatched > 0 LIMIT 1",
	                  V_INT(s->o->manifest_id));

	if (!code)
		code = db_int(s->d, e, &one,
		              "SELECT 1 FROM profile WHERE id = $1 AND generation_id IS NULL",
		              V_INT(s->out->profile_id));
	s->out->unmatched = code > 0;
	return MIN(code, 0);
}

/* --- all of it --- */

int inventories_store_in(struct db *d, struct arena *a, const struct inventory_order *o,
                         struct inventory_stored *out, struct error *e)
{
	struct storing s = { .d = d, .a = a, .o = o, .out = out };
	struct wanted_list packages = { 0 };
	int code = cut_make(o->report, a, &s.cut, e);

	*out = (struct inventory_stored){ .parts = s.cut.n, .packages = s.cut.packages };
	if (code >= 0)
		code = use_distribution(&s, e);
	if (code >= 0)
		code = use_profile(&s, e);
	if (code >= 0)
		code = find_parts(&s, e);
	if (code >= 0 && out->parts_new)
		code = store_packages(&s, &packages, e);
	if (code >= 0 && out->parts_new)
		code = store_parts(&s, &packages, e);
	if (code >= 0)
		code = tie_parts(&s, e);
	if (code >= 0)
		code = note_manifest(&s, e);
	if (code >= 0)
		code = note_unmatched(&s, e);
	return code < 0 ? code : 0;
}

struct whole {
	const struct inventory_order *o;
	struct inventory_stored *out;
};

static int store_whole(void *ctx, struct db *d, struct error *e)
{
	struct whole *w = ctx;
	struct arena a cleanup(arena_done) = ARENA(ARENA_MOST);

	return inventories_store_in(d, &a, w->o, w->out, e);
}

int inventories_store(const struct center *c, const struct inventory_order *o,
                      struct inventory_stored *out, struct error *e)
{
	struct whole w = { o, out };

	return store_do(c->store, STORE_WRITE, store_whole, &w, e);
}
