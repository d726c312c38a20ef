#include "scan/scan.h"
#include "scan/assess.h"
#include "scan/gather.h"
#include <assert.h>

enum { SCAN_ARENA_MIB = 256 };

struct scan {
	struct arena arena; /* the report */
	struct scan_report report;
	struct gathering *gathering;
};

int scan_run(const char *target, const struct scan_options *o, struct scan **out, struct error *e)
{
	struct scan *s = calloc(1, sizeof *s);
	int r;

	assert(s);
	s->arena = ARENA(MIB(SCAN_ARENA_MIB));
	r = gather_image(target, o, &s->arena, &s->report, &s->gathering, e);
	if (r >= 0)
		r = assess_report(o, &s->arena, &s->report, e);
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
