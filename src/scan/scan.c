#include "scan/scan.h"
#include "scan/assess.h"
#include "policy/vexmatch.h"
#include "scan/gather.h"
#include "scan/vexes.h"
#include <assert.h>

enum { SCAN_ARENA_MIB = 256 };

struct scan {
	struct arena arena; /* the report */
	struct scan_report report;
	struct gathering *gathering;
};

/* The statements of this scan: those its user named, which serve other scans too, and those that are
 * attached to the image */
static void join_vex(struct scan_options *o, struct arena *a, const struct vex_set *given,
                     struct vex_set *all)
{
	for (size_t i = 0; given && i < given->documents.n; i++) {
		const struct vex_document *d = &given->documents.v[i];
		vec_add(a, &all->documents, *d);
		for (size_t k = 0; k < d->statements.n; k++)
			d->statements.v[k].fitted = false;
	}
	vexmatch_index(all, a);
	o->vex = all->documents.n ? all : NULL;
}

int scan_run(const char *target, const struct scan_options *given, struct scan **out,
             struct error *e)
{
	struct scan *s = calloc(1, sizeof *s);
	struct scan_options o = *given;
	struct vex_set vex = { 0 };
	int r;

	assert(s);
	s->arena = ARENA(MIB(SCAN_ARENA_MIB));
	o.vex_attached = o.attached_vex ? &vex : NULL;
	r = gather_image(target, &o, &s->arena, &s->report, &s->gathering, e);
	if (r >= 0) {
		join_vex(&o, &s->arena, given->vex, &vex);
		r = assess_report(&o, &s->arena, &s->report, e);
	}
	if (r >= 0 && o.vex_unfitted)
		*o.vex_unfitted = vexes_unfitted(&vex);
	if (r >= 0 && s->arena.failed)
		r = error_set(e, ERR_LIMIT, "the scan's %d MiB of findings are spent",
		              SCAN_ARENA_MIB);
	if (r < 0) {
		scan_free(s);
		return r;
	}
	*out = s;
	return 0;
}

const struct scan_report *scan_report(const struct scan *s)
{
	return &s->report;
}

void scan_free(struct scan *s)
{
	if (!s)
		return;
	gathering_free(s->gathering);
	arena_done(&s->arena);
	free(s);
}

int scan_verdict(const struct scan_report *r, enum severity bar)
{
	if (r->any && r->worst >= bar)
		return 1;
	return r->assessed ? 0 : 3;
}
