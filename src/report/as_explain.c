/* report/as_explain.c — an explanation as a person reads it: the chain from the bytes in the image
 * to the word "affected", a section a package; or the reasons against. */
#include "base/digest.h"
#include "model/package_use.h"
#include "report/explanation_writer.h"
#include "report/license.h"
#include "report/paint.h"
#include "report/table.h"
#include <inttypes.h>

enum { LABEL = 16, LICENSE_BYTES = 2048, REASONS_SHOWN = 50 };

struct job {
	const struct explanation *x;
	struct painter p;
	struct writer_ref *refs;
};

str explanation_comparison(struct arena *a, const struct judged *j, const struct compared *c)
{
	const char *sign = !strcmp(c->event, "introduced")      ? "<="
	                   : !strcmp(c->event, "last_affected") ? ">="
	                                                        : ">";

	if (!strcmp(c->event, "listed"))
		return arena_printf(a, "%.*s among the %.*s listed: %s", STR_FMT(j->version),
		                    STR_FMT(c->version), c->holds ? "yes" : "no");
	if (c->sign == '?')
		return arena_printf(a, "%s %.*s and %.*s: cannot be ordered (%s order)", c->event,
		                    STR_FMT(c->version), STR_FMT(j->version), j->order);
	return arena_printf(a, "%s %.*s %s %.*s (%s order): %s", c->event, STR_FMT(c->version),
	                    sign, STR_FMT(j->version), j->order, c->holds ? "yes" : "no");
}

str explanation_reference(struct arena *a, const struct scan_report *r,
                          const struct writer_ref *refs, const struct finding *f)
{
	size_t at = writer_package_index(r, f->package);
	return at == SIZE_MAX ? f->id : arena_printf(a, "%.*s/%s", STR_FMT(f->id), refs[at].text);
}

static void label(struct job *job, const char *name, enum ink ink, str value)
{
	const struct painter *p = &job->p;

	if (!value.n)
		return;
	paint(p, INK_DIM, STR("  "));
	paint(p, INK_DIM, str_c(name));
	paint_pad(p, strlen(name) + 2 < LABEL ? LABEL - strlen(name) - 2 : 1);
	paint_words(p, ink, MAX((size_t)LABEL, strlen(name) + 3), LABEL, value);
}

static void line(struct job *job, size_t indent, enum ink ink, str text)
{
	paint_pad(&job->p, indent);
	paint_words(&job->p, ink, indent, indent + 2, text);
}

static void head(struct job *job, const char *title)
{
	paint_end(&job->p);
	paint(&job->p, INK_BOLD, str_c(title));
	paint_end(&job->p);
}

/* --- the package --- */

static str traits_of(struct arena *a, const struct package *p)
{
	str out = { 0 };

	for (unsigned trait = 1; trait < PACKAGE_TRAITS; trait <<= 1)
		if (p->traits & trait)
			out = arena_printf(a, "%.*s%s%s", STR_FMT(out), out.n ? ", " : "",
			                   package_trait_word((enum package_trait)trait));
	if (package_use_of(p) != USE_ORDINARY)
		out = arena_printf(a, "%.*s%s%s", STR_FMT(out), out.n ? ", " : "",
		                   package_use_word(package_use_of(p)));
	return out;
}

static void put_layer(struct job *job, const struct package *p)
{
	const struct scan_report *r = job->x->report;
	const struct layer *layer = writer_layer(r, (int)MIN(p->layer, (unsigned)INT32_MAX));
	struct arena *a = job->p.a;
	char digest[DIGEST_TEXT_BYTES];
	str name = r->base.name.n ? r->base.name : r->base.digest;

	if (!layer || p->traits & PACKAGE_CLAIMED)
		return;
	label(job, "layer", INK_PLAIN,
	      arena_printf(a, "%u of %zu%s%s", p->layer + 1, r->image.layers.n,
	                   layer->has_digest ? ", " : "",
	                   layer->has_digest ? digest_text(&layer->digest, digest) : ""));
	label(job, "made by", INK_PLAIN, writer_line(a, layer->created_by, 0));
	if (r->base.layers)
		label(job, "base image", INK_PLAIN,
		      arena_printf(a,
		                   p->layer < r->base.layers ? "brings it: %.*s"
		                                             : "does not bring it: %.*s",
		                   STR_FMT(name)));
}

static void put_package(struct job *job, const struct package *p)
{
	struct arena *a = job->p.a;
	struct buf license cleanup(buf_done) = BUF(LICENSE_BYTES);

	head(job, "Package");
	label(job, "name", INK_BOLD,
	      arena_printf(a, "%.*s %.*s (%s)", STR_FMT(p->name), STR_FMT(p->version),
	                   package_type_text(p->type)));
	label(job, "architecture", INK_PLAIN, p->arch);
	if (p->source.n)
		label(job, "source", INK_PLAIN,
		      arena_printf(a, "%.*s %.*s", STR_FMT(p->source),
		                   STR_FMT(p->source_version.n ? p->source_version : p->version)));
	label(job, "module", INK_PLAIN, p->module);
	label(job, "owner", INK_PLAIN, p->owner);
	label(job, "traits", INK_PLAIN, traits_of(a, p));
	label(job, "licence", INK_PLAIN,
	      license_expression(p->license, &license) ? arena_str(a, buf_view(&license))
	                                               : p->license);
	label(job, "file", INK_PLAIN, writer_place(a, p));
	label(job, "record", INK_PLAIN,
	      arena_printf(a, "%.*s at %" PRIu64, STR_FMT(p->evidence), p->offset));
	put_layer(job, p);
}

/* --- the advisories --- */

static void put_judged(struct job *job, const struct judged *j)
{
	struct arena *a = job->p.a;
	unsigned range = 0;
	str aliases = { 0 };

	line(job, 2, INK_BOLD,
	     arena_printf(a, "%.*s (%.*s%s%.*s): %s", STR_FMT(j->advisory), STR_FMT(j->feed),
	                  j->date.n ? ", " : "", STR_FMT(str_upto(j->date, 10)),
	                  reason_text(j->code)));
	line(job, 4, INK_DIM,
	     arena_printf(a, "speaks of %.*s in %.*s", STR_FMT(j->name), STR_FMT(j->ecosystem)));
	for (size_t i = 0; i < j->comparisons.n; i++) {
		const struct compared *c = &j->comparisons.v[i];
		if (c->range != range)
			line(job, 4, INK_DIM, STR("or"));
		range = c->range;
		line(job, 4, INK_PLAIN, explanation_comparison(a, j, c));
	}
	if (j->left_out)
		line(job, 4, INK_DIM,
		     arena_printf(a, "and %" PRIu64 " more comparisons", j->left_out));
	for (size_t i = 0; i < j->aliases.n; i++)
		aliases = arena_printf(a, "%.*s%s%.*s", STR_FMT(aliases), aliases.n ? ", " : "",
		                       STR_FMT(j->aliases.v[i]));
	if (aliases.n)
		line(job, 4, INK_DIM, arena_printf(a, "also called %.*s", STR_FMT(aliases)));
}

static void put_data(struct job *job)
{
	const struct scan_report *r = job->x->report;

	if (r->generation)
		line(job, 2, INK_DIM,
		     arena_printf(job->p.a, "advisory data: generation %" PRIu64 ", newest of %.*s",
		                  r->generation, STR_FMT(str_upto(r->data_date, 10))));
}

static void put_advisories(struct job *job, const struct explained *x)
{
	const struct finding *f = x->finding;

	head(job, "Advisories");
	for (size_t i = 0; i < x->names.n; i++)
		line(job, 2, INK_PLAIN, x->names.v[i]);
	for (size_t i = 0; i < x->judged.n; i++)
		put_judged(job, &x->judged.v[i]);
	label(job, "chosen", INK_PLAIN, x->chosen_because);
	label(job, "range", INK_PLAIN, f->range);
	label(job, "because", INK_PLAIN, f->comparison);
	label(job, "status", INK_PLAIN,
	      writer_fixable(f) ? arena_printf(job->p.a, "fixed in %.*s", STR_FMT(f->fixed_version))
	                        : str_c(writer_fix_words(f)));
	if (f->state != STATE_VALID)
		label(job, "state", INK_BAD, str_c(finding_state_word(f->state)));
	put_data(job);
}

/* --- what follows --- */

static void put_severity(struct job *job, const struct finding *f)
{
	struct arena *a = job->p.a;

	head(job, "Severity");
	line(job, 2, ink_of(f->severity),
	     arena_printf(a, "%s: %.*s", severity_word(f->severity), STR_FMT(f->severity_reason)));
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *r = &f->ratings.v[i];
		str score = r->score >= 0 ? arena_printf(a, " %.1f", r->score) : (str){ 0 };
		line(job, 2, r->chosen ? INK_PLAIN : INK_DIM,
		     arena_printf(a, "%s %.*s: %s%.*s%s%.*s", r->chosen ? "*" : "-",
		                  STR_FMT(r->source), severity_word(r->severity), STR_FMT(score),
		                  r->vector.n ? " " : "", STR_FMT(r->vector)));
	}
	if (f->exploited.known)
		label(job, "exploited", INK_BAD,
		      arena_printf(a, "known to be (CISA KEV)%s%s%.*s%s%.*s",
		                   f->exploited.ransomware ? ", with ransomware" : "",
		                   f->exploited.added.n ? ", since " : "",
		                   STR_FMT(f->exploited.added), f->exploited.due.n ? ", due " : "",
		                   STR_FMT(f->exploited.due)));
	if (writer_has_epss(f))
		label(job, "EPSS", INK_PLAIN,
		      arena_printf(a, "%.2f%% in 30 days, above %.1f%% of all CVEs",
		                   f->exploited.epss * 100, f->exploited.percentile * 100));
}

static void put_hiding(struct job *job, const struct hiding *h)
{
	if (h->kind == HIDING_NONE)
		return;
	head(job, "Hidden");
	label(job, "because", INK_PLAIN, str_c(hiding_word(h->kind)));
	label(job, "by", INK_PLAIN, h->by);
	label(job, "reason", INK_PLAIN, h->why);
	label(job, "until", INK_PLAIN, h->until);
}

static void put_found(struct job *job, const struct explained *x)
{
	const struct finding *f = x->finding;
	struct arena *a = job->p.a;

	paint(&job->p, INK_BOLD,
	      paint_clean(&job->p,
	                  arena_printf(a, "%.*s in %.*s %.*s", STR_FMT(f->id),
	                               STR_FMT(f->package->name), STR_FMT(f->package->version))));
	paint_end(&job->p);
	line(job, 2, INK_PLAIN, writer_line(a, writer_title(f), 0));
	label(job, "reference", INK_DIM, explanation_reference(a, job->x->report, job->refs, f));
	put_package(job, f->package);
	put_advisories(job, x);
	put_severity(job, f);
	put_hiding(job, &f->hidden);
	head(job, "Remedy");
	line(job, 2, INK_PLAIN, f->remediation);
}

/* --- why not --- */

static void put_reason(struct job *job, const struct reason *x)
{
	struct arena *a = job->p.a;

	paint_end(&job->p);
	line(job, 0, INK_BOLD, arena_printf(a, "%s: %.*s", reason_word(x->code), STR_FMT(x->why)));
	if (x->package)
		label(job, "file", INK_DIM, writer_place(a, x->package));
	for (size_t i = 0; i < x->judged.n; i++)
		put_judged(job, &x->judged.v[i]);
}

static void put_gaps(struct job *job)
{
	const struct scan_report *r = job->x->report;

	if (r->assessed)
		return;
	paint_end(&job->p);
	line(job, 0, INK_BAD,
	     STR("The image was not assessed whole; what is not told could be there:"));
	for (size_t i = 0; i < r->gaps.n; i++)
		if (gap_matters(r->gaps.v[i].kind))
			line(job, 2, INK_PLAIN,
			     arena_printf(job->p.a, "%.*s: %.*s", STR_FMT(r->gaps.v[i].where),
			                  STR_FMT(r->gaps.v[i].why)));
}

static void put_why_not(struct job *job)
{
	const struct explanation *x = job->x;
	struct arena *a = job->p.a;
	bool there = x->reasons.n && x->reasons.v[0].code == REASON_AFFECTED;
	str also = { 0 };

	for (size_t i = 0; i < x->ids.n; i++)
		if (!str_eq_nocase(x->ids.v[i], x->asked))
			also = arena_printf(a, "%.*s%s%.*s", STR_FMT(also),
			                    also.n ? ", " : " (also ", STR_FMT(x->ids.v[i]));
	line(job, 0, INK_BOLD,
	     arena_printf(a, "%.*s%.*s%s in %.*s: %s", STR_FMT(x->asked), STR_FMT(also),
	                  also.n ? ")" : "", STR_FMT(x->report->image.target),
	                  there ? "it is found" : "not found"));
	for (size_t i = 0; i < x->reasons.n && i < REASONS_SHOWN; i++)
		put_reason(job, &x->reasons.v[i]);
	if (x->reasons.n > REASONS_SHOWN)
		line(job, 0, INK_DIM,
		     arena_printf(a, "and %zu more, which -f json has",
		                  x->reasons.n - REASONS_SHOWN));
	put_data(job);
	put_gaps(job);
}

int as_explain(const struct explanation *x, const struct writer_style *style, struct buf *out,
               struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .x = x, .p = { out, &a, style } };

	job.refs = writer_refs(x->report, &a);
	if (!job.refs)
		return writer_done(&a, out, "explanation", e);
	if (x->why_not)
		put_why_not(&job);
	for (size_t i = 0; i < x->found.n; i++) {
		if (i)
			paint_end(&job.p);
		put_found(&job, &x->found.v[i]);
	}
	return writer_done(&a, out, "explanation", e);
}
