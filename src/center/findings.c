#include "center/findings.h"
#include "center/findingrows.h"
#include "center/generations.h"
#include "center/rowtake.h"
#include "center/tallies.h"
#include <assert.h>

/* How the store walks: from images to their matches, or from what few packages or one vulnerability
 * have. A page is first a list of keys; its rows are read afterwards. Images are taken some at a
 * time, more each time that they gave too little, so that a page costs what it shows and not what
 * there is. */

enum { IMAGES_FIRST = 8, IMAGES_MOST = 2048, KEYS = 4 };

struct listing {
	struct db *d;
	struct arena *a;
	const struct sight *s;
	const struct finding_filter *f;
	int64_t generation_id; /* of f->at; 0: now */
	struct finding_places places;
	size_t limit; /* one more than the page */
	bool started; /* after… count: the page begins behind it */
	int64_t after_severity;
	struct finding_key after;
};

/* --- what is let through --- */

static void add_set(struct query *q, const char *column, unsigned set, unsigned count)
{
	bool any = false;

	query_add(q, " AND ");
	query_add(q, column);
	query_add(q, " IN (");
	for (unsigned i = 0; i < count; i++)
		if (set >> i & 1) {
			query_add(q, any ? ", ?" : "?", V_INT(i));
			any = true;
		}
	query_add(q, any ? ")" : "NULL)");
}

static void add_running(struct query *q, const struct finding_filter *f)
{
	query_add(q, " AND EXISTS (SELECT 1 FROM running u WHERE u.manifest_id = i.manifest_id AND "
	             "u.ended_at IS NULL");
	if (f->running_in)
		query_add(q, " AND u.place_id = ?", V_INT(f->running_in));
	query_add(q, ")");
}

/* i is image */
static void add_images(struct query *q, const struct listing *l)
{
	const struct finding_filter *f = l->f;

	if (f->at)
		query_add(q,
		          " AND i.first_seen <= ? AND (i.deleted_at IS NULL OR i.deleted_at > ?)",
		          V_INT(f->at), V_INT(f->at));
	else
		query_add(q, " AND i.deleted_at IS NULL");
	sight_registries(q, l->s, "i.registry_id");
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
	if (f->resource_group.n)
		query_add(q,
		          " AND i.registry_id IN (SELECT id FROM registry WHERE "
		          "lower(resource_group) = ?)",
		          V_TEXT(arena_lower(q->a, f->resource_group)));
	if (f->repository.n)
		query_add(q, " AND i.repository_id IN (SELECT id FROM repository WHERE name = ?)",
		          V_TEXT(f->repository));
	if (f->digest.n)
		query_add(q, " AND i.manifest_id IN (SELECT id FROM manifest WHERE digest = ?)",
		          V_TEXT(f->digest));
	if (f->running || f->running_in)
		add_running(q, f);
}

/* As it is written, or as CVE and GHSA write themselves */
static void add_vulnerability(struct query *q, str name)
{
	str upper = arena_str(q->a, name);
	str lower = arena_lower(q->a, name);

	for (size_t i = 0; i < upper.n; i++) { /* the copy is ours */
		char *c = (char *)(uintptr_t)upper.p + i;
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
	}
	query_add(q, " IN (SELECT id FROM vulnerability WHERE name IN (?, ?, ?, ?))", V_TEXT(name),
	          V_TEXT(upper), V_TEXT(lower),
	          V_TEXT(arena_concat(q->a, str_upto(upper, 5), str_from(lower, 5))));
}

/* x is matched */
static void add_matches(struct query *q, const struct listing *l, unsigned severities)
{
	const struct finding_filter *f = l->f;

	if (l->generation_id)
		query_add(q, " AND x.from_gen <= ? AND x.until_gen > ?", V_INT(l->generation_id),
		          V_INT(l->generation_id));
	else
		query_add(q, " AND x.until_gen = 9223372036854775807");
	if (f->hidden == FINDINGS_SHOWN)
		query_add(q, " AND x.hidden = 0 AND x.state < 2");
	if (f->hidden == FINDINGS_HIDDEN)
		query_add(q, " AND NOT (x.hidden = 0 AND x.state < 2)");
	if (severities)
		add_set(q, "x.severity", severities, SEVERITY_COUNT);
	if (f->fixes)
		add_set(q, "x.fix", f->fixes, FIX_STATUS_COUNT);
	if (f->package_id)
		query_add(q, " AND x.package_id = ?", V_INT(f->package_id));
	if (f->package.n)
		query_add(q, " AND x.package_id IN (SELECT id FROM package WHERE name = ?)",
		          V_TEXT(f->package));
	if (f->vulnerability.n) {
		query_add(q, " AND x.vulnerability_id");
		add_vulnerability(q, f->vulnerability);
	}
	if (f->exploited)
		query_add(q, " AND EXISTS (SELECT 1 FROM vulnerability v WHERE v.id = "
		             "x.vulnerability_id AND v.kev <> 0)");
}

static void add_after(struct query *q, const struct listing *l)
{
	const struct finding_key *k = &l->after;

	if (l->started)
		query_add(q,
		          " AND (i.id > ? OR (i.id = ? AND (x.package_id > ?"
		          " OR (x.package_id = ? AND x.vulnerability_id > ?))))",
		          V_INT(k->image_id), V_INT(k->image_id), V_INT(k->package_id),
		          V_INT(k->package_id), V_INT(k->vulnerability_id));
}

#define KEY_COLUMNS                                                                         \
	"SELECT i.id, x.package_id, x.vulnerability_id, mp.part_id, mp.layer, x.from_gen, " \
	"x.severity"
#define KEY_ORDER " ORDER BY i.id, x.package_id, x.vulnerability_id LIMIT ?"

static int take_places(struct query *q, struct listing *l, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, l->d, &r, e);

	query_done(q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		vec_add(l->a, &l->places,
		        ((struct finding_place){
		                .key = { rows_int(r, 0), rows_int(r, 1), rows_int(r, 2) },
		                .part_id = rows_int(r, 3),
		                .layer = rows_int(r, 4),
		                .from_gen = rows_int(r, 5),
		                .severity = rows_int(r, 6) }));
	return take_end(l->a, code, e);
}

/* --- from images --- */

struct ids {
	int64_t *v;
	size_t n, room;
};

/* Only images whose parts count such findings, where tallies know. */
static void add_hope(struct query *q, const struct listing *l, unsigned severities)
{
	static const char *const columns[SEVERITY_COUNT] = { "st.unknown", "st.negligible",
		                                             "st.low",     "st.medium",
		                                             "st.high",    "st.critical" };

	query_add(q, " AND EXISTS (SELECT 1 FROM manifest_part sp CROSS JOIN part st"
	             " WHERE sp.manifest_id = i.manifest_id AND st.id = sp.part_id");
	if (l->f->hidden == FINDINGS_SHOWN && !l->generation_id) {
		query_add(q, " AND 0");
		for (unsigned i = 0; i < SEVERITY_COUNT; i++)
			if (!severities || severities >> i & 1) {
				query_add(q, " + ");
				query_add(q, columns[i]);
			}
		query_add(q, " > 0");
		if (l->f->exploited)
			query_add(q, " AND st.exploited > 0");
	}
	query_add(q, ")");
}

static int next_images(struct listing *l, unsigned severities, int64_t from, size_t most,
                       struct ids *out, struct error *e)
{
	struct query q = QUERY(l->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	out->n = 0;
	query_add(&q, "SELECT i.id FROM image i WHERE i.id >= ?", V_INT(from));
	add_images(&q, l);
	add_hope(&q, l, severities);
	query_add(&q, " ORDER BY i.id LIMIT ?", V_INT((int64_t)most));
	code = query_ask(&q, l->d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		vec_add(l->a, out, rows_int(r, 0));
	return take_end(l->a, code, e);
}

static int of_images(struct listing *l, unsigned severities, const struct ids *ids, struct error *e)
{
	struct query q = QUERY(l->a);

	query_add(&q, KEY_COLUMNS
	          " FROM image i CROSS JOIN manifest_part mp CROSS JOIN part_package pp"
	          " CROSS JOIN matched x WHERE mp.manifest_id = i.manifest_id"
	          " AND pp.part_id = mp.part_id AND pp.again = 0 AND x.package_id = pp.package_id"
	          " AND i.id IN ");
	query_ids(&q, ids->v, ids->n);
	add_matches(&q, l, severities);
	add_after(&q, l);
	query_add(&q, KEY_ORDER, V_INT((int64_t)(l->limit - l->places.n)));
	return take_places(&q, l, e);
}

static int by_images(struct listing *l, unsigned severities, struct error *e)
{
	struct ids ids = { 0 };
	int64_t from = l->started ? l->after.image_id : 0;
	size_t most = IMAGES_FIRST;

	while (l->places.n < l->limit) {
		int code = next_images(l, severities, from, most, &ids, e);
		if (code >= 0 && ids.n)
			code = of_images(l, severities, &ids, e);
		if (code < 0 || ids.n < most)
			return code;
		from = ids.v[ids.n - 1] + 1;
		most = MIN(most * 4, (size_t)IMAGES_MOST);
	}
	return 0;
}

/* --- from one vulnerability, or some packages --- */

static int by_matches(struct listing *l, unsigned severities, struct error *e)
{
	struct query q = QUERY(l->a);

	query_add(&q, KEY_COLUMNS
	          " FROM matched x CROSS JOIN part_package pp CROSS JOIN manifest_part mp"
	          " CROSS JOIN image i WHERE pp.package_id = x.package_id AND pp.again = 0"
	          " AND mp.part_id = pp.part_id AND i.manifest_id = mp.manifest_id");
	add_matches(&q, l, severities);
	add_images(&q, l);
	add_after(&q, l);
	query_add(&q, KEY_ORDER, V_INT((int64_t)(l->limit - l->places.n)));
	return take_places(&q, l, e);
}

static bool is_narrow(const struct finding_filter *f) /* few matches, among many images */
{
	return !f->image_id && !f->digest.n &&
	       (f->vulnerability.n || f->package_id || f->package.n);
}

static int gather(struct listing *l, unsigned severities, struct error *e)
{
	return is_narrow(l->f) ? by_matches(l, severities, e) : by_images(l, severities, e);
}

/* --- pages --- */

static int read_cursor(struct listing *l, const struct paging *p, struct error *e)
{
	struct value v[KEYS];
	bool graded = l->f->order == FINDINGS_BY_SEVERITY;
	int code = page_read(p, l->a, graded ? "iiii" : "iii", v, e);

	l->limit = page_limit(p) + 1;
	l->started = code > 0;
	if (code > 0) {
		const struct value *k = v + graded;
		l->after_severity = graded ? v[0].i : 0;
		l->after = (struct finding_key){ k[0].i, k[1].i, k[2].i };
	}
	return MIN(code, 0);
}

/* The generation of a date; 1, or 0 when nothing was known then */
static int place_in_time(struct listing *l, struct error *e)
{
	return l->f->at ? generations_at(l->d, l->f->at, &l->generation_id, e) : 1;
}

static int gather_page(struct listing *l, struct error *e)
{
	unsigned all = (1u << SEVERITY_COUNT) - 1,
	         wanted = l->f->severities ? l->f->severities & all : all;
	int code = 0;

	if (l->f->order == FINDINGS_BY_ID)
		return gather(l, l->f->severities ? wanted : 0, e);
	for (int s = SEVERITY_COUNT - 1; s >= 0 && code >= 0 && l->places.n < l->limit; s--) {
		if (!(wanted >> s & 1) || (l->started && s > l->after_severity))
			continue;
		bool started = l->started;
		l->started = started && s == l->after_severity;
		code = gather(l, 1u << s, e);
		l->started = started;
	}
	return code;
}

int findings_list(struct db *d, struct arena *a, const struct sight *s,
                  const struct finding_filter *f, const struct paging *p, struct finding_list *out,
                  struct error *e)
{
	struct listing l = { .d = d, .a = a, .s = s, .f = f };
	int code = read_cursor(&l, p, e);

	if (code >= 0)
		code = place_in_time(&l, e);
	if (code <= 0)
		return code;
	code = gather_page(&l, e);
	if (code < 0)
		return code;
	if (l.places.n == l.limit) {
		assert(l.places.v && l.places.n > 1); /* a limit is one row more than a page, which has one */
		const struct finding_place *x = &l.places.v[--l.places.n - 1];
		const struct value keys[KEYS] = { V_INT(x->severity), V_INT(x->key.image_id),
			                          V_INT(x->key.package_id),
			                          V_INT(x->key.vulnerability_id) };
		bool graded = f->order == FINDINGS_BY_SEVERITY;
		out->next = page_cursor(a, keys + !graded, KEYS - !graded);
	}
	out->v = arena_many(a, l.places.n, struct finding_row);
	out->n = out->room = out->v ? l.places.n : 0;
	return findingrows_load(d, a, &l.places, f->at, f->facts, out->v, e);
}

int findings_get(struct db *d, struct arena *a, const struct sight *s, const struct finding_key *k,
                 struct finding_row *out, struct error *e)
{
	struct finding_filter f = { .image_id = k->image_id,
		                    .package_id = k->package_id,
		                    .hidden = FINDINGS_ALL };
	struct listing l = { .d = d, .a = a, .s = s, .f = &f, .limit = 1 };
	struct query q = QUERY(a);
	int code;

	if (!k->image_id || !k->package_id || !k->vulnerability_id)
		return 0;
	query_add(&q,
	          KEY_COLUMNS
	          " FROM image i CROSS JOIN manifest_part mp CROSS JOIN part_package pp"
	          " CROSS JOIN matched x WHERE mp.manifest_id = i.manifest_id"
	          " AND pp.part_id = mp.part_id AND pp.again = 0 AND pp.package_id = x.package_id"
	          " AND x.vulnerability_id = ?",
	          V_INT(k->vulnerability_id));
	add_matches(&q, &l, 0);
	add_images(&q, &l);
	query_add(&q, KEY_ORDER, V_INT(1));
	code = take_places(&q, &l, e);
	if (code >= 0 && l.places.n)
		code = findingrows_load(d, a, &l.places, 0, true, out, e);
	return code < 0 ? code : l.places.n > 0;
}

/* --- counts --- */

static int count_tallies(struct listing *l, int64_t by[SEVERITY_COUNT], struct error *e)
{
	struct query q = QUERY(l->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q, "SELECT");
	query_add(&q, tallies_sum_sql);
	query_add(&q, " FROM image i CROSS JOIN manifest_part mp CROSS JOIN part p WHERE "
	              "mp.manifest_id = i.manifest_id"
	              " AND p.id = mp.part_id");
	add_images(&q, l);
	code = query_ask(&q, l->d, &r, e);
	query_done(&q);
	if (code < 0 || (code = rows_next(r, e)) <= 0)
		return code;
	struct tally t = tallies_take(r, 0);
	for (unsigned i = 0; i < SEVERITY_COUNT; i++)
		by[i] = !l->f->severities || l->f->severities >> i & 1 ? t.by[i] : 0;
	return 0;
}

static int count_rows(struct listing *l, int64_t by[SEVERITY_COUNT], struct error *e)
{
	const struct finding_filter *f = l->f;
	struct query q = QUERY(l->a);
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code;

	query_add(&q,
	          is_narrow(f)
	                  ? "SELECT x.severity, count(*) FROM matched x CROSS JOIN part_package pp"
	                    " CROSS JOIN manifest_part mp CROSS JOIN image i"
	                  : "SELECT x.severity, count(*) FROM image i CROSS JOIN manifest_part mp"
	                    " CROSS JOIN part_package pp CROSS JOIN matched x");
	query_add(&q,
	          " WHERE pp.package_id = x.package_id AND pp.again = 0 AND mp.part_id = pp.part_id"
	          " AND i.manifest_id = mp.manifest_id");
	add_matches(&q, l, f->severities);
	add_images(&q, l);
	query_add(&q, " GROUP BY x.severity");
	code = query_ask(&q, l->d, &r, e);
	query_done(&q);
	while (code >= 0 && (code = rows_next(r, e)) > 0)
		if (rows_int(r, 0) >= 0 && rows_int(r, 0) < SEVERITY_COUNT)
			by[rows_int(r, 0)] = rows_int(r, 1);
	return code;
}

int findings_count(struct db *d, struct arena *a, const struct sight *s,
                   const struct finding_filter *f, int64_t by[SEVERITY_COUNT], struct error *e)
{
	struct listing l = { .d = d, .a = a, .s = s, .f = f };
	int code = place_in_time(&l, e);
	bool plain = !f->vulnerability.n && !f->package_id && !f->package.n && !f->fixes &&
	             !f->exploited && f->hidden == FINDINGS_SHOWN && !f->at;

	memset(by, 0, SEVERITY_COUNT * sizeof *by);
	if (code <= 0)
		return code;
	return plain ? count_tallies(&l, by, e) : count_rows(&l, by, e);
}

/* --- one vulnerability --- */

static int take_vulnerability(struct query *q, struct db *d, struct arena *a,
                              struct vulnerability_row *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = query_ask(q, d, &r, e);

	query_done(q);
	if (code < 0 || (code = rows_next(r, e)) <= 0)
		return code;
	int64_t worst = rows_int(r, 8);
	*out = (struct vulnerability_row){
		.id = rows_int(r, 0),
		.name = take_text(a, r, 1),
		.exploited = { .epss = rows_null(r, 2) ? -1 : rows_real(r, 2),
		               .percentile = rows_null(r, 3) ? -1 : rows_real(r, 3),
		               .known = rows_int(r, 4) != 0,
		               .ransomware = rows_int(r, 5) != 0,
		               .added = take_text(a, r, 6),
		               .due = take_text(a, r, 7) },
		.worst = worst >= 0 && worst < SEVERITY_COUNT ? (enum severity)worst
		                                              : SEVERITY_UNKNOWN,
		.images = rows_int(r, 9),
		.packages = rows_int(r, 10),
	};
	return take_end(a, 1, e);
}

int findings_vulnerability(struct db *d, struct arena *a, const struct sight *s, str name,
                           struct vulnerability_row *out, struct error *e)
{
	struct finding_filter f = { 0 };
	struct listing l = { .d = d, .a = a, .s = s, .f = &f };
	struct query q = QUERY(a);

	query_add(&q, "SELECT v.id, v.name, v.epss, v.epss_percentile, v.kev, v.ransomware, "
	              "v.kev_added, v.kev_due,"
	              " max(x.severity), count(DISTINCT i.id), count(DISTINCT x.package_id)"
	              " FROM vulnerability v CROSS JOIN matched x CROSS JOIN part_package pp CROSS "
	              "JOIN manifest_part mp"
	              " CROSS JOIN image i WHERE x.vulnerability_id = v.id AND pp.package_id = "
	              "x.package_id"
	              " AND pp.again = 0 AND mp.part_id = pp.part_id AND i.manifest_id = "
	              "mp.manifest_id AND v.id");
	add_vulnerability(&q, name);
	add_matches(&q, &l, 0);
	add_images(&q, &l);
	query_add(&q, " GROUP BY v.id, v.name, v.epss, v.epss_percentile, v.kev, v.ransomware, "
	              "v.kev_added, v.kev_due");
	return take_vulnerability(&q, d, a, out, e);
}
