#include "scan/assess.h"
#include "base/time.h"
#include "scan/divide.h"
#include "scan/lifetime.h"
#include "scan/locks.h"
#include "scan/order.h"
#include "scan/owned.h"
#include "scan/planner.h"
#include "scan/targets.h"
#include "scan/vexes.h"
#include "version/ecosystem.h"
#include "vulndb/own.h"
#include "vulndb/products.h"
#include "vulndb/trackers.h"
#include "vulndb/vulndb.h"
#include <inttypes.h>

enum { DAY_S = 86400 };

struct assessment {
	const struct scan_options *o;
	struct arena *arena;
	struct scan_report *report;
};

static void add_gap(struct assessment *s, enum gap_kind kind, str where, str why)
{
	vec_add(s->arena, &s->report->gaps, ((struct gap){ kind, where, why, -1 }));
}

static bool is_os_package(const struct package *p)
{
	return p->type == PACKAGE_DEB || p->type == PACKAGE_APK || p->type == PACKAGE_RPM;
}

static void name_release(struct assessment *s)
{
	struct distro *d = &s->report->distro;
	size_t os_packages = 0;

	for (size_t i = 0; i < s->report->packages.n; i++)
		os_packages += is_os_package(&s->report->packages.v[i]);
	d->ecosystem = ecosystem_of_release(
	        s->arena, &(struct os_release){ d->id, d->version_id, d->codename, d->name });
	if (os_packages && !d->id.n)
		add_gap(s, GAP_UNKNOWN_RELEASE, STR("etc/os-release"),
		        arena_printf(s->arena,
		                     "%zu distribution packages, and nothing says of which release",
		                     os_packages));
	else if (d->id.n && !d->ecosystem.n)
		add_gap(s, GAP_UNKNOWN_RELEASE, d->path,
		        arena_printf(s->arena,
		                     "%.*s %.*s is no release that advisories are known for",
		                     STR_FMT(d->id), STR_FMT(d->version_id)));
	else if (d->ecosystem.n && !os_packages)
		add_gap(s, GAP_NOT_READ, STR("package database"),
		        arena_printf(s->arena, "%.*s has one, and none could be read",
		                     STR_FMT(d->name.n ? d->name : d->ecosystem)));
}

/* The advisory ecosystem of a package: its release's, or its language's */
static str ecosystem_of(const struct scan_report *r, const struct package *p)
{
	return is_os_package(p) ? r->distro.ecosystem : str_c(package_ecosystem(p->type));
}

/* Has the ecosystem packages of this type? (A dpkg database on Alpine is nobody's.) */
static bool is_of_kind(str eco, enum package_type t)
{
	const struct ecosystem *known = ecosystem_find(eco);
	return known && !strcmp(known->purl_type, package_purl_type(t));
}

static void note_uncovered(struct assessment *s, struct vulndb *db)
{
	for (enum package_type t = 0; t < PACKAGE_TYPE_COUNT; t++) {
		size_t n = 0;
		str eco = { 0 };
		for (size_t i = 0; i < s->report->packages.n; i++)
			if (s->report->packages.v[i].type == t && !n++)
				eco = ecosystem_of(s->report, &s->report->packages.v[i]);
		bool os = n && (t == PACKAGE_DEB || t == PACKAGE_APK || t == PACKAGE_RPM);
		if (n && !eco.n && !os)
			add_gap(s, GAP_NO_DATA, str_c(package_purl_type(t)),
			        arena_printf(s->arena,
			                     "nobody publishes advisories for %zu %s package%s", n,
			                     package_type_text(t), n == 1 ? "" : "s"));
		else if (n && eco.n && !is_of_kind(eco, t))
			add_gap(s, GAP_NO_DATA, eco,
			        arena_printf(s->arena,
			                     "%zu %s packages, which are none of this release's", n,
			                     package_type_text(t)));
		else if (n && t == PACKAGE_CONDA) /* its Python packages are matched as such */
			add_gap(s, GAP_NO_DATA, STR("conda"),
			        arena_printf(s->arena,
			                     "nobody writes advisories for conda's %zu "
			                     "packages as such",
			                     n));
		else if (n && eco.n && !vulndb_covers(db, eco))
			add_gap(s, GAP_NO_DATA, eco,
			        arena_printf(s->arena, "no advisories for %zu %s package%s", n,
			                     package_type_text(t), n == 1 ? "" : "s"));
	}
}

/* Programs and Windows software that the CVE records are not searched for */
static void note_unknown_programs(struct assessment *s)
{
	const struct scan_report *r = s->report;
	str first = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < r->packages.n; i++)
		if (r->packages.v[i].type == PACKAGE_GENERIC &&
		    !products_know(r->packages.v[i].name) && !n++)
			first = r->packages.v[i].name;
	if (n)
		add_gap(s, GAP_NOTE, STR("programs"),
		        arena_printf(s->arena,
		                     "no advisories are looked up for %zu of them, as %.*s", n,
		                     STR_FMT(first)));
}

/* An ended release still has the advisories of its day, a coming one a few of the next: nobody
 * keeps them whole. */
static void note_ended(struct assessment *s, const struct vulndb *db)
{
	const struct distro *d = &s->report->distro;

	if (d->ecosystem.n && vulndb_left_behind(db, d->ecosystem))
		add_gap(s, GAP_NO_DATA, d->ecosystem,
		        STR("its security tracker does not follow this release"));
}

/* Says that data of this date are too old; false when they are not, or have no date. */
static bool note_old(struct assessment *s, str where, str date, const char *what)
{
	int64_t newest, age;

	if (!time_parse(date, &newest))
		return false;
	age = (time_now() - newest) / DAY_S;
	if (age <= (int64_t)s->o->max_data_age_days)
		return false;
	add_gap(s, GAP_OLD_DATA, where,
	        arena_printf(s->arena, "its newest %s is %" PRId64 " days old, and %u are allowed",
	                     what, age, s->o->max_data_age_days));
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

static bool is_wanted(const struct scan_report *r, str source)
{
	bool seen[PACKAGE_TYPE_COUNT] = { false };

	for (size_t i = 0; i < r->packages.n; i++) {
		const struct package *p = &r->packages.v[i];
		if (!seen[p->type] && speaks_of(source, ecosystem_of(r, p)))
			return true;
		seen[p->type] = true;
	}
	return false;
}

/* The data as a whole; else a feed that stood still while others, of no use here, went on. */
static void note_age(struct assessment *s)
{
	const struct scan_report *r = s->report;

	if (!s->o->max_data_age_days ||
	    note_old(s, STR("advisory database"), r->data_date, "advisory"))
		return;
	for (size_t i = 0; i < r->sources.n; i++)
		if (is_wanted(r, r->sources.v[i].name))
			note_old(s, r->sources.v[i].name, r->sources.v[i].date, "record");
}

static bool is_windows(const struct assessment *s)
{
	return str_eq_nocase(s->report->image.os, STR("windows"));
}

/* Its package database, so to speak: an inventory without it is never whole. */
static void note_registry(struct assessment *s)
{
	if (is_windows(s))
		add_gap(s, GAP_NOT_READ, STR("Windows registry"),
		        STR("what is installed on Windows stands in the registry hives "
		            "(Hives/Software_Base, *_Delta), which are not read"));
}

static void note_windows(struct assessment *s)
{
	const struct image *image = &s->report->image;

	if (is_windows(s))
		add_gap(s, GAP_NO_DATA, STR("Windows"),
		        arena_printf(s->arena,
		                     "no advisories for Windows are read (its build is %.*s)",
		                     STR_FMT(image->os_version.n ? image->os_version
		                                                 : STR("not told"))));
}

/* What the database, where there is one, knows of the flaws that own advisories name */
static int tell_own(struct assessment *s, size_t first, struct error *e)
{
	struct vulndb *db;
	struct error none = { 0 };
	int code = 0;

	if (first == s->report->findings.n || vulndb_open(s->o->db_path, &db, &none) < 0)
		return 0; /* match_all has said why */
	vulndb_rate_by(db, s->o->severity_source ? str_c(s->o->severity_source) : (str){ 0 });
	for (size_t i = first; code >= 0 && i < s->report->findings.n; i++)
		code = vulndb_tell(db, s->arena, &s->report->findings.v[i], e);
	vulndb_close(db);
	return code;
}

/* Beside the database, and without one too */
static int match_own(struct assessment *s, struct error *e)
{
	struct scan_report *r = s->report;
	struct vulndb *db;
	str skipped;
	size_t first = r->findings.n;
	int code = own_open(&(struct own_options){ s->o->advisories, s->o->temp_dir, false },
	                    s->arena, &db, &skipped, e);

	if (code < 0)
		return code;
	if (skipped.n)
		add_gap(s, GAP_NOT_READ, STR("own advisories"), skipped);
	code = vulndb_describe_own(db, s->arena, r, e);
	if (code >= 0)
		code = vulndb_match_all(db, r->distro.id.n ? &r->distro : NULL, locks_is_own,
		                        s->arena, r, e);
	own_join(s->arena, r, first);
	vulndb_close(db);
	return code < 0 ? code : tell_own(s, first, e);
}

static int match_all(struct assessment *s, struct error *e)
{
	struct vulndb *db;
	struct scan_report *r = s->report;
	struct distro *distro = r->distro.id.n ? &r->distro : NULL;
	int code = vulndb_open(s->o->db_path, &db, e);

	note_windows(s);
	if (code == ERR_NODATA) { /* the inventory is worth a report; that it is not assessed is
		                     said on it */
		add_gap(s, GAP_NO_DATA, STR("advisory database"),
		        arena_str(s->arena, str_c(e->msg)));
		*e = (struct error){ 0 };
		return 0;
	}
	if (code < 0)
		return code;
	vulndb_rate_by(db, s->o->severity_source ? str_c(s->o->severity_source) : (str){ 0 });
	code = vulndb_describe(db, s->arena, r, e);
	note_uncovered(s, db);
	note_unknown_programs(s);
	note_ended(s, db);
	note_age(s);
	if (code >= 0)
		code = vulndb_match_all(db, distro, locks_is_own, s->arena, r, e);
	if (code >= 0)
		code = owned_hide(db, s->arena, r, e);
	vulndb_close(db);
	return code;
}

/* The report's own time: no clock but the data's, so that the same image and data give the same
 * bytes */
static int64_t time_of(const struct scan_report *r)
{
	int64_t now = 0;

	if (getenv("SOURCE_DATE_EPOCH"))
		return time_now();
	return time_parse(r->data_date, &now) || time_parse(r->image.created, &now) ? now : 0;
}

static void note_end(struct assessment *s)
{
	struct scan_report *r = s->report;
	const struct distro *d = &r->distro;

	r->eol = lifetime_of(d, r->now);
	if (r->eol.ended)
		add_gap(s, GAP_NO_DATA, d->ecosystem.n ? d->ecosystem : d->id,
		        arena_printf(s->arena,
		                     "%.*s %.*s ended on %.*s: what is found since is mended for "
		                     "nobody%s%.*s",
		                     STR_FMT(d->id), STR_FMT(d->version_id), STR_FMT(r->eol.date),
		                     r->eol.extended.n ? " without a contract, which ends on " : "",
		                     STR_FMT(r->eol.extended)));
}

static void make_plan(struct assessment *s)
{
	struct plan *p = arena_new(s->arena, struct plan);
	struct vulndb *db = NULL;
	struct error e = { 0 };

	if (!p)
		return;
	planner_make(s->arena, s->report, p);
	s->report->plan = p;
	if (p->steps.n && (vulndb_open(s->o->db_path, &db, &e) < 0 ||
	                   targets_settle(db, s->report, p, s->arena, &e) < 0))
		add_gap(s, GAP_UNREADABLE, STR("upgrade plan"), arena_str(s->arena, str_c(e.msg)));
	vulndb_close(db);
	order_gaps(s->report);
}

static void settle(struct assessment *s)
{
	struct scan_report *r = s->report;

	r->now = time_of(r);
	note_end(s);
	order_report(r);
	divide_findings(s->o, s->arena, r);
	if (s->o->plan)
		make_plan(s);
	if (s->o->vex) {
		vexes_remark(s->o->vex, s->arena, r);
		order_gaps(r);
	}
	r->assessed = true;
	for (size_t i = 0; i < r->gaps.n; i++)
		r->assessed &= !gap_matters(r->gaps.v[i].kind);
}

int assess_report(const struct scan_options *o, struct arena *a, struct scan_report *r,
                  struct error *e)
{
	struct assessment s = { o, a, r };
	int code = locks_settle(a, r, e);

	if (code < 0)
		return code;
	name_release(&s);
	note_registry(&s);
	order_packages(r); /* before findings point at them */
	if (o->db_path)
		code = match_all(&s, e);
	if (code >= 0 && o->db_path && o->advisories)
		code = match_own(&s, e);
	if (code >= 0)
		settle(&s);
	return code;
}
