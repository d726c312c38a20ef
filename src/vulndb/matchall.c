/* vulndb_match_all: the packages of a report. A source's binaries have its name and version as far
 * as Debian's and Alpine's advisories go, so that what is found for the first holds for the others:
 * a third of an image's packages. */
#include "vulndb/advice.h"
#include "vulndb/subject.h"
#include "vulndb/ubuntu.h"
#include "vulndb/vulndb.h"

enum { NAMES_BYTES = 64 << 20, FINDINGS_AT_ONCE = 4096 };

struct told { /* what was found for a subject: findings first … first + n */
	str name, version;
	enum package_type type;
	bool known;
	size_t first, n;
};

struct telling {
	struct vulndb *db;
	const struct distro *distro;
	struct arena names, *a;
	struct told *told; /* by hash */
	size_t room;
	struct scan_report *into;
};

/* The place of the package's subject; NULL when others do not share it, or nothing is known of it
 */
static struct told *place_of(struct telling *t, const struct package *p)
{
	struct subject s;
	if ((p->type != PACKAGE_DEB && p->type != PACKAGE_APK) || !t->told ||
	    !subject_describe(&t->names, p, t->distro, &s))
		return NULL;
	for (size_t i = str_hash(s.name) + str_hash(s.version);; i++) {
		struct told *at = &t->told[i & (t->room - 1)];
		if (!at->name.n) {
			*at = (struct told){ s.name, s.version, p->type, false, 0, 0 };
			return at;
		}
		if (at->type == p->type && str_eq(at->name, s.name) &&
		    str_eq(at->version, s.version))
			return at;
	}
}

/* The copies share their lists, which nobody may lengthen in place. */
static void close_lists(struct finding *f)
{
	f->aliases.room = f->aliases.n;
	f->advisories.room = f->advisories.n;
	f->ratings.room = f->ratings.n;
	f->cwes.room = f->cwes.n;
	f->references.room = f->references.n;
}

static int repeat(struct telling *t, const struct told *at, const struct package *p,
                  struct error *e)
{
	for (size_t i = at->first; i < at->first + at->n; i++) {
		close_lists(&t->into->findings.v[i]);
		struct finding f = t->into->findings.v[i];
		f.package = p;
		advice_fill(t->a, &f, ubuntu_needs_pro(f.range, f.compared_version));
		vec_add(t->a, &t->into->findings, f);
	}
	return t->a->failed ? error_set(e, ERR_LIMIT,
	                                "too many findings: the report's %zu bytes are spent",
	                                t->a->max_bytes)
	                    : 0;
}

static int tell(struct telling *t, const struct package *p, struct error *e)
{
	struct told *at = place_of(t, p);
	if (at && at->known)
		return repeat(t, at, p, e);
	size_t first = t->into->findings.n, gaps = t->into->gaps.n;
	int r = vulndb_match(t->db, p, t->distro, t->a, t->into, e);
	if (at && r >= 0) {
		at->known = t->into->gaps.n == gaps; /* a gap names its package */
		at->first = first;
		at->n = t->into->findings.n - first;
	}
	return r;
}

int vulndb_match_all(struct vulndb *db, const struct distro *distro,
                     bool (*left_out)(const struct package *p), struct arena *a,
                     struct scan_report *into, struct error *e)
{
	struct telling t = { .db = db,
		             .distro = distro,
		             .names = ARENA(NAMES_BYTES),
		             .a = a,
		             .room = 16,
		             .into = into };
	int r = 0;
	while (t.room < 2 * into->packages.n)
		t.room *= 2;
	/* memory that is not used is not touched, and a copy of what grows is */
	vec_reserve(a, &into->findings, MIN(into->packages.n, (size_t)FINDINGS_AT_ONCE));
	t.told = calloc(t.room, sizeof *t.told);
	for (size_t i = 0; r >= 0 && i < into->packages.n; i++)
		if (!left_out || !left_out(&into->packages.v[i]))
			r = tell(&t, &into->packages.v[i], e);
	free(t.told);
	arena_done(&t.names);
	return r;
}
