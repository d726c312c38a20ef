/* report/as_json.c — plimsoll's own report: everything the scan knows, in a fixed order of members.
 * Documented in docs/report-json.md, checked by data/schema/plimsoll-report.schema.json. A member
 * that has nothing to say is left out; lists are always there. */
#include "base/digest.h"
#include "base/jsonout.h"
#include "base/time.h"
#include "model/package_use.h"
#include "model/plan.h"
#include "model/purl.h"
#include "report/findingjson.h"
#include "report/license.h"
#include "report/writer.h"

enum { SCHEMA_VERSION = 1, LICENSE_BYTES = 2048 };

struct job {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch; /* emptied after every package and finding */
	const struct writer_ref *refs;
	struct buf license;
};

static void put_image(struct jsonout *j, const struct image *image)
{
	jsonout_object(j, "image");
	jsonout_str(j, "target", image->target);
	jsonout_some(j, "kind", image->kind);
	jsonout_some(j, "name", image->name);
	jsonout_some(j, "digest", image->digest);
	jsonout_some(j, "config_digest", image->config_digest);
	jsonout_some(j, "media_type", image->media_type);
	jsonout_some(j, "os", image->os);
	jsonout_some(j, "architecture", image->arch);
	jsonout_some(j, "variant", image->variant);
	jsonout_some(j, "os_version", image->os_version);
	jsonout_some(j, "created", image->created);
	jsonout_array(j, "labels");
	for (size_t i = 0; i < image->labels.n; i++) {
		jsonout_object(j, NULL);
		jsonout_str(j, "key", image->labels.v[i].key);
		jsonout_str(j, "value", image->labels.v[i].value);
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_end(j);
}

static void put_distro(struct jsonout *j, const struct distro *d)
{
	if (!d->id.n && !d->name.n && !d->path.n) {
		jsonout_null(j, "distro");
		return;
	}
	jsonout_object(j, "distro");
	jsonout_some(j, "id", d->id);
	jsonout_some(j, "id_like", d->id_like);
	jsonout_some(j, "version_id", d->version_id);
	jsonout_some(j, "codename", d->codename);
	jsonout_some(j, "name", d->name);
	jsonout_some(j, "path", d->path);
	jsonout_some(j, "ecosystem", d->ecosystem);
	jsonout_end(j);
}

static void put_end_of_life(struct jsonout *j, const struct end_of_life *eol)
{
	if (!eol->known) {
		jsonout_null(j, "end_of_life");
		return;
	}
	jsonout_object(j, "end_of_life");
	jsonout_bool(j, "ended", eol->ended);
	jsonout_some(j, "date", eol->date);
	jsonout_some(j, "extended", eol->extended);
	jsonout_end(j);
}

static void put_base(struct jsonout *j, const struct base_image *base)
{
	if (!base->name.n && !base->digest.n) {
		jsonout_null(j, "base_image");
		return;
	}
	jsonout_object(j, "base_image");
	jsonout_some(j, "name", base->name);
	jsonout_some(j, "digest", base->digest);
	jsonout_some(j, "how", base->how);
	if (base->layers)
		jsonout_u64(j, "layers", base->layers);
	jsonout_end(j);
}

static void put_data(struct jsonout *j, const struct scan_report *r)
{
	if (!r->generation) {
		jsonout_null(j, "advisory_data");
		return;
	}
	jsonout_object(j, "advisory_data");
	jsonout_u64(j, "generation", r->generation);
	jsonout_some(j, "date", r->data_date);
	jsonout_array(j, "sources");
	for (size_t i = 0; i < r->sources.n; i++) {
		jsonout_object(j, NULL);
		jsonout_str(j, "name", r->sources.v[i].name);
		jsonout_some(j, "date", r->sources.v[i].date);
		jsonout_u64(j, "records", r->sources.v[i].records);
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_end(j);
}

static void put_counts(struct jsonout *j, const char *key, const uint64_t *counts)
{
	jsonout_object(j, key);
	for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
		jsonout_u64(j, severity_word((enum severity)s), counts[s]);
	jsonout_end(j);
}

static void put_summary(struct jsonout *j, const struct scan_report *r)
{
	struct writer_counts c;

	writer_count(r, &c);
	jsonout_object(j, "summary");
	jsonout_u64(j, "packages", r->packages.n);
	jsonout_object(j, "packages_by_type");
	for (int t = 0; t < PACKAGE_TYPE_COUNT; t++)
		if (c.packages[t])
			jsonout_u64(j, package_purl_type((enum package_type)t), c.packages[t]);
	jsonout_end(j);
	jsonout_u64(j, "vulnerable_packages", c.vulnerable_packages);
	jsonout_u64(j, "findings", c.all_found);
	jsonout_u64(j, "vulnerabilities", c.vulnerabilities);
	put_counts(j, "findings_by_severity", c.found);
	jsonout_u64(j, "fixable", c.all_fixable);
	put_counts(j, "fixable_by_severity", c.fixable);
	jsonout_u64(j, "hidden", r->findings_hidden);
	jsonout_u64(j, "suppressed", r->suppressed.n);
	jsonout_u64(j, "exploited", c.exploited);
	jsonout_u64(j, "gaps", r->gaps.n);
	jsonout_u64(j, "gaps_that_matter", c.gaps_that_matter);
	jsonout_end(j);
}

static void put_gaps(struct jsonout *j, const struct scan_report *r)
{
	jsonout_array(j, "gaps");
	for (size_t i = 0; i < r->gaps.n; i++) {
		const struct gap *g = &r->gaps.v[i];
		jsonout_object(j, NULL);
		jsonout_text(j, "kind", gap_word(g->kind));
		jsonout_bool(j, "matters", gap_matters(g->kind));
		jsonout_text(j, "meaning", gap_meaning(g->kind));
		jsonout_str(j, "where", g->where);
		jsonout_str(j, "why", g->why);
		if (writer_layer(r, g->layer))
			jsonout_i64(j, "layer", g->layer);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_layer_identity(struct jsonout *j, const struct layer *layer)
{
	char text[DIGEST_TEXT_BYTES];

	if (layer->has_digest)
		jsonout_text(j, "digest", digest_text(&layer->digest, text));
	jsonout_some(j, "diff_id", layer->diff_id);
	jsonout_some(j, "created_by", layer->created_by);
}

static void put_layers(struct jsonout *j, const struct scan_report *r)
{
	jsonout_array(j, "layers");
	for (size_t i = 0; i < r->image.layers.n; i++) {
		const struct layer *layer = &r->image.layers.v[i];
		jsonout_object(j, NULL);
		jsonout_u64(j, "index", i);
		put_layer_identity(j, layer);
		jsonout_some(j, "media_type", layer->media_type);
		if (layer->size_bytes)
			jsonout_u64(j, "size_bytes", layer->size_bytes);
		jsonout_bool(j, "foreign", layer->foreign);
		jsonout_end(j);
	}
	jsonout_end(j);
}

/* Where a package is: in packages and in findings alike. */
static void put_location(struct job *job, const struct package *p)
{
	const struct layer *layer = writer_layer(job->r, (int)MIN(p->layer, (unsigned)INT32_MAX));

	jsonout_str(&job->json, "path", p->path);
	jsonout_some(&job->json, "inner_path", p->inner);
	if (!layer)
		return;
	jsonout_object(&job->json, "layer");
	jsonout_u64(&job->json, "index", p->layer);
	if (job->r->base.layers)
		jsonout_bool(&job->json, "base", p->layer < job->r->base.layers);
	put_layer_identity(&job->json, layer);
	jsonout_end(&job->json);
}

static void put_traits(struct jsonout *j, const struct package *p)
{
	if (!(p->traits & PACKAGE_TRAITS))
		return;
	jsonout_array(j, "traits");
	for (unsigned trait = 1; trait < PACKAGE_TRAITS; trait <<= 1)
		if (p->traits & trait)
			jsonout_text(j, NULL, package_trait_word((enum package_trait)trait));
	jsonout_end(j);
}

static void put_license(struct job *job, str recorded)
{
	jsonout_some(&job->json, "license", recorded);
	if (license_expression(recorded, &job->license))
		jsonout_str(&job->json, "license_expression", buf_view(&job->license));
}

static void put_package(struct job *job, size_t i)
{
	const struct package *p = &job->r->packages.v[i];
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_text(j, "ref", job->refs[i].text);
	jsonout_text(j, "type", package_purl_type(p->type));
	jsonout_str(j, "name", p->name);
	jsonout_str(j, "version", p->version);
	jsonout_str(j, "purl", purl_of(job->scratch, p, &job->r->distro));
	jsonout_some(j, "architecture", p->arch);
	jsonout_some(j, "source", p->source);
	jsonout_some(j, "source_version", p->source_version);
	jsonout_some(j, "module", p->module);
	put_license(job, p->license);
	jsonout_some(j, "maintainer", p->maintainer);
	jsonout_some(j, "owner", p->owner);
	put_traits(j, p);
	put_location(job, p);
	jsonout_object(j, "evidence");
	jsonout_some(j, "record", p->evidence);
	jsonout_u64(j, "offset", p->offset);
	jsonout_end(j);
	jsonout_end(j);
}

static void put_found_in(struct job *job, const struct package *p)
{
	size_t at = writer_package_index(job->r, p);

	jsonout_object(&job->json, "package");
	if (at != SIZE_MAX)
		jsonout_text(&job->json, "ref", job->refs[at].text);
	jsonout_text(&job->json, "type", package_purl_type(p->type));
	jsonout_str(&job->json, "name", p->name);
	jsonout_str(&job->json, "version", p->version);
	jsonout_str(&job->json, "purl", purl_of(job->scratch, p, &job->r->distro));
	if (package_use_of(p) != USE_ORDINARY)
		jsonout_text(&job->json, "package_class", package_use_word(package_use_of(p)));
	put_location(job, p);
	jsonout_end(&job->json);
}

static void put_finding(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_str(j, "id", f->id);
	jsonout_strs(j, "aliases", f->aliases.v, f->aliases.n);
	jsonout_text(j, "severity", severity_word(f->severity));
	jsonout_some(j, "severity_reason", f->severity_reason);
	findingjson_ratings(j, f);
	jsonout_text(j, "state", finding_state_word(f->state));
	findingjson_exploited(j, f);
	findingjson_hiding(j, &f->hidden);
	put_found_in(job, f->package);
	jsonout_text(j, "status", fix_status_word(f->status));
	jsonout_some(j, "fixed_version", f->fixed_version);
	jsonout_some(j, "remediation", f->remediation);
	findingjson_match(j, f);
	jsonout_strs(j, "cwes", f->cwes.v, f->cwes.n);
	jsonout_some(j, "title", f->title);
	jsonout_some(j, "description", f->description);
	findingjson_references(j, f);
	jsonout_some(j, "published", f->published);
	jsonout_some(j, "modified", f->modified);
	jsonout_end(j);
}

static void put_packages(struct job *job)
{
	jsonout_array(&job->json, "packages");
	for (size_t i = 0; i < job->r->packages.n; i++) {
		put_package(job, i);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
	jsonout_end(&job->json);
}

static void put_findings(struct job *job, const char *key, const struct finding *v, size_t n)
{
	jsonout_array(&job->json, key);
	for (size_t i = 0; i < n; i++) {
		put_finding(job, &v[i]);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
	jsonout_end(&job->json);
}

static void put_step(struct job *job, const struct plan_step *s)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_text(j, "type", package_purl_type(s->type));
	jsonout_str(j, "name", s->name);
	jsonout_str(j, "from", s->from);
	jsonout_str(j, "to", s->to);
	jsonout_bool(j, "major", s->major);
	if (s->within.n) {
		jsonout_str(j, "within_major", s->within);
		jsonout_u64(j, "within_major_findings", s->within_findings);
	}
	if (s->opens.n) {
		jsonout_array(j, "target_flaws");
		for (size_t i = 0; i < s->opens.n; i++)
			jsonout_str(j, NULL, s->opens.v[i]);
		jsonout_end(j);
	}
	jsonout_bool(j, "base", s->base);
	if (!s->claimed)
		jsonout_u64(j, "layer", s->layer);
	jsonout_array(j, "packages");
	for (size_t i = 0; i < s->packages.n; i++) {
		size_t at = writer_package_index(job->r, s->packages.v[i]);
		if (at != SIZE_MAX)
			jsonout_text(j, NULL, job->refs[at].text);
	}
	jsonout_end(j);
	jsonout_u64(j, "findings", s->findings);
	put_counts(j, "findings_by_severity", s->found);
	jsonout_u64(j, "exploited", s->exploited);
	jsonout_u64(j, "weight", s->weight);
	jsonout_u64(j, "cleared", s->cleared);
	jsonout_u64(j, "cleared_weight", s->cleared_weight);
	jsonout_some(j, "command", s->how);
	jsonout_end(j);
}

static void put_plan(struct job *job)
{
	const struct plan *p = job->r->plan;
	struct jsonout *j = &job->json;

	if (!p)
		return;
	jsonout_object(j, "plan");
	jsonout_u64(j, "findings", p->findings);
	jsonout_u64(j, "weight", p->weight);
	jsonout_array(j, "steps");
	for (size_t i = 0; i < p->steps.n; i++)
		put_step(job, &p->steps.v[i]);
	jsonout_end(j);
	jsonout_object(j, "remaining");
	for (unsigned s = 0; s < FIX_STATUS_COUNT; s++)
		jsonout_u64(j, fix_status_word((enum fix_status)s), p->remaining[s]);
	jsonout_u64(j, "suppressed", p->hidden);
	jsonout_end(j);
	jsonout_end(j);
}

static void put_tool(struct jsonout *j, const struct writer_style *style, int64_t now)
{
	char text[TIME_TEXT_BYTES];

	jsonout_i64(j, "schema_version", SCHEMA_VERSION);
	jsonout_object(j, "tool");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version);
	jsonout_end(j);
	jsonout_text(j, "created", time_text(now, text));
}

int as_json(const struct scan_report *r, const struct writer_style *style, struct buf *out,
            struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = {
		.r = r, .json = JSONOUT(out, 2), .scratch = &scratch, .license = BUF(LICENSE_BYTES)
	};
	struct jsonout *j = &job.json;

	job.refs = writer_refs(r, &kept);
	if (!job.refs)
		return writer_done(&kept, out, "json", e);
	jsonout_object(j, NULL);
	put_tool(j, style, r->now);
	put_image(j, &r->image);
	put_distro(j, &r->distro);
	put_end_of_life(j, &r->eol);
	put_base(j, &r->base);
	put_data(j, r);
	jsonout_bool(j, "assessed", r->assessed);
	put_summary(j, r);
	put_gaps(j, r);
	put_layers(j, r);
	put_packages(&job);
	put_findings(&job, "findings", r->findings.v, r->findings.n);
	put_findings(&job, "suppressed", r->suppressed.v, r->suppressed.n);
	put_plan(&job);
	jsonout_end(j);
	buf_done(&job.license);
	return writer_done(&scratch, out, "json", e);
}
