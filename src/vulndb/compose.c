#include "vulndb/compose.h"
#include "vulndb/advice.h"
#include "vulndb/enrich.h"
#include "vulndb/group.h"
#include "vulndb/names.h"
#include "vulndb/rate.h"
#include "vulndb/subject.h"
#include "vulndb/trackers.h"
#include "vulndb/ubuntu.h"
#include <assert.h>

enum { REFERENCES_MAX = 40, OTHERS_MAX = 16, TELL_BYTES = 64 << 20 };

struct making {
	struct look *l;
	struct arena *scratch, *a;
	const struct subject *s;
	const struct group *g;
	struct finding f;
	const struct hit *primary;
	str late_title, late_text; /* of notices: better than nothing */
	bool valid, rejected;      /* what the CVEs' own records say of themselves */
	struct error *e;
};

static int order_strs(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

typedef VEC(str) strings;

static void add_once(struct arena *a, strings *v, str s)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->v[i], s))
			return;
	vec_add(a, v, s);
}

static bool is_before(const struct making *m, const struct hit *a, const struct hit *b)
{
	bool a_tracker = a->head.origin == ORIGIN_TRACKER,
	     b_tracker = b->head.origin == ORIGIN_TRACKER;
	const struct range_event *x = a->verdict.fixed, *y = b->verdict.fixed;
	if (a_tracker != b_tracker)
		return a_tracker;
	if (!x != !y)
		return x;
	if (a->pro != b->pro && !ubuntu_has_pro(m->s->version)) /* what everyone can install */
		return b->pro;
	int c = x ? m->s->eco->compare(x->version, y->version) : 0;
	if (c)
		return c > 0;
	if (a->head.notice != b->head.notice)
		return b->head.notice;
	return str_cmp(a->id, b->id) < 0;
}

static void pick_primary(struct making *m)
{
	for (size_t i = 0; i < m->g->hits.n; i++)
		if (!m->primary || is_before(m, m->g->hits.v[i].hit, m->primary))
			m->primary = m->g->hits.v[i].hit;
}

/* The lowest CVE number, else the name by which the world knows it, else the record's own. */
static str pick_id(const struct making *m)
{
	str best = { 0 }, ghsa = { 0 };
	for (size_t i = 0; i < m->g->ids.n; i++) {
		str id = m->g->ids.v[i];
		if (names_is_cve(id) &&
		    (!best.n || id.n < best.n || (id.n == best.n && str_cmp(id, best) < 0)))
			best = id;
		if (str_starts(id, STR("GHSA-")) && (!ghsa.n || str_cmp(id, ghsa) < 0))
			ghsa = id;
	}
	return best.n ? best : ghsa.n ? ghsa : m->primary->id;
}

static void fill_names(struct making *m)
{
	strings aliases = { 0 }, others = { 0 };
	str id = pick_id(m);
	m->f.id = arena_str(m->a, id);
	for (size_t i = 0; i < m->g->ids.n; i++)
		add_once(m->scratch, &aliases, m->g->ids.v[i]);
	for (size_t i = 0; i < m->g->hits.n + m->g->joined.n; i++) {
		const struct hit *h = i < m->g->hits.n ? m->g->hits.v[i].hit
		                                       : m->g->joined.v[i - m->g->hits.n].hit;
		add_once(m->scratch, &aliases, h->id);
		if (!str_eq(h->id, m->primary->id))
			add_once(m->scratch, &others, h->id);
	}
	if (aliases.n)
		qsort(aliases.v, aliases.n, sizeof *aliases.v, order_strs);
	if (others.n)
		qsort(others.v, others.n, sizeof *others.v, order_strs);
	for (size_t i = 0; i < aliases.n; i++)
		if (!str_eq(aliases.v[i], id))
			vec_add(m->a, &m->f.aliases, arena_str(m->a, aliases.v[i]));
	vec_add(m->a, &m->f.advisories, arena_str(m->a, m->primary->id));
	for (size_t i = 0; i < others.n; i++)
		vec_add(m->a, &m->f.advisories, arena_str(m->a, others.v[i]));
}

static str tell_range(struct arena *a, const struct range_verdict *v)
{
	str from = v->introduced ? v->introduced->version : (str){ 0 };
	if (v->listed)
		return v->fixed ? arena_join(a, STR("listed by version, fixed "), v->fixed->version)
		                : STR("listed by version");
	if (v->fixed)
		return arena_join(a, STR("introduced "), from, STR(", fixed "), v->fixed->version);
	if (v->last_affected)
		return arena_join(a, STR("introduced "), from, STR(", last affected "),
		                  v->last_affected->version);
	return arena_join(a, STR("introduced "), from, STR(", no fixed version"));
}

static str tell_comparison(struct arena *a, const struct subject *s, const struct range_verdict *v)
{
	str version = s->version, order = str_c(s->eco->order);
	if (v->listed)
		return arena_join(a, version, STR(" is one of the versions listed as affected"));
	if (v->fixed)
		return arena_join(a, version, STR(" < "), v->fixed->version, STR(" ("), order,
		                  STR(" order)"));
	if (v->last_affected)
		return arena_join(a, version, STR(" <= "), v->last_affected->version, STR(" ("),
		                  order, STR(" order)"));
	if (!v->introduced || str_eq(v->introduced->version, STR("0")))
		return arena_join(a, STR("every version is affected, "), version, STR(" too"));
	return arena_join(a, version, STR(" >= "), v->introduced->version, STR(" ("), order,
	                  STR(" order)"));
}

static void fill_verdict(struct making *m)
{
	const struct hit *h = m->primary;
	struct finding *f = &m->f;
	f->package = m->s->package;
	f->feed = arena_str(m->a, tracker_word(h->feed));
	f->status = h->verdict.fixed ? FIX_AVAILABLE : h->open;
	f->fixed_version =
	        h->verdict.fixed ? arena_str(m->a, h->verdict.fixed->version) : (str){ 0 };
	f->compared_name = arena_str(m->a, m->s->name);
	f->compared_version = arena_str(m->a, m->s->version);
	f->ecosystem = arena_str(m->a, m->s->shown);
	f->range = tell_range(m->a, &h->verdict);
	if (h->pro)
		f->range = arena_concat(m->a, f->range, STR(UBUNTU_PRO_MARK));
	f->comparison = tell_comparison(m->a, m->s, &h->verdict);
}

static void add_reference(struct making *m, str type, str url)
{
	for (size_t i = 0; i < m->f.references.n; i++)
		if (str_eq(m->f.references.v[i].url, url))
			return;
	if (m->f.references.n < REFERENCES_MAX)
		vec_add(m->a, &m->f.references,
		        ((struct reference){ arena_str(m->a, type), arena_str(m->a, url) }));
}

/* The text of one record: what is still missing is taken from it. */
static int take_text(struct making *m, const struct advisory *head, struct cursor rest, bool links)
{
	struct advisory r = *head;
	bool told = m->f.title.n && m->f.description.n; /* then a text without links adds nothing */
	int ret = 0;
	if (links || !told) {
		ret = shelf_skip_names(&rest, m->e);
		ret = ret < 0 ? ret : shelf_get_text(m->l->unpacker, &rest, m->scratch, &r, m->e);
	}
	if (ret < 0)
		return ret;
	if (head->notice) {
		m->late_title = m->late_title.n ? m->late_title : r.summary;
		m->late_text = m->late_text.n ? m->late_text : r.details;
	} else {
		m->f.title = m->f.title.n ? m->f.title : arena_str(m->a, r.summary);
		m->f.description =
		        m->f.description.n ? m->f.description : arena_str(m->a, r.details);
		m->f.published = m->f.published.n ? m->f.published : arena_str(m->a, r.published);
		m->f.modified = m->f.modified.n ? m->f.modified : arena_str(m->a, r.modified);
	}
	for (size_t i = 0; i < r.cwes.n; i++) {
		size_t k = 0;
		while (k < m->f.cwes.n && !str_eq(m->f.cwes.v[k], r.cwes.v[i]))
			k++;
		if (k == m->f.cwes.n)
			vec_add(m->a, &m->f.cwes, arena_str(m->a, r.cwes.v[i]));
	}
	for (size_t i = 0; links && i < r.references.n; i++)
		add_reference(m, r.references.v[i].type, r.references.v[i].url);
	return 0;
}

static int take_hit(struct making *m, const struct hit *h)
{
	bool shared = h->head.notice && h->head.covers.n > 1;
	for (size_t i = 0; i < h->opinions.n; i++)
		rate_add(m->a, &m->f, &h->opinions.v[i], shared);
	for (size_t i = 0; i < h->head.opinions.n; i++)
		rate_add(m->a, &m->f, &h->head.opinions.v[i], shared);
	return take_text(m, &h->head, h->rest, true);
}

/* A record that did not match this package but is about the same flaw: its rating and text serve.
 */
static int take_other(struct making *m, str id, enum advisory_origin origin)
{
	struct hit h = { .id = id };
	str value;
	int r = shelf_newest(m->l->advisories, id, origin, &h.feed, &value, m->e);
	if (r <= 0)
		return r;
	if ((r = shelf_get_head(value, m->scratch, &h.head, &h.rest, m->e)) < 0)
		return r;
	if (h.head.withdrawn.n || h.head.notice)
		return 0;
	m->rejected |= h.head.state == STATE_REJECTED;
	m->valid |= origin == ORIGIN_CVE && h.head.state != STATE_REJECTED;
	if (h.head.state == STATE_DISPUTED)
		m->f.state = STATE_DISPUTED;
	for (size_t i = 0; i < h.head.opinions.n; i++)
		rate_add(m->a, &m->f, &h.head.opinions.v[i], false);
	return take_text(m, &h.head, h.rest, false);
}

static bool is_hit(const struct making *m, str id)
{
	for (size_t i = 0; i < m->g->hits.n; i++)
		if (str_eq(m->g->hits.v[i].hit->id, id))
			return true;
	return false;
}

/* Records elsewhere that call themselves another name of this flaw */
static int take_others(struct making *m, str id)
{
	char prefix[LMDB_KEY_BYTES];
	str from = shelf_pair(prefix, id, (str){ 0 }), key, value;
	strings ids = { 0 };
	int r;
	for (r = lmdb_seek(m->l->aliases, from, &key, &value, m->e);
	     r == 1 && str_starts(key, from) && ids.n < OTHERS_MAX;
	     r = lmdb_next(m->l->aliases, &key, &value, m->e)) {
		str rest = str_from(key, from.n);
		str other = str_upto(rest, str_chr(rest, 0));
		if (str_eq(value, STR("a")) && !is_hit(m, other))
			add_once(m->scratch, &ids, other);
	}
	for (size_t i = 0; r >= 0 && i < ids.n; i++)
		r = take_other(m, ids.v[i], ORIGIN_OSV);
	return r < 0 ? r : 0;
}

static bool has_vector(const struct making *m)
{
	for (size_t i = 0; i < m->f.ratings.n; i++)
		if (m->f.ratings.v[i].vector.n)
			return true;
	return false;
}

/* A distribution's record of one CVE: its vector is the CVE's, its word is about its own package.
 */
static int take_copy(struct making *m, str id)
{
	struct hit h = { .id = id };
	str value;
	int r = shelf_newest(m->l->advisories, id, ORIGIN_OSV, &h.feed, &value, m->e);
	if (r <= 0)
		return r;
	if ((r = shelf_get_head(value, m->scratch, &h.head, &h.rest, m->e)) < 0)
		return r;
	if (h.head.withdrawn.n || !h.head.notice)
		return 0;
	for (size_t i = 0; i < h.head.opinions.n; i++)
		if (h.head.opinions.v[i].vector.n)
			rate_add(m->a, &m->f, &h.head.opinions.v[i], false);
	return take_text(m, &h.head, h.rest, false);
}

/* OSV retells a CVE with its vector under each distribution's name. */
static int take_copies(struct making *m, str cve)
{
	static const str prefixes[] = { STR_INIT("DEBIAN-"), STR_INIT("UBUNTU-"),
		                        STR_INIT("ALPINE-") };
	int r = 0;
	for (size_t i = 0; i < LEN(prefixes) && r >= 0 && !has_vector(m); i++)
		r = take_copy(m, arena_concat(m->scratch, prefixes[i], cve));
	return r < 0 ? r : 0;
}

/* What is known of the flaw by its names */
static int gather_others(struct making *m)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < m->g->ids.n; i++) {
		str id = m->g->ids.v[i];
		r = names_is_cve(id) ? take_other(m, id, ORIGIN_CVE) : 0;
		r = r < 0 || is_hit(m, id) ? r : take_other(m, id, ORIGIN_OSV);
		r = r < 0 ? r : take_others(m, id);
		r = r < 0 || !names_is_cve(id) ? r : take_copies(m, id);
	}
	return r;
}

static int gather(struct making *m)
{
	int r = take_hit(m, m->primary);
	for (size_t i = 0; r == 0 && i < m->g->hits.n; i++)
		if (m->g->hits.v[i].hit != m->primary)
			r = take_hit(m, m->g->hits.v[i].hit);
	for (size_t i = 0; r == 0 && i < m->g->joined.n; i++)
		r = take_hit(m, m->g->joined.v[i].hit);
	return r < 0 ? r : gather_others(m);
}

/* Disputed is known by now. */
static void fill_state(struct making *m)
{
	if (m->primary->head.withdrawn.n)
		m->f.state = STATE_WITHDRAWN;
	else if (m->rejected && !m->valid)
		m->f.state = STATE_REJECTED;
}

int compose_finding(struct look *l, struct arena *scratch, const struct subject *s, struct group *g,
                    struct arena *a, struct scan_report *into, struct error *e)
{
	struct making m = { .l = l, .scratch = scratch, .a = a, .s = s, .g = g, .e = e };
	m.f.exploited.epss = m.f.exploited.percentile = -1; /* not known */
	pick_primary(&m);
	assert(m.primary);
	fill_names(&m);
	fill_verdict(&m);
	const struct tracker *tracker = tracker_of(m.primary->feed);
	if (tracker)
		add_reference(&m, STR("ADVISORY"),
		              arena_concat(scratch, tracker->page, m.primary->id));
	int r = enrich_finding(l, a, &m.f, e);
	r = r < 0 ? r : gather(&m);
	if (r < 0)
		return r;
	fill_state(&m);
	if (m.f.cwes.n)
		qsort(m.f.cwes.v, m.f.cwes.n, sizeof *m.f.cwes.v, order_strs);
	m.f.title = m.f.title.n ? m.f.title : arena_str(a, m.late_title);
	m.f.description = m.f.description.n ? m.f.description : arena_str(a, m.late_text);
	rate_choose(a, &m.f, l->db->rated_by);
	advice_fill(a, &m.f, ubuntu_needs_pro(m.f.range, s->version));
	if (scratch->failed || a->failed || !vec_add(a, &into->findings, m.f))
		return error_set(e, ERR_LIMIT,
		                 "too many findings: the report's %zu bytes are spent",
		                 a->max_bytes);
	return 0;
}

/* No record of this database matched: only what is known of its names is taken. */
int vulndb_tell(struct vulndb *db, struct arena *a, struct finding *f, struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(TELL_BYTES);
	struct look l cleanup(look_done) = { 0 };
	struct group g = { 0 };
	int r = look_open(db, &l, e);
	struct making m = { .l = &l, .scratch = &scratch, .a = a, .g = &g, .f = *f, .e = e };
	vec_add(&scratch, &g.ids, f->id);
	for (size_t i = 0; i < f->aliases.n; i++)
		vec_add(&scratch, &g.ids, f->aliases.v[i]);
	r = r < 0 ? r : enrich_finding(&l, a, &m.f, e);
	r = r < 0 ? r : gather_others(&m);
	if (r < 0)
		return r;
	rate_choose(a, &m.f, db->rated_by);
	if (scratch.failed || a->failed)
		return error_set(e, ERR_LIMIT, "too many records of %.*s", STR_FMT(f->id));
	*f = m.f;
	return 0;
}
