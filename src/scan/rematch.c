#include "scan/rematch.h"
#include "scan/divide.h"
#include "scan/locks.h"
#include "scan/owned.h"
#include "scan/reach.h"
#include "version/ecosystem.h"
#include "vulndb/vulndb.h"

struct rematching {
	struct vulndb *db;
	const struct distro *distro;
	const struct rematch_package *v;
	size_t n;
	struct arena *a;
	rematch_each *each;
	void *ctx;
};

/* What a reader of another image's package would say: not where it lies. */
static struct package placeless(const struct package *p)
{
	struct package out = *p;

	out.path = out.inner = out.evidence = (str){ 0 };
	out.owner = (str){ 0 };
	out.layer = 0;
	return out;
}

static str gap_of(const struct scan_report *r, size_t from)
{
	for (size_t i = from; i < r->gaps.n; i++)
		if (r->gaps.v[i].kind == GAP_VERSION)
			return r->gaps.v[i].why;
	return (str){ 0 };
}

/* Findings of package `at` of the report, which are those from `first` on, told as of v[index] */
static int tell(struct rematching *m, struct scan_report *r, size_t index, str gap, struct error *e)
{
	static const struct scan_options none;
	struct rematch_result told = { .package = index, .gap = gap };

	divide_findings(&none, m->a, r);
	for (size_t i = 0; i < r->suppressed.n; i++)
		vec_add(m->a, &r->findings, r->suppressed.v[i]);
	if (m->a->failed)
		return error_set(e, ERR_LIMIT, "%.*s: too many findings",
		                 STR_FMT(m->v[index].p.name));
	told.findings = r->findings.v;
	told.n = r->findings.n;
	return m->each(m->ctx, &told, e);
}

static int match_one(struct rematching *m, size_t index, struct error *e)
{
	const struct rematch_package *x = &m->v[index];
	struct scan_report r = { .now = 0 };
	struct package *p;
	int code = 0;

	if (m->distro)
		r.distro = *m->distro;
	if (x->owner && (p = vec_push(m->a, &r.packages)))
		*p = placeless(x->owner);
	if ((p = vec_push(m->a, &r.packages)))
		*p = placeless(&x->p);
	if (m->a->failed)
		return error_set(e, ERR_LIMIT, "a package that is too large");
	if (x->owner)
		p->owner = x->owner->name;
	if (!locks_is_own(p))
		code = vulndb_match(m->db, p, m->distro, m->a, &r, e);
	if (code >= 0 && x->owner && r.findings.n)
		code = owned_hide(m->db, m->a, &r, e);
	return code < 0 ? code : tell(m, &r, index, gap_of(&r, 0), e);
}

/* A later program may know a release that the one which stored it did not. */
static void name_release(struct distro *d, struct arena *a)
{
	struct os_release o = { d->id, d->version_id, d->codename, d->name };
	str eco = ecosystem_of_release(a, &o);

	if (eco.n)
		d->ecosystem = eco;
}

int rematch_run(struct vulndb *db, const struct distro *distro, const struct rematch_package *v,
                size_t n, struct arena *a, rematch_each *each, void *ctx, struct error *e)
{
	struct arena named cleanup(arena_done) = ARENA(MIB(1));
	struct distro d = distro ? *distro : (struct distro){ 0 };
	struct rematching m = { db, NULL, v, n, a, each, ctx };
	int r = 0;

	if (d.id.n) {
		name_release(&d, &named);
		m.distro = &d;
	}
	for (size_t i = 0; i < n && r >= 0; i++) {
		r = match_one(&m, i, e);
		arena_rewind(a);
	}
	return MIN(r, 0);
}

int rematch_judge(struct vulndb *db, const struct distro *distro, unsigned types,
                  unsigned max_data_age_days, int64_t now, struct arena *a, struct scan_report *r,
                  struct error *e)
{
	struct reach x = { 0 };

	*r = (struct scan_report){ .now = now };
	if (distro)
		r->distro = *distro;
	if (r->distro.id.n)
		name_release(&r->distro, a);
	for (enum package_type t = 0; t < PACKAGE_TYPE_COUNT; t++)
		x.n[t] = types >> t & 1;
	int code = vulndb_describe(db, a, r, e);
	if (code < 0)
		return code;
	reach_note_release(&x, a, r);
	reach_note_data(&x, db, a, r);
	reach_note_age(&x, max_data_age_days, now, a, r);
	reach_note_end(now, a, r);
	return a->failed ? error_set(e, ERR_LIMIT, "too many gaps of one kind of image") : 0;
}
