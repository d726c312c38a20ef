#include "scan/assess.h"
#include "base/time.h"
#include "scan/divide.h"
#include "scan/locks.h"
#include "scan/order.h"
#include "scan/owned.h"
#include "scan/planner.h"
#include "scan/reach.h"
#include "scan/targets.h"
#include "scan/vexes.h"
#include "version/ecosystem.h"
#include "vulndb/own.h"
#include "vulndb/products.h"
#include "vulndb/vulndb.h"

struct assessment {
	const struct scan_options *o;
	struct arena *arena;
	struct scan_report *report;
	struct reach reach;
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
	reach_note_release(&s->reach, s->arena, s->report);
	if (d->ecosystem.n && !os_packages)
		add_gap(s, GAP_NOT_READ, STR("package database"),
		        arena_printf(s->arena, "%.*s has one, and none could be read",
		                     STR_FMT(d->name.n ? d->name : d->ecosystem)));
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
	reach_note_data(&s->reach, db, s->arena, r);
	note_unknown_programs(s);
	reach_note_age(&s->reach, s->o->max_data_age_days, time_now(), s->arena, r);
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
	reach_note_end(time_now(), s->arena, r);
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
	struct assessment s = { .o = o, .arena = a, .report = r };
	int code = locks_settle(a, r, e);

	if (code < 0)
		return code;
	s.reach = reach_of(r);
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
