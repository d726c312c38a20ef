#include "scan/reach.h"
#include "base/time.h"
#include "scan/lifetime.h"
#include "version/ecosystem.h"
#include "vulndb/trackers.h"
#include "vulndb/vulndb.h"
#include <inttypes.h>

enum { DAY_S = 86400 };

struct reach reach_of(const struct scan_report *r)
{
	struct reach x = { .counted = true };

	for (size_t i = 0; i < r->packages.n; i++)
		x.n[r->packages.v[i].type]++;
	return x;
}

static bool is_released(enum package_type t)
{
	return t == PACKAGE_DEB || t == PACKAGE_APK || t == PACKAGE_RPM;
}

/* The advisory ecosystem of a package: its release's, or its language's */
static str ecosystem_of(const struct scan_report *r, enum package_type t)
{
	return is_released(t) ? r->distro.ecosystem : str_c(package_ecosystem(t));
}

/* Has the ecosystem packages of this type? (A dpkg database on Alpine is nobody's.) */
static bool is_of_kind(str eco, enum package_type t)
{
	const struct ecosystem *known = ecosystem_find(eco);
	return known && !strcmp(known->purl_type, package_purl_type(t));
}

static void add_gap(struct arena *a, struct scan_report *r, enum gap_kind kind, str where, str why)
{
	vec_add(a, &r->gaps, ((struct gap){ kind, where, why, -1 }));
}

/* "12 npm packages", "1 npm package", "npm packages" */
static str amount(const struct reach *x, enum package_type t, const char *what, struct arena *a)
{
	const char *s = !x->counted || x->n[t] != 1 ? "s" : "";

	return x->counted ? arena_printf(a, "%zu %s%spackage%s", x->n[t], what, *what ? " " : "", s)
	                  : arena_printf(a, "%s%spackage%s", what, *what ? " " : "", s);
}

void reach_note_release(const struct reach *x, struct arena *a, struct scan_report *r)
{
	const struct distro *d = &r->distro;
	struct reach all = { .counted = x->counted };

	for (enum package_type t = 0; t < PACKAGE_TYPE_COUNT; t++)
		all.n[PACKAGE_DEB] += is_released(t) ? x->n[t] : 0;
	if (all.n[PACKAGE_DEB] && !d->id.n)
		add_gap(a, r, GAP_UNKNOWN_RELEASE, STR("etc/os-release"),
		        arena_printf(a, "%.*s, and nothing says of which release",
		                     STR_FMT(amount(&all, PACKAGE_DEB, "distribution", a))));
	else if (d->id.n && !d->ecosystem.n)
		add_gap(a, r, GAP_UNKNOWN_RELEASE, d->path,
		        arena_printf(a, "%.*s %.*s is no release that advisories are known for",
		                     STR_FMT(d->id), STR_FMT(d->version_id)));
}

static void note_uncovered(const struct reach *x, enum package_type t, struct vulndb *db,
                           struct arena *a, struct scan_report *r)
{
	str eco = ecosystem_of(r, t), some = amount(x, t, package_type_text(t), a);

	if (!eco.n && !is_released(t))
		add_gap(a, r, GAP_NO_DATA, str_c(package_purl_type(t)),
		        arena_printf(a, "nobody publishes advisories for %.*s", STR_FMT(some)));
	else if (eco.n && !is_of_kind(eco, t))
		add_gap(a, r, GAP_NO_DATA, eco,
		        arena_printf(a, "%.*s, which are none of this release's", STR_FMT(some)));
	else if (t == PACKAGE_CONDA) /* its Python packages are matched as such */
		add_gap(a, r, GAP_NO_DATA, STR("conda"),
		        arena_printf(a, "nobody writes advisories for conda's %.*s as such",
		                     STR_FMT(amount(x, t, "", a))));
	else if (eco.n && !vulndb_covers(db, eco))
		add_gap(a, r, GAP_NO_DATA, eco,
		        arena_printf(a, "no advisories for %.*s", STR_FMT(some)));
}

/* An ended release still has the advisories of its day, a coming one a few of the next: nobody
 * keeps them whole. */
static void note_ended(const struct vulndb *db, struct arena *a, struct scan_report *r)
{
	if (r->distro.ecosystem.n && vulndb_left_behind(db, r->distro.ecosystem))
		add_gap(a, r, GAP_NO_DATA, r->distro.ecosystem,
		        STR("its security tracker does not follow this release"));
}

void reach_note_data(const struct reach *x, struct vulndb *db, struct arena *a,
                     struct scan_report *r)
{
	for (enum package_type t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (x->n[t])
			note_uncovered(x, t, db, a, r);
	note_ended(db, a, r);
}

/* Says that data of this date are too old; false when they are not, or have no date. */
static bool note_old(unsigned days, int64_t now, str where, str date, const char *what,
                     struct arena *a, struct scan_report *r)
{
	int64_t newest, age;

	if (!time_parse(date, &newest))
		return false;
	age = (now - newest) / DAY_S;
	if (age <= (int64_t)days)
		return false;
	add_gap(a, r, GAP_OLD_DATA, where,
	        arena_printf(a, "its newest %s is %" PRId64 " days old, and %u are allowed", what,
	                     age, days));
	return true;
}

/* "osv/Debian" and "debian/tracker" speak of "Debian:12" */
static bool speaks_of(str source, str eco)
{
	str base = str_upto(eco, str_chr(eco, ':'));
	const struct tracker *tracker = tracker_of(source);

	if (tracker)
		return str_eq(base, tracker->ecosystem);
	if (str_starts(source, STR("cve/")))
		return str_eq(base, STR("CVE"));
	return str_starts(source, STR("osv/")) && str_eq(str_from(source, 4), base);
}

static bool is_wanted(const struct reach *x, const struct scan_report *r, str source)
{
	for (enum package_type t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (x->n[t] && speaks_of(source, ecosystem_of(r, t)))
			return true;
	return false;
}

/* The data as a whole; else a feed that stood still while others, of no use here, went on. */
void reach_note_age(const struct reach *x, unsigned days, int64_t now, struct arena *a,
                    struct scan_report *r)
{
	if (!days || note_old(days, now, STR("advisory database"), r->data_date, "advisory", a, r))
		return;
	for (size_t i = 0; i < r->sources.n; i++)
		if (is_wanted(x, r, r->sources.v[i].name))
			note_old(days, now, r->sources.v[i].name, r->sources.v[i].date, "record", a,
			         r);
}

void reach_note_end(int64_t now, struct arena *a, struct scan_report *r)
{
	const struct distro *d = &r->distro;

	r->eol = lifetime_of(d, now);
	if (r->eol.ended)
		add_gap(a, r, GAP_NO_DATA, d->ecosystem.n ? d->ecosystem : d->id,
		        arena_printf(a,
		                     "%.*s %.*s ended on %.*s: what is found since is mended for "
		                     "nobody%s%.*s",
		                     STR_FMT(d->id), STR_FMT(d->version_id), STR_FMT(r->eol.date),
		                     r->eol.extended.n ? " without a contract, which ends on " : "",
		                     STR_FMT(r->eol.extended)));
}
