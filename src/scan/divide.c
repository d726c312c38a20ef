#include "scan/divide.h"
#include "base/attr.h"
#include "base/time.h"
#include "model/package_use.h"
#include "policy/ignorefile.h"
#include "policy/vexmatch.h"

/* An advisory that was taken back is told, and counts no more. */
static bool by_state(const struct scan_options *o, struct arena *a, const struct scan_report *r,
                     struct finding *f)
{
	(void)o, (void)r;
	if (f->state != STATE_REJECTED && f->state != STATE_WITHDRAWN)
		return false;
	f->hidden = (struct hiding){
		.kind = HIDING_WITHDRAWN,
		.by = f->advisories.n ? f->advisories.v[0] : f->id,
		.why = arena_printf(a, "the advisory was %s", finding_state_word(f->state)),
	};
	return true;
}

/* What --leave-out names */
static bool by_noise(const struct scan_options *o, struct arena *a, const struct scan_report *r,
                     struct finding *f)
{
	enum package_use use = o->left_out ? package_use_of(f->package) : USE_ORDINARY;
	(void)r;
	if (!(o->left_out >> use & 1))
		return false;
	f->hidden = (struct hiding){
		.kind = HIDING_NOISE,
		.by = arena_printf(a, "--leave-out %s", package_use_word(use)),
		.why = str_c(package_use_text(use)),
	};
	return true;
}

static void add_advice(struct arena *a, const char *what, str by, str action, struct finding *f)
{
	f->remediation = arena_printf(a, "%.*s%sVEX (%.*s): %s%s%.*s", STR_FMT(f->remediation),
	                              f->remediation.n ? "\n" : "", STR_FMT(by), what,
	                              action.n ? ": " : "", STR_FMT(action));
}

/* What VEX statements say: not affected (and why) or fixed hides it, the others add what they know. */
static bool by_vex(const struct scan_options *o, struct arena *a, const struct scan_report *r,
                   struct finding *f)
{
	struct vex_verdict v;
	str by;

	if (!o->vex || !vexmatch_find(o->vex, r, f, &v))
		return false;
	const struct vex_statement *s = v.statement;
	by = arena_printf(a, "%.*s: %.*s%sstatement %u", STR_FMT(v.document->file),
	                  STR_FMT(v.document->id), v.document->id.n ? ", " : "", s->number);
	if (s->status == VEX_AFFECTED)
		add_advice(a, "affected", by, s->action, f);
	if (s->status == VEX_UNDER_INVESTIGATION) {
		add_advice(a, "under investigation", by, s->action, f);
		if (f->status == FIX_NONE)
			f->status = FIX_UNDER_INVESTIGATION;
	}
	if (s->status == VEX_AFFECTED || s->status == VEX_UNDER_INVESTIGATION || vex_is_reasonless(s))
		return false;
	f->hidden = (struct hiding){ .kind = HIDING_VEX,
		                     .by = by,
		                     .why = s->justification.n       ? s->justification
		                            : s->status == VEX_FIXED ? STR("fixed")
		                                                     : s->impact };
	if (s->justification.n && s->impact.n)
		f->hidden.why = arena_printf(a, "%.*s: %.*s", STR_FMT(s->justification),
		                             STR_FMT(s->impact));
	return true;
}

/* What an ignore file accepts: by today's date, as it has to come back on the day it ends */
static bool by_ignorefile(const struct scan_options *o, struct arena *a,
                          const struct scan_report *r, struct finding *f)
{
	const struct ignore_entry *x = o->ignored ? ignorefile_find(o->ignored, f, time_now()) : NULL;
	(void)r;
	if (!x)
		return false;
	f->hidden = (struct hiding){ .kind = HIDING_IGNORED,
		                     .by = arena_printf(a, "%.*s:%u", STR_FMT(o->ignored->file), x->line),
		                     .why = x->statement,
		                     .until = x->until };
	return true;
}

/* Facts about the finding first, then what somebody decided about it. */
static divide_decider *const deciders[] = {
	by_state,
	by_noise,
	by_vex,
	by_ignorefile,
};

static bool is_hidden(const struct scan_options *o, struct arena *a, const struct scan_report *r,
                      struct finding *f)
{
	for (size_t i = 0; i < LEN(deciders) && f->hidden.kind == HIDING_NONE; i++)
		if (deciders[i](o, a, r, f))
			return true;
	return f->hidden.kind != HIDING_NONE;
}

void divide_findings(const struct scan_options *o, struct arena *a, struct scan_report *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->findings.n; i++) {
		struct finding *f = &r->findings.v[i];
		bool fixable = f->status == FIX_AVAILABLE || !o->ignore_unfixed;
		if (is_hidden(o, a, r, f)) {
			vec_add(a, &r->suppressed, *f);
			continue;
		}
		if (fixable) {
			r->worst = MAX(r->worst, f->severity);
			r->any = true;
		}
		if (fixable && (!o->shown || o->shown >> f->severity & 1))
			r->findings.v[kept++] = *f;
		else
			r->findings_hidden++;
	}
	r->findings.n = kept;
}
