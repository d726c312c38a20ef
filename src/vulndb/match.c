/* vulndb_match: a package's rows, those that hold its version, grouped by flaw. A package without
 * rows costs one look at the tree; one with rows a comparison each. */
#include "vulndb/compose.h"
#include "vulndb/names.h"
#include "vulndb/trackers.h"
#include "vulndb/ubuntu.h"
#include <inttypes.h>

enum { IDS_MAX = 32 };

struct group_ref {
	struct group *group;
};

struct matching {
	struct look look;
	struct arena *scratch, *a;
	struct scan_report *into;
	struct error *e;
	const struct subject *s;
	struct archives { /* whose rows are looked at, the first with a word decides */
		str names[UBUNTU_ARCHIVES_MAX];
		size_t n;
	} archives;
	bool tracked;        /* the tracker decides: OSV's notices only join */
	uint64_t unreadable; /* rows that could not be compared */
	str unordered;       /* a record's event that has no place in the order */
	VEC(struct hit_ref) hits;
	VEC(struct hit_ref) notices;   /* hits that only join */
	VEC(struct hit_ref) withdrawn; /* told where no other record speaks of the flaw */
	VEC(struct group_ref) groups;  /* those without hits were merged */
	struct named {
		str id;
		struct group *group;
	} * index; /* names of the groups */
	size_t index_n, index_room;
};

/* Rocky's and others' records speak of source packages, the rest of the rpm world of binary ones.
 */
static bool speaks_of_sources(str ecosystem)
{
	static const str bases[] = { STR_INIT("Rocky Linux"), STR_INIT("Mageia"),
		                     STR_INIT("openEuler"), STR_INIT("Azure Linux") };
	for (size_t i = 0; i < LEN(bases); i++)
		if (str_eq(names_base(ecosystem), bases[i]))
			return true;
	return false;
}

/* SOURCERPM has no epoch; its packages share one. */
static str with_epoch(struct arena *a, str version, str source_version)
{
	size_t colon = str_chr(version, ':');
	if (!source_version.n || str_chr(source_version, ':') < source_version.n)
		return source_version.n ? source_version : version;
	return colon == version.n ? source_version
	                          : arena_concat(a, str_upto(version, colon + 1), source_version);
}

bool match_describe(struct arena *a, const struct package *p, const struct distro *d,
                    struct subject *out)
{
	*out = (struct subject){ .package = p,
		                 .shown = str_c(package_ecosystem(p->type)),
		                 .name = p->name,
		                 .version = p->version };
	if (!out->shown.n) {
		if (!d || !d->ecosystem.n)
			return false;
		out->shown = d->ecosystem;
	}
	out->ecosystem = names_ecosystem(a, out->shown);
	bool source = p->type == PACKAGE_DEB || p->type == PACKAGE_APK ||
	              (p->type == PACKAGE_RPM && speaks_of_sources(out->ecosystem));
	if (source && p->source.n) {
		out->name = p->source;
		out->version = p->type == PACKAGE_RPM ? with_epoch(a, p->version, p->source_version)
		               : p->source_version.n  ? p->source_version
		                                      : p->version;
	}
	out->name = names_package(a, out->ecosystem, out->name);
	out->eco = ecosystem_find(out->ecosystem);
	if (!out->eco || !out->name.n)
		return false;
	/* a dpkg database on Alpine is none of Alpine's */
	if (strcmp(out->eco->purl_type, package_purl_type(p->type)) != 0)
		return false;
	out->readable = out->eco->valid(out->version);
	return true;
}

/* A build for a module stream is compared with builds of that stream only, and others with none. */
bool match_fits_module(const struct affected *f, const struct package *p)
{
	if (p->type != PACKAGE_RPM)
		return true;
	if (!f->module.n || !p->module.n)
		return !f->module.n == !p->module.n;
	return str_eq(f->module, STR("*")) ||
	       (str_starts(p->module, f->module) &&
	        (p->module.n == f->module.n || p->module.p[f->module.n] == ':'));
}

/* Bitnami's "1.2.3-4" is a build of 1.2.3, and what an advisory says of the last affected 1.2.3
 * holds for all of them. */
struct range_verdict match_upstream(const struct subject *s, const struct range *ranges, size_t n,
                                    const str *versions, size_t n_versions)
{
	str version = str_upto(s->version, str_chr(s->version, '-'));
	struct range_verdict v = range_evaluate(s->eco, version, ranges, n, versions, n_versions);
	v.affected = v.affected && (v.listed || v.last_affected);
	return v;
}

/* One row: the bodies' ranges and versions count together. */
static int evaluate(struct matching *m, str value, struct hit *h)
{
	struct cursor c = CURSOR("advisory database", value.p, value.n);
	VEC(struct range) ranges = { 0 };
	VEC(str) versions = { 0 };
	bool first = true;
	while (cur_left(&c)) {
		struct affected f = { 0 };
		int r = record_get_body(&c, m->scratch, &f, m->e);
		if (r < 0)
			return r;
		if (!match_fits_module(&f, m->s->package))
			continue;
		if (first)
			h->open = f.open;
		first = false;
		for (size_t i = 0; m->s->readable && i < f.ranges.n; i++)
			vec_add(m->scratch, &ranges,
			        ((struct range){ f.ranges.v[i].events.v, f.ranges.v[i].events.n }));
		if (!versions.n)
			versions.v = f.versions.v, versions.n = versions.room = f.versions.n;
		else
			for (size_t i = 0; i < f.versions.n; i++)
				vec_add(m->scratch, &versions, f.versions.v[i]);
		for (size_t i = 0; i < f.opinions.n; i++)
			vec_add(m->scratch, &h->opinions, f.opinions.v[i]);
	}
	h->verdict = range_evaluate(m->s->eco, m->s->version, ranges.v, ranges.n, versions.v,
	                            versions.n);
	if (m->s->package->type == PACKAGE_BITNAMI && !h->verdict.affected)
		h->verdict = match_upstream(m->s, ranges.v, ranges.n, versions.v, versions.n);
	if (h->verdict.unordered && !h->verdict.affected)
		m->unordered = arena_printf(m->scratch, "%.*s: %.*s", STR_FMT(h->id),
		                            STR_FMT(h->verdict.unordered->version));
	m->unreadable += !m->s->readable && !h->verdict.affected;
	return 0;
}

/* A CVE's own record, or one of OSV's */
static enum advisory_origin origin_of(str feed)
{
	return str_starts(feed, STR("cve/")) ? ORIGIN_CVE : ORIGIN_OSV;
}

/* The head, if this copy of the advisory is the one that counts: 1, or 0. */
static int load(struct matching *m, struct hit *h)
{
	char row[LMDB_KEY_BYTES];
	str feed = h->feed, value;
	int r = tracker_of(h->feed) ? lmdb_get(m->look.txn, TABLE_ADVISORIES,
	                                       shelf_pair(row, h->id, h->feed), &value, m->e)
	                            : shelf_newest(m->look.advisories, h->id, origin_of(h->feed),
	                                           &feed, &value, m->e);
	if (r <= 0 || !str_eq(feed, h->feed))
		return r < 0 ? r : 0;
	r = shelf_get_head(value, m->scratch, &h->head, &h->rest, m->e);
	return r < 0 ? r : 1;
}

/* The tracker's own words again, as OSV has them */
static bool retells(str id)
{
	return str_starts(id, STR("DEBIAN-")) || str_starts(id, STR("ALPINE-"));
}

static int take_row(struct matching *m, str archive, str id, str feed, str value)
{
	struct hit h = { .id = id, .feed = feed, .pro = ubuntu_is_pro(archive) };
	int r = evaluate(m, value, &h);
	if (r < 0 || !h.verdict.affected || (r = load(m, &h)) <= 0)
		return r;
	bool joins = m->tracked && h.head.origin == ORIGIN_OSV, withdrawn = h.head.withdrawn.n;
	if (joins && (withdrawn || retells(h.id)))
		return 0;
	struct hit *kept = arena_new(m->scratch, struct hit);
	if (!kept)
		return error_set(m->e, ERR_LIMIT, "too many advisories of %.*s",
		                 STR_FMT(m->s->name));
	*kept = h;
	if (withdrawn)
		vec_add(m->scratch, &m->withdrawn, ((struct hit_ref){ kept }));
	else if (joins)
		vec_add(m->scratch, &m->notices, ((struct hit_ref){ kept }));
	else
		vec_add(m->scratch, &m->hits, ((struct hit_ref){ kept }));
	return 0;
}

/* Does the advisory speak of the package by its own name too, or in an archive that comes first?
 * That word is the closer one. */
static int speaks_closer(struct matching *m, str ecosystem, str id_and_feed)
{
	char prefix[LMDB_KEY_BYTES];
	struct buf key cleanup(buf_done) = BUF(2 * LMDB_KEY_BYTES);
	str value;
	buf_add(&key, shelf_package_prefix(prefix, ecosystem, m->s->name));
	buf_add(&key, id_and_feed);
	return lmdb_get(m->look.txn, TABLE_PACKAGES, buf_view(&key), &value, m->e);
}

static int is_told(struct matching *m, size_t archive, bool of_source, str id_and_feed)
{
	int r = of_source ? speaks_closer(m, m->s->ecosystem, id_and_feed) : 0;
	for (size_t i = 0; r == 0 && i < archive; i++)
		r = speaks_closer(m, m->archives.names[i], id_and_feed);
	return r;
}

/* Rows of the package's name, or of its source's, as Red Hat tells what is not fixed */
static int take_rows(struct matching *m, size_t archive, str name)
{
	char prefix[LMDB_KEY_BYTES];
	str ecosystem = m->archives.names[archive];
	str from = shelf_package_prefix(prefix, ecosystem, name), key, value;
	bool of_source = !str_eq(name, m->s->name);
	int r;
	for (r = lmdb_seek(m->look.packages, from, &key, &value, m->e);
	     r == 1 && str_starts(key, from);
	     r = r < 0 ? r : lmdb_next(m->look.packages, &key, &value, m->e)) {
		str rest = str_from(key, from.n);
		size_t at = str_chr(rest, 0);
		if ((r = is_told(m, archive, of_source, rest)) != 0) {
			if (r < 0)
				break;
			continue;
		}
		if ((r = take_row(m, ecosystem, str_upto(rest, at), str_from(rest, at + 1),
		                  value)) < 0)
			break;
	}
	return r < 0 ? r : 0;
}

static bool holds(const struct group *g, str id)
{
	for (size_t i = 0; i < g->ids.n; i++)
		if (str_eq(g->ids.v[i], id))
			return true;
	return false;
}

static void add_id(struct matching *m, struct group *g, str id)
{
	if (!holds(g, id))
		vec_add(m->scratch, &g->ids, id);
}

static bool has_hit(const struct group *g, const struct hit *h)
{
	for (size_t i = 0; i < g->hits.n; i++)
		if (g->hits.v[i].hit == h)
			return true;
	return false;
}

static void add_hit(struct matching *m, struct group *g, const struct hit *h)
{
	if (!has_hit(g, h))
		vec_add(m->scratch, &g->hits, ((struct hit_ref){ h }));
}

/* Where in the index an id is, or would go. A kernel has thousands of groups. */
static size_t slot_of(const struct matching *m, str id)
{
	size_t i = str_hash(id) & (m->index_room - 1);
	while (m->index[i].group && !str_eq(m->index[i].id, id))
		i = (i + 1) & (m->index_room - 1);
	return i;
}

static struct group *find_group(const struct matching *m, str id)
{
	return m->index_room ? m->index[slot_of(m, id)].group : NULL;
}

static void index_id(struct matching *m, str id, struct group *g)
{
	if (2 * (m->index_n + 1) > m->index_room) {
		struct named *old = m->index;
		size_t n = m->index_room, room = n ? 2 * n : 64;
		struct named *fresh = arena_many(m->scratch, room, struct named);
		if (!fresh)
			return;
		m->index = fresh;
		m->index_room = room;
		for (size_t i = 0; i < n; i++)
			if (old[i].group)
				fresh[slot_of(m, old[i].id)] = old[i];
	}
	size_t at = slot_of(m, id);
	m->index_n += !m->index[at].group;
	m->index[at] = (struct named){ id, g };
}

static struct group *new_group(struct matching *m)
{
	struct group *g = arena_new(m->scratch, struct group);
	return g && vec_add(m->scratch, &m->groups, ((struct group_ref){ g })) ? g : NULL;
}

/* Does the distribution's own feed speak of this CVE in this package? Its word is among the hits
 * then, or it says that the version is not affected. */
static int is_decided(struct matching *m, str cve)
{
	struct buf b cleanup(buf_done) = BUF(LMDB_KEY_BYTES + RECORD_ID_BYTES);
	char prefix[LMDB_KEY_BYTES];
	str key, value;
	buf_add(&b, shelf_package_prefix(prefix, m->s->ecosystem, m->s->name));
	buf_add(&b, cve);
	buf_addc(&b, 0);
	int r = lmdb_seek(m->look.packages, buf_view(&b), &key, &value, m->e);
	for (; r == 1 && str_starts(key, buf_view(&b));
	     r = lmdb_next(m->look.packages, &key, &value, m->e))
		if (tracker_of(str_from(key, b.n)))
			return 1;
	return r < 0 ? r : 0;
}

/* A flaw that has no name of the record's own: one group for each CVE that it covers. */
static int group_covers(struct matching *m, const struct hit *h)
{
	bool joins = false;
	for (size_t i = 0; i < h->head.covers.n; i++) {
		str cve = h->head.covers.v[i];
		int r = is_decided(m, cve);
		if (r < 0)
			return r;
		joins |= r == 1;
		if (r == 1)
			continue;
		struct group *g = find_group(m, cve);
		if (!g && !(g = new_group(m)))
			return 0; /* the arena remembers */
		add_id(m, g, cve);
		index_id(m, cve, g);
		add_hit(m, g, h);
	}
	if (joins && !retells(h->id))
		vec_add(m->scratch, &m->notices, ((struct hit_ref){ h }));
	return 0;
}

/* All names of a record's flaw: its aliases, and theirs. */
static int all_names(struct matching *m, const struct hit *h, struct group *g)
{
	add_id(m, g, h->id);
	for (size_t i = 0; i < h->head.aliases.n && g->ids.n < IDS_MAX; i++)
		add_id(m, g, h->head.aliases.v[i]);
	for (size_t i = 1; i < g->ids.n && g->ids.n < IDS_MAX; i++) {
		struct advisory other = { 0 };
		struct cursor rest;
		str feed, value;
		int r = shelf_newest(m->look.advisories, g->ids.v[i], ORIGIN_OSV, &feed, &value,
		                     m->e);
		if (r == 1)
			r = shelf_get_head(value, m->scratch, &other, &rest, m->e);
		if (r < 0)
			return r;
		for (size_t k = 0; !other.withdrawn.n && !other.notice && k < other.aliases.n &&
		                   g->ids.n < IDS_MAX;
		     k++)
			add_id(m, g, other.aliases.v[k]);
	}
	return 0;
}

static void merge(struct matching *m, struct group *into, struct group *from)
{
	for (size_t i = 0; i < from->ids.n; i++)
		add_id(m, into, from->ids.v[i]);
	for (size_t i = 0; i < from->hits.n; i++)
		add_hit(m, into, from->hits.v[i].hit);
}

/* Groups that share a name with the new one become one with it. */
static int group_names(struct matching *m, const struct hit *h)
{
	struct group fresh = { 0 }, *g = NULL;
	int r = all_names(m, h, &fresh);
	add_hit(m, &fresh, h);
	for (size_t i = 0; r == 0 && i < fresh.ids.n; i++) {
		struct group *old = find_group(m, fresh.ids.v[i]);
		if (!old || old == g)
			continue;
		merge(m, &fresh, old); /* its ids are looked at too, further on */
		if (g)
			old->hits.n = 0; /* empty: no finding */
		else
			g = old;
		for (size_t k = 0; k < old->ids.n; k++)
			index_id(m, old->ids.v[k], g);
	}
	if (r < 0 || (!g && !(g = new_group(m))))
		return r;
	*g = fresh;
	for (size_t i = 0; i < g->ids.n; i++)
		index_id(m, g->ids.v[i], g);
	return 0;
}

static bool is_named(const struct matching *m, const str *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (find_group(m, ids[i]))
			return true;
	return false;
}

/* Behind all others, as it brings no two flaws together. */
static int group_withdrawn(struct matching *m, const struct hit *h)
{
	if (is_named(m, &h->id, 1) || is_named(m, h->head.aliases.v, h->head.aliases.n) ||
	    is_named(m, h->head.covers.v, h->head.covers.n))
		return 0;
	return h->head.notice && h->head.covers.n ? group_covers(m, h) : group_names(m, h);
}

static int group_all(struct matching *m)
{
	int r = 0;
	for (size_t i = 0; i < m->hits.n && r == 0; i++) {
		const struct hit *h = m->hits.v[i].hit;
		r = h->head.notice && h->head.covers.n ? group_covers(m, h) : group_names(m, h);
	}
	for (size_t i = 0; i < m->withdrawn.n && r == 0; i++)
		r = group_withdrawn(m, m->withdrawn.v[i].hit);
	if (r < 0)
		return r;
	for (size_t i = 0; i < m->notices.n; i++)
		for (size_t k = 0; k < m->notices.v[i].hit->head.covers.n; k++) {
			struct group *g = find_group(m, m->notices.v[i].hit->head.covers.v[k]);
			if (g && !has_hit(g, m->notices.v[i].hit))
				vec_add(m->scratch, &g->joined, m->notices.v[i]);
		}
	return 0;
}

/* Listed by name only: a private npm package, a jar without a manifest, a Go module of one's own.
 * Not a version that cannot be read, but one that nobody wrote down. */
static bool has_no_version(const struct package *p)
{
	return !p->version.n && *package_ecosystem(p->type);
}

static void note_gaps(struct matching *m)
{
	const struct package *p = m->s->package;
	if (m->unreadable && has_no_version(p))
		vec_add(m->a, &m->into->gaps,
		        ((struct gap){ .kind = GAP_NO_IDENTITY,
		                       .where = p->path,
		                       .layer = (int)p->layer,
		                       .why = arena_printf(m->a,
		                                           "%.*s: no version is known; %" PRIu64
		                                           " advisories were not compared",
		                                           STR_FMT(p->name), m->unreadable) }));
	else if (m->unreadable)
		vec_add(m->a, &m->into->gaps,
		        ((struct gap){ .kind = GAP_VERSION,
		                       .where = p->path,
		                       .layer = (int)p->layer,
		                       .why = arena_printf(
		                               m->a,
		                               "%.*s: \"%.*s\" is no version in %s order; %" PRIu64
		                               " advisories were not compared",
		                               STR_FMT(p->name), STR_FMT(m->s->version),
		                               m->s->eco->order, m->unreadable) }));
	if (m->unordered.n)
		vec_add(m->a, &m->into->gaps,
		        ((struct gap){ .kind = GAP_NOTE,
		                       .where = p->path,
		                       .layer = (int)p->layer,
		                       .why = arena_printf(
		                               m->a,
		                               "%.*s: an advisory was left out, its version has no "
		                               "place in %s order: %.*s",
		                               STR_FMT(p->name), m->s->eco->order,
		                               STR_FMT(m->unordered)) }));
}

static bool is_tracked(const struct vulndb *db, str ecosystem)
{
	for (size_t i = 0; i < db->tracked.n; i++)
		if (str_eq(db->tracked.v[i], ecosystem))
			return true;
	return false;
}

static int run(struct matching *m)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < m->archives.n; i++)
		r = take_rows(m, i, m->s->name);
	if (r == 0 && m->s->package->type == PACKAGE_RPM &&
	    str_eq(names_base(m->s->ecosystem), STR("Red Hat"))) {
		str source = m->s->package->source;
		r = take_rows(
		        m, 0,
		        arena_concat(m->scratch, STR("src:"), source.n ? source : m->s->name));
	}
	r = r < 0 ? r : group_all(m);
	for (size_t i = 0; r == 0 && i < m->groups.n; i++)
		if (m->groups.v[i].group->hits.n)
			r = compose_finding(&m->look, m->scratch, m->s, m->groups.v[i].group, m->a,
			                    m->into, m->e);
	if (r == 0)
		note_gaps(m);
	if (r == 0 && (m->scratch->failed || m->a->failed))
		r = error_set(m->e, ERR_LIMIT, "too many advisories of %.*s", STR_FMT(m->s->name));
	return r < 0 ? error_in(m->e, "%.*s %.*s", STR_FMT(m->s->name), STR_FMT(m->s->version)) : 0;
}

int vulndb_match(struct vulndb *db, const struct package *p, const struct distro *distro,
                 struct arena *a, struct scan_report *into, struct error *e)
{
	struct look look cleanup(look_done) = { 0 };
	struct subject s;
	if (look_open(db, &look, e) < 0)
		return error_in(e, "%.*s %.*s", STR_FMT(p->name), STR_FMT(p->version));
	if (!match_describe(look.scratch, p, distro, &s))
		return 0;
	struct matching m = { .look = look,
		              .scratch = look.scratch,
		              .a = a,
		              .into = into,
		              .e = e,
		              .s = &s,
		              .tracked = is_tracked(db, s.ecosystem) };
	m.archives.n = ubuntu_archives(m.scratch, s.ecosystem, s.version, m.archives.names);
	if (!m.archives.n)
		m.archives.names[m.archives.n++] = s.ecosystem;
	return run(&m);
}
