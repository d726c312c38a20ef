/* scan/explain.c — see the header. */
#include "scan/explain.h"
#include "scan/evidence.h"
#include "vulndb/subject.h"
#include "vulndb/trackers.h"

/* --- one finding --- */

static void tell_names(struct arena *a, const struct scan_report *r, struct explained *x)
{
	const struct package *p = x->finding->package;
	struct subject s;

	if (!subject_describe(a, p, r->distro.id.n ? &r->distro : NULL, &s))
		return;
	if (!str_eq(s.ecosystem, x->finding->ecosystem))
		vec_add(a, &x->names,
		        arena_printf(a, "%.*s is kept as %.*s", STR_FMT(x->finding->ecosystem),
		                     STR_FMT(s.ecosystem)));
	if (p->source.n && str_eq(p->source, s.name) && !str_eq(p->name, s.name))
		vec_add(a, &x->names,
		        arena_printf(a,
		                     "advisories of %.*s speak of the source package: %.*s of %.*s",
		                     STR_FMT(s.ecosystem), STR_FMT(s.name), STR_FMT(p->name)));
	else if (!str_eq(p->name, s.name))
		vec_add(a, &x->names,
		        arena_printf(a, "%.*s is the same name as %.*s in %.*s", STR_FMT(p->name),
		                     STR_FMT(s.name), STR_FMT(s.ecosystem)));
	if (!str_eq(p->version, s.version))
		vec_add(a, &x->names,
		        arena_printf(a, "the source package's version %.*s is compared, not %.*s",
		                     STR_FMT(s.version), STR_FMT(p->version)));
}

/* The rule of compose.c's is_before, in words */
static str why_chosen(struct arena *a, const struct explained *x)
{
	const struct finding *f = x->finding;
	str id = f->advisories.n ? f->advisories.v[0] : f->id;
	const struct judged *first = NULL;
	bool others = false, same = false;

	for (size_t i = 0; i < x->judged.n; i++) {
		const struct judged *j = &x->judged.v[i];
		if (str_eq(j->advisory, id) && !first)
			first = j;
		else if (j->code == REASON_AFFECTED) {
			others = true;
			same |= str_eq(j->fixed, f->fixed_version);
		}
	}
	if (first && tracker_of(first->feed))
		return arena_printf(a, "%.*s: the distribution's own word, which decides",
		                    STR_FMT(id));
	if (!others)
		return arena_printf(a, "%.*s: the only record that matched", STR_FMT(id));
	if (!f->fixed_version.n)
		return arena_printf(a, "%.*s: no record names a fix, this is the first by its id",
		                    STR_FMT(id));
	return arena_printf(a, "%.*s: its fix %.*s is the highest, so it clears every record%s",
	                    STR_FMT(id), STR_FMT(f->fixed_version),
	                    same ? "; of equal ones the first" : "");
}

static int explain_one(struct evidence *x, const struct scan_report *r, const struct finding *f,
                       struct arena *a, struct explanation *out, struct error *e)
{
	struct explained one = { .finding = f };
	int code = evidence_learn(x, f->id, a, e);

	if (code == 0)
		code = evidence_judge(x, f->package, r->distro.id.n ? &r->distro : NULL, a,
		                      &one.judged, e);
	if (code < 0)
		return code;
	for (size_t i = 0; i < one.judged.n; i++)
		one.judged.v[i].matched =
		        evidence_among(f->advisories.v, f->advisories.n, one.judged.v[i].advisory);
	tell_names(a, r, &one);
	one.chosen_because = why_chosen(a, &one);
	vec_add(a, &out->found, one);
	return 0;
}

int explain_why(struct evidence *x, const struct scan_report *r, str id, const struct package *only,
                struct arena *a, struct explanation *out, struct error *e)
{
	size_t shown = r->findings.n, all = shown + r->suppressed.n;
	int code = 0;

	out->report = r;
	for (size_t i = 0; i < all && code == 0; i++) {
		const struct finding *f =
		        i < shown ? &r->findings.v[i] : &r->suppressed.v[i - shown];
		if ((!id.n || evidence_is(f, id)) && (!only || f->package == only))
			code = explain_one(x, r, f, a, out, e);
	}
	if (code == 0 && a->failed)
		code = error_set(e, ERR_LIMIT, "too many records");
	return code;
}
