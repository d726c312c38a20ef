/* report/as_explain_json.c — an explanation for programs: docs/explain.md, checked by
 * data/schema/plimsoll-explain.schema.json. */
#include "base/digest.h"
#include "base/jsonout.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/explanation_writer.h"
#include "report/findingjson.h"

enum { SCHEMA_VERSION = 1 };

struct job {
	const struct explanation *x;
	struct jsonout j;
	struct arena *a;
	struct writer_ref *refs;
};

static void put_package(struct job *job, const struct package *p)
{
	const struct scan_report *r = job->x->report;
	const struct layer *layer = writer_layer(r, (int)MIN(p->layer, (unsigned)INT32_MAX));
	struct jsonout *j = &job->j;
	char digest[DIGEST_TEXT_BYTES];
	size_t at = writer_package_index(r, p);

	jsonout_object(j, "package");
	if (at != SIZE_MAX)
		jsonout_text(j, "ref", job->refs[at].text);
	jsonout_text(j, "type", package_purl_type(p->type));
	jsonout_str(j, "name", p->name);
	jsonout_str(j, "version", p->version);
	jsonout_str(j, "purl", purl_of(job->a, p, &r->distro));
	jsonout_some(j, "source", p->source);
	jsonout_some(j, "source_version", p->source_version);
	jsonout_some(j, "owner", p->owner);
	jsonout_some(j, "license", p->license);
	if (p->traits & PACKAGE_TRAITS) {
		jsonout_array(j, "traits");
		for (unsigned trait = 1; trait < PACKAGE_TRAITS; trait <<= 1)
			if (p->traits & trait)
				jsonout_text(j, NULL,
				             package_trait_word((enum package_trait)trait));
		jsonout_end(j);
	}
	jsonout_str(j, "path", p->path);
	jsonout_some(j, "inner_path", p->inner);
	jsonout_object(j, "evidence");
	jsonout_some(j, "record", p->evidence);
	jsonout_u64(j, "offset", p->offset);
	jsonout_end(j);
	if (layer) {
		jsonout_object(j, "layer");
		jsonout_u64(j, "index", p->layer);
		if (r->base.layers)
			jsonout_bool(j, "base", p->layer < r->base.layers);
		if (layer->has_digest)
			jsonout_text(j, "digest", digest_text(&layer->digest, digest));
		jsonout_some(j, "created_by", layer->created_by);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_comparison(struct job *job, const struct judged *x, const struct compared *c)
{
	struct jsonout *j = &job->j;

	jsonout_object(j, NULL);
	jsonout_text(j, "event", c->event);
	jsonout_str(j, "version", c->version);
	jsonout_str(j, "order", (str){ &c->sign, 1 });
	jsonout_bool(j, "holds", c->holds);
	jsonout_u64(j, "range", c->range);
	jsonout_str(j, "text", explanation_comparison(job->a, x, c));
	jsonout_end(j);
}

static void put_judged(struct job *job, const struct judged *x)
{
	struct jsonout *j = &job->j;

	jsonout_object(j, NULL);
	jsonout_str(j, "advisory", x->advisory);
	jsonout_str(j, "feed", x->feed);
	jsonout_some(j, "modified", x->date);
	jsonout_str(j, "ecosystem", x->ecosystem);
	jsonout_str(j, "name", x->name);
	jsonout_str(j, "version", x->version);
	jsonout_text(j, "version_order", x->order);
	jsonout_text(j, "verdict", reason_word(x->code));
	jsonout_bool(j, "matched", x->matched);
	jsonout_some(j, "fixed_version", x->fixed);
	jsonout_array(j, "aliases");
	for (size_t i = 0; i < x->aliases.n; i++)
		jsonout_str(j, NULL, x->aliases.v[i]);
	jsonout_end(j);
	jsonout_array(j, "comparisons");
	for (size_t i = 0; i < x->comparisons.n; i++)
		put_comparison(job, x, &x->comparisons.v[i]);
	jsonout_end(j);
	if (x->left_out)
		jsonout_u64(j, "comparisons_left_out", x->left_out);
	jsonout_end(j);
}

static void put_judgements(struct job *job, const struct judgements *v)
{
	jsonout_array(&job->j, "judged");
	for (size_t i = 0; i < v->n; i++)
		put_judged(job, &v->v[i]);
	jsonout_end(&job->j);
}

static void put_severity(struct jsonout *j, const struct finding *f)
{
	jsonout_text(j, "severity", severity_word(f->severity));
	jsonout_some(j, "severity_reason", f->severity_reason);
	jsonout_array(j, "ratings");
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *r = &f->ratings.v[i];
		jsonout_object(j, NULL);
		jsonout_str(j, "source", r->source);
		jsonout_text(j, "severity", severity_word(r->severity));
		if (r->score >= 0)
			jsonout_f64(j, "score", r->score);
		jsonout_some(j, "vector", r->vector);
		jsonout_bool(j, "chosen", r->chosen);
		jsonout_end(j);
	}
	jsonout_end(j);
	findingjson_exploited(j, f);
}

static void put_found(struct job *job, const struct explained *x)
{
	const struct finding *f = x->finding;
	struct jsonout *j = &job->j;

	jsonout_object(j, NULL);
	jsonout_str(j, "id", f->id);
	jsonout_str(j, "reference", explanation_reference(job->a, job->x->report, job->refs, f));
	jsonout_array(j, "aliases");
	for (size_t i = 0; i < f->aliases.n; i++)
		jsonout_str(j, NULL, f->aliases.v[i]);
	jsonout_end(j);
	put_package(job, f->package);
	jsonout_array(j, "names");
	for (size_t i = 0; i < x->names.n; i++)
		jsonout_str(j, NULL, x->names.v[i]);
	jsonout_end(j);
	put_judgements(job, &x->judged);
	jsonout_str(j, "chosen_because", x->chosen_because);
	jsonout_some(j, "range", f->range);
	jsonout_some(j, "comparison", f->comparison);
	jsonout_text(j, "status", fix_status_word(f->status));
	jsonout_some(j, "fixed_version", f->fixed_version);
	jsonout_text(j, "state", finding_state_word(f->state));
	put_severity(j, f);
	findingjson_hiding(j, &f->hidden);
	jsonout_some(j, "remediation", f->remediation);
	jsonout_end(j);
}

static void put_why_not(struct job *job)
{
	const struct explanation *x = job->x;
	struct jsonout *j = &job->j;

	jsonout_text(j, "answer", x->reasons.n ? reason_word(x->reasons.v[0].code) : "");
	jsonout_str(j, "why", x->reasons.n ? x->reasons.v[0].why : (str){ 0 });
	jsonout_array(j, "ids");
	for (size_t i = 0; i < x->ids.n; i++)
		jsonout_str(j, NULL, x->ids.v[i]);
	jsonout_end(j);
	jsonout_u64(j, "records", x->records);
	jsonout_array(j, "names");
	for (size_t i = 0; i < x->names.n; i++)
		jsonout_str(j, NULL, x->names.v[i]);
	jsonout_end(j);
	jsonout_array(j, "reasons");
	for (size_t i = 0; i < x->reasons.n; i++) {
		const struct reason *r = &x->reasons.v[i];
		jsonout_object(j, NULL);
		jsonout_text(j, "code", reason_word(r->code));
		jsonout_str(j, "why", r->why);
		if (r->package)
			put_package(job, r->package);
		if (r->finding)
			jsonout_str(
			        j, "reference",
			        explanation_reference(job->a, x->report, job->refs, r->finding));
		put_judgements(job, &r->judged);
		jsonout_end(j);
	}
	jsonout_end(j);
}

int as_explain_json(const struct explanation *x, const struct writer_style *style, struct buf *out,
                    struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .x = x, .j = JSONOUT(out, 2), .a = &a };
	struct jsonout *j = &job.j;
	char created[TIME_TEXT_BYTES];

	job.refs = writer_refs(x->report, &a);
	if (!job.refs)
		return writer_done(&a, out, "explanation", e);
	jsonout_object(j, NULL);
	jsonout_i64(j, "schema_version", SCHEMA_VERSION);
	jsonout_object(j, "tool");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version);
	jsonout_end(j);
	jsonout_text(j, "created", time_text(x->report->now, created));
	jsonout_str(j, "target", x->report->image.target);
	jsonout_some(j, "digest", x->report->image.digest);
	jsonout_u64(j, "generation", x->report->generation);
	jsonout_some(j, "data_date", x->report->data_date);
	jsonout_bool(j, "assessed", x->report->assessed);
	jsonout_text(j, "question", x->why_not ? "why-not" : "why");
	jsonout_str(j, "asked", x->asked);
	if (x->why_not)
		put_why_not(&job);
	if (!x->why_not) {
		jsonout_array(j, "found");
		for (size_t i = 0; i < x->found.n; i++)
			put_found(&job, &x->found.v[i]);
		jsonout_end(j);
	}
	jsonout_end(j);
	return writer_done(&a, out, "explanation", e);
}
