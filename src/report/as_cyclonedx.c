/* report/as_cyclonedx.c — CycloneDX 1.6 as JSON (ECMA-424): the image as metadata.component, its
 * distribution and packages as components, findings as vulnerabilities; what was not assessed as a
 * composition that is incomplete and as properties. */
#include "base/digest.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/cyclonedx.h"
#include "report/license.h"
#include <inttypes.h>
#include <stdio.h>

enum { LICENSE_BYTES = 2048 };

static void property_u64(struct jsonout *j, const char *name, uint64_t value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%" PRIu64, value);
	cyclonedx_property(j, name, str_c(digits));
}

/* ---- the document's own identity ---- */

static void sum_str(struct digester *d, str s)
{
	digester_add(d, s.p, s.n);
	digester_add(d, "", 1);
}

static void put_serial_number(struct cyclonedx *job)
{
	const struct scan_report *r = job->r;
	struct digester *d = digester_new();
	struct digest sum;
	char text[64];

	snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64, r->generation, r->findings_hidden);
	sum_str(d, STR("plimsoll cyclonedx"));
	sum_str(d, r->image.digest.n ? r->image.digest : r->image.target);
	sum_str(d, str_c(text));
	for (size_t i = 0; i < r->packages.n; i++)
		sum_str(d, str_c(job->refs[i].text));
	for (size_t i = 0; i < r->findings.n; i++)
		sum_str(d, r->findings.v[i].id);
	digester_end(d, &sum);
	digester_free(d);
	memcpy(text, "urn:uuid:", 9);
	writer_uuid(&sum, text + 9);
	jsonout_text(&job->json, "serialNumber", text);
}

static void put_image(struct cyclonedx *job)
{
	const struct image *image = &job->r->image;
	struct jsonout *j = &job->json;
	str sha256 =
	        str_starts(image->digest, STR("sha256:")) ? str_from(image->digest, 7) : (str){ 0 };

	jsonout_object(j, "component");
	jsonout_text(j, "type", "container");
	jsonout_text(j, "bom-ref", "image");
	bool layout = str_starts(image->kind, STR("oci"));
	jsonout_str(j, "name", image->name.n && !layout ? image->name : image->target);
	jsonout_some(j, "version", image->digest);
	if (sha256.n == 64) {
		jsonout_array(j, "hashes");
		jsonout_object(j, NULL);
		jsonout_text(j, "alg", "SHA-256");
		jsonout_str(j, "content", sha256);
		jsonout_end(j);
		jsonout_end(j);
	}
	jsonout_some(j, "purl", writer_image_purl(job->scratch, image));
	jsonout_array(j, "properties");
	cyclonedx_property(j, "plimsoll:target", image->target);
	cyclonedx_property(j, "plimsoll:kind", image->kind);
	cyclonedx_property(j, "plimsoll:config_digest", image->config_digest);
	cyclonedx_property(j, "plimsoll:os", image->os);
	cyclonedx_property(j, "plimsoll:architecture", image->arch);
	cyclonedx_property(j, "plimsoll:variant", image->variant);
	jsonout_end(j);
	jsonout_end(j);
}

static void put_coverage(struct cyclonedx *job)
{
	const struct scan_report *r = job->r;
	struct jsonout *j = &job->json;

	jsonout_array(j, "properties");
	cyclonedx_property(j, "plimsoll:assessed", r->assessed ? STR("true") : STR("false"));
	if (r->generation)
		property_u64(j, "plimsoll:generation", r->generation);
	cyclonedx_property(j, "plimsoll:data_date", r->data_date);
	if (r->eol.known) {
		cyclonedx_property(j, "plimsoll:end_of_life", r->eol.date);
		cyclonedx_property(j, "plimsoll:end_of_life_ended",
		                   r->eol.ended ? STR("true") : STR("false"));
	}
	cyclonedx_property(j, "plimsoll:base_image", r->base.name);
	cyclonedx_property(j, "plimsoll:base_image_digest", r->base.digest);
	if (r->base.layers)
		property_u64(j, "plimsoll:base_image_layers", r->base.layers);
	if (r->findings_hidden)
		property_u64(j, "plimsoll:findings_hidden", r->findings_hidden);
	for (size_t i = 0; i < r->gaps.n; i++) {
		const struct gap *g = &r->gaps.v[i];
		str what = arena_printf(job->scratch, "%s: %.*s: %.*s", gap_word(g->kind),
		                        STR_FMT(g->where), STR_FMT(g->why));
		cyclonedx_property(
		        j, gap_matters(g->kind) ? "plimsoll:not_assessed" : "plimsoll:note", what);
	}
	jsonout_end(j);
}

static void put_metadata(struct cyclonedx *job, const struct writer_style *style)
{
	struct jsonout *j = &job->json;
	char text[TIME_TEXT_BYTES];

	jsonout_object(j, "metadata");
	jsonout_text(j, "timestamp", time_text(job->r->now, text));
	jsonout_object(j, "tools");
	jsonout_array(j, "components");
	jsonout_object(j, NULL);
	jsonout_text(j, "type", "application");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
	put_image(job);
	put_coverage(job);
	jsonout_end(j);
	arena_reset(job->scratch);
}

/* ---- components ---- */

static void put_distro(struct cyclonedx *job)
{
	const struct distro *d = &job->r->distro;
	struct jsonout *j = &job->json;

	if (!d->id.n)
		return;
	jsonout_object(j, NULL);
	jsonout_text(j, "type", "operating-system");
	jsonout_text(j, "bom-ref", "distribution");
	jsonout_str(j, "name", d->id);
	jsonout_some(j, "version", d->version_id);
	jsonout_some(j, "description", d->name);
	jsonout_array(j, "properties");
	cyclonedx_property(j, "plimsoll:path", d->path);
	cyclonedx_property(j, "plimsoll:codename", d->codename);
	cyclonedx_property(j, "plimsoll:ecosystem", d->ecosystem);
	jsonout_end(j);
	jsonout_end(j);
}

static void put_license(struct cyclonedx *job, str recorded)
{
	struct jsonout *j = &job->json;
	enum license_kind kind;

	if (!str_trim(recorded).n)
		return;
	kind = license_read(recorded, &job->license);
	jsonout_array(j, "licenses");
	jsonout_object(j, NULL);
	if (kind == LICENSE_EXPRESSION) {
		jsonout_str(j, "expression", buf_view(&job->license));
	} else {
		jsonout_object(j, "license");
		if (kind == LICENSE_ID)
			jsonout_str(j, "id", buf_view(&job->license));
		else
			jsonout_str(j, "name", recorded);
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_end(j);
}

static void put_name(struct jsonout *j, const struct package *p)
{
	size_t cut = p->name.n;

	if (p->type == PACKAGE_NPM && str_starts(p->name, STR("@")))
		cut = str_chr(p->name, '/');
	else if (p->type == PACKAGE_MAVEN)
		cut = str_chr(p->name, ':');
	if (cut < p->name.n)
		jsonout_some(j, "group", str_upto(p->name, cut));
	jsonout_str(j, "name", cut < p->name.n ? str_from(p->name, cut + 1) : p->name);
}

static void put_properties(struct cyclonedx *job, const struct package *p)
{
	const struct layer *layer = writer_layer(job->r, (int)MIN(p->layer, (unsigned)INT32_MAX));
	struct jsonout *j = &job->json;
	char digest[DIGEST_TEXT_BYTES];

	jsonout_array(j, "properties");
	cyclonedx_property(j, "plimsoll:type", str_c(package_purl_type(p->type)));
	cyclonedx_property(j, "plimsoll:path", p->path);
	cyclonedx_property(j, "plimsoll:inner_path", p->inner);
	cyclonedx_property(j, "plimsoll:source", p->source);
	cyclonedx_property(j, "plimsoll:source_version", p->source_version);
	cyclonedx_property(j, "plimsoll:module", p->module);
	cyclonedx_property(j, "plimsoll:owner", p->owner);
	for (unsigned trait = 1; trait < PACKAGE_TRAITS; trait <<= 1)
		if (p->traits & trait)
			cyclonedx_property(j, "plimsoll:trait",
			                   str_c(package_trait_word((enum package_trait)trait)));
	if (layer) {
		property_u64(j, "plimsoll:layer_index", p->layer);
		if (layer->has_digest)
			cyclonedx_property(j, "plimsoll:layer_digest",
			                   str_c(digest_text(&layer->digest, digest)));
		cyclonedx_property(j, "plimsoll:layer_diff_id", layer->diff_id);
		cyclonedx_property(j, "plimsoll:layer_created_by", layer->created_by);
	}
	jsonout_end(j);
}

static void put_evidence(struct cyclonedx *job, const struct package *p)
{
	struct jsonout *j = &job->json;

	if (!p->path.n)
		return;
	jsonout_object(j, "evidence");
	jsonout_array(j, "occurrences");
	jsonout_object(j, NULL);
	jsonout_str(j, "location", writer_place(job->scratch, p));
	if (p->offset <= INT64_MAX)
		jsonout_u64(j, "offset", p->offset);
	jsonout_some(j, "additionalContext", p->evidence);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

static void put_package(struct cyclonedx *job, size_t i)
{
	const struct package *p = &job->r->packages.v[i];
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_text(j, "type", "library");
	jsonout_text(j, "bom-ref", job->refs[i].text);
	jsonout_some(j, "publisher", p->maintainer);
	put_name(j, p);
	jsonout_some(j, "version", p->version);
	put_license(job, p->license);
	jsonout_some(j, "purl", purl_of(job->scratch, p, &job->r->distro));
	put_properties(job, p);
	put_evidence(job, p);
	jsonout_end(j);
}

static void put_components(struct cyclonedx *job)
{
	jsonout_array(&job->json, "components");
	put_distro(job);
	for (size_t i = 0; i < job->r->packages.n; i++) {
		put_package(job, i);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
	jsonout_end(&job->json);
}

/* Said only when known: a gap that matters means that components may be missing. */
static void put_compositions(struct cyclonedx *job)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "compositions");
	jsonout_object(j, NULL);
	jsonout_text(j, "aggregate", job->r->assessed ? "unknown" : "incomplete");
	jsonout_array(j, "assemblies");
	jsonout_text(j, NULL, "image");
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

int as_cyclonedx(const struct scan_report *r, const struct writer_style *style, struct buf *out,
                 struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct cyclonedx job = {
		.r = r, .json = JSONOUT(out, 2), .scratch = &scratch, .license = BUF(LICENSE_BYTES)
	};
	struct jsonout *j = &job.json;

	job.refs = writer_refs(r, &kept);
	if (!job.refs)
		return writer_done(&kept, out, "cyclonedx", e);
	jsonout_object(j, NULL);
	jsonout_text(j, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
	jsonout_text(j, "bomFormat", "CycloneDX");
	jsonout_text(j, "specVersion", "1.6");
	put_serial_number(&job);
	jsonout_i64(j, "version", 1);
	put_metadata(&job, style);
	put_components(&job);
	put_compositions(&job);
	cyclonedx_vulnerabilities(&job);
	jsonout_end(j);
	buf_done(&job.license);
	return writer_done(&scratch, out, "cyclonedx", e);
}
