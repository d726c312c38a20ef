/* vulndb_match: a package's rows, those that hold its version, grouped by flaw. A package without
 * rows costs one look at the tree; one with rows a comparison each. */
#include "vulndb/compose.h"
#include "vulndb/group.h"
#include "vulndb/names.h"
#include "vulndb/subject.h"
#include "vulndb/trackers.h"
#include "vulndb/ubuntu.h"
#include "vulndb/weigh.h"
#include <inttypes.h>

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
	struct unordered {
		str id, version; /* a record's event that has no place in the order */
	} unordered;
	struct hits hits;
};

/* The opinions of a row that holds the version, and why it does */
static int evaluate(struct matching *m, str row, struct hit *h)
{
	struct weighed w = { 0 };
	int r = weigh_read(m->s, row, m->scratch, &w, m->e);
	if (r < 0)
		return r;
	h->verdict = weigh_judge(m->s, &w);
	h->open = w.open;
	h->opinions.v = w.opinions.v;
	h->opinions.n = h->opinions.room = w.opinions.n;
	if (h->verdict.unordered && !h->verdict.affected)
		m->unordered = (struct unordered){ h->id, h->verdict.unordered->version };
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

static int keep(struct matching *m, const struct hit *h)
{
	bool joins = m->tracked && h->head.origin == ORIGIN_OSV, withdrawn = h->head.withdrawn.n;
	if (joins && (withdrawn || tracker_retells(h->id)))
		return 0;
	struct hit *kept = arena_new(m->scratch, struct hit);
	if (!kept)
		return error_set(m->e, ERR_LIMIT, "too many advisories of %.*s",
		                 STR_FMT(m->s->name));
	*kept = *h;
	if (withdrawn)
		vec_add(m->scratch, &m->hits.withdrawn, ((struct hit_ref){ kept }));
	else if (joins)
		vec_add(m->scratch, &m->hits.notices, ((struct hit_ref){ kept }));
	else
		vec_add(m->scratch, &m->hits.found, ((struct hit_ref){ kept }));
	return 0;
}

/* Most rows of a kernel do not hold its version; what reading them took serves the next. */
static int take_row(struct matching *m, str archive, str id, str feed, str value)
{
	struct arena_mark before = arena_mark(m->scratch);
	struct hit h = { .id = id, .feed = feed, .pro = ubuntu_is_pro(archive) };
	int r = evaluate(m, value, &h);
	if (r == 0 && h.verdict.affected && (r = load(m, &h)) == 1)
		return keep(m, &h);
	arena_undo(m->scratch, &before);
	return r;
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
	if (m->unordered.version.n)
		vec_add(m->a, &m->into->gaps,
		        ((struct gap){ .kind = GAP_NOTE,
		                       .where = p->path,
		                       .layer = (int)p->layer,
		                       .why = arena_printf(
		                               m->a,
		                               "%.*s: an advisory was left out, its version has no "
		                               "place in %s order: %.*s: %.*s",
		                               STR_FMT(p->name), m->s->eco->order,
		                               STR_FMT(m->unordered.id),
		                               STR_FMT(m->unordered.version)) }));
}

static int run(struct matching *m)
{
	struct groups groups = { 0 };
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
	r = r < 0 ? r : group_hits(&m->look, m->s, &m->hits, &groups, m->e);
	for (size_t i = 0; r == 0 && i < groups.list.n; i++)
		if (groups.list.v[i].group->hits.n)
			r = compose_finding(&m->look, m->scratch, m->s, groups.list.v[i].group,
			                    m->a, m->into, m->e);
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
	if (!subject_describe(look.scratch, p, distro, &s))
		return 0;
	struct matching m = { .look = look,
		              .scratch = look.scratch,
		              .a = a,
		              .into = into,
		              .e = e,
		              .s = &s,
		              .tracked = vulndb_decides(db, s.ecosystem) };
	m.archives.n = ubuntu_archives(m.scratch, s.ecosystem, s.version, m.archives.names);
	if (!m.archives.n)
		m.archives.names[m.archives.n++] = s.ecosystem;
	return run(&m);
}
