/* scan/targets.c — see the header. */
#include "scan/targets.h"
#include "scan/planner.h"
#include "version/ecosystem.h"
#include "vulndb/vulndb.h"

enum { RAISES_MAX = 8, SCRATCH_BYTES = 64 << 20 };

static bool is_of_step(const struct plan_step *s, const struct package *p)
{
	for (size_t i = 0; i < s->packages.n; i++)
		if (s->packages.v[i] == p)
			return true;
	return false;
}

/* The report has it of these packages anyway, without a fix or hidden: no upgrade brings it. */
static bool is_there_already(const struct scan_report *r, const struct plan_step *s,
                             const struct finding *f)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *known = &r->findings.v[i];
		if (str_eq(known->id, f->id) && known->status != FIX_AVAILABLE &&
		    is_of_step(s, known->package))
			return true;
	}
	for (size_t i = 0; i < r->suppressed.n; i++)
		if (str_eq(r->suppressed.v[i].id, f->id) &&
		    is_of_step(s, r->suppressed.v[i].package))
			return true;
	return false;
}

static struct package upgraded(const struct plan_step *s, struct arena *scratch)
{
	struct package p = *s->packages.v[0];
	bool with_v = p.type == PACKAGE_GOLANG && str_starts(p.version, STR("v")) &&
	              !str_starts(s->to, STR("v"));

	p.version = with_v ? arena_concat(scratch, STR("v"), s->to) : s->to;
	if (p.source_version.n)
		p.source_version = s->to;
	return p;
}

static void note(struct plan_step *s, str id, struct arena *a)
{
	for (size_t i = 0; i < s->opens.n; i++)
		if (str_eq(s->opens.v[i], id))
			return;
	vec_add(a, &s->opens, arena_str(a, id));
}

/* 1: there is a version to go on to, and it is the target now */
static int try_target(struct vulndb *db, const struct scan_report *r, struct plan_step *s,
                      struct arena *a, struct arena *scratch, struct error *e)
{
	struct scan_report at = { 0 };
	struct package p = upgraded(s, scratch);
	str next = s->to;
	int code = vulndb_match(db, &p, r->distro.id.n ? &r->distro : NULL, scratch, &at, e);

	s->opens.n = 0;
	for (size_t i = 0; code >= 0 && i < at.findings.n; i++) {
		const struct finding *f = &at.findings.v[i];
		const struct ecosystem *eco = ecosystem_find(f->ecosystem);
		if (f->state == STATE_REJECTED || f->state == STATE_WITHDRAWN ||
		    is_there_already(r, s, f))
			continue;
		if (f->status == FIX_AVAILABLE && eco && eco->valid(f->fixed_version) &&
		    eco->compare(f->fixed_version, s->to) > 0) {
			if (eco->compare(f->fixed_version, next) > 0)
				next = f->fixed_version;
		} else {
			note(s, f->id, a);
		}
	}
	if (code < 0 || str_eq(next, s->to))
		return MIN(code, 0);
	planner_raise(s, arena_str(a, next), a);
	return 1;
}

int targets_settle(struct vulndb *db, const struct scan_report *r, struct plan *p, struct arena *a,
                   struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(SCRATCH_BYTES);
	int code = 0;

	for (size_t i = 0; i < p->steps.n && code >= 0; i++) {
		struct plan_step *s = &p->steps.v[i];
		unsigned raises = 0;
		do {
			arena_reset(&scratch);
			code = s->packages.n ? try_target(db, r, s, a, &scratch, e) : 0;
		} while (code == 1 && ++raises < RAISES_MAX);
	}
	return MIN(code, 0);
}
