/* report/as_sarif.c — SARIF 2.1.0 (OASIS) for code scanning: one rule a vulnerability, one result a
 * finding, located at the file in the image that named the package; what was not assessed as
 * notifications of the run. */
#include "base/digest.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/sarif_rules.h"

/* A message may hold links, "[text](target)" (3.11.6): a hostile name shall not make one. */
static void put_message(struct jsonout *j, str text)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);

	for (size_t i = 0; i < text.n; i++) {
		if (strchr("[]\\", text.p[i]) && text.p[i])
			buf_addc(&b, '\\');
		buf_addc(&b, text.p[i]);
	}
	sarif_put_text(j, "message", buf_view(&b));
}

static void put_tool(struct sarif *job, const struct writer_style *style)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, "tool");
	jsonout_object(j, "driver");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version);
	sarif_put_rules(job);
	jsonout_end(j);
	jsonout_end(j);
}

/* ---- the run ---- */

/* A path of the image as a URI reference; one that has none gets the name of its root. */
static void put_artifact(struct sarif *job, str path)
{
	struct jsonout *j = &job->json;
	str uri = writer_percent(job->scratch, path, "/@!$&+,;=");

	jsonout_object(j, "artifactLocation");
	jsonout_str(j, "uri", uri.n ? uri : STR("."));
	jsonout_text(j, "uriBaseId", "IMAGEROOT");
	jsonout_end(j);
}

static void put_gap(struct sarif *job, const struct gap *g)
{
	struct jsonout *j = &job->json;
	bool matters = gap_matters(g->kind);

	jsonout_object(j, NULL);
	jsonout_object(j, "descriptor");
	jsonout_text(j, "id", gap_word(g->kind));
	jsonout_end(j);
	jsonout_text(j, "level", matters ? "error" : "note");
	put_message(j,
	            arena_printf(job->scratch, "%s%.*s: %s: %.*s", matters ? "not assessed: " : "",
	                         STR_FMT(g->where), gap_meaning(g->kind), STR_FMT(g->why)));
	jsonout_end(j);
	arena_reset(job->scratch);
}

static void put_invocation(struct sarif *job)
{
	struct jsonout *j = &job->json;
	char text[TIME_TEXT_BYTES];

	jsonout_array(j, "invocations");
	jsonout_object(j, NULL);
	jsonout_bool(j, "executionSuccessful", job->r->assessed);
	jsonout_text(j, "endTimeUtc", time_text(job->r->now, text));
	jsonout_array(j, "toolExecutionNotifications");
	for (size_t i = 0; i < job->r->gaps.n && !job->scratch->failed; i++)
		put_gap(job, &job->r->gaps.v[i]);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

static void put_root(struct sarif *job)
{
	struct jsonout *j = &job->json;
	str target = job->r->image.target;

	jsonout_object(j, "originalUriBaseIds");
	jsonout_object(j, "IMAGEROOT");
	sarif_put_text(
	        j, "description",
	        arena_printf(job->scratch, "The root folder of the image %.*s", STR_FMT(target)));
	jsonout_end(j);
	jsonout_end(j);
	arena_reset(job->scratch);
}

/* ---- results ---- */

/* Stays the same when the image is built anew: no version, layer or digest. */
static void put_fingerprint(struct jsonout *j, const struct finding *f)
{
	str parts[] = { f->id, str_c(package_purl_type(f->package->type)), f->package->name,
		        f->package->path, f->package->inner };
	struct digester *d = digester_new();
	struct digest sum;
	char text[DIGEST_TEXT_BYTES];

	for (size_t i = 0; i < LEN(parts); i++) {
		digester_add(d, parts[i].p, parts[i].n);
		digester_add(d, "", 1);
	}
	digester_end(d, &sum);
	digester_free(d);
	digest_text(&sum, text);
	jsonout_object(j, "partialFingerprints");
	jsonout_text(j, "plimsollFinding/v1", text + 7);
	jsonout_end(j);
}

static str message(struct arena *a, const struct finding *f)
{
	const struct package *p = f->package;
	str name = writer_line(a, p->name, 0), version = writer_line(a, p->version, 0);
	str fixed = writer_line(a, f->fixed_version, 0),
	    place = writer_line(a, writer_place(a, p), 0);
	str head = arena_printf(a, "%.*s %.*s (%s) has %.*s", STR_FMT(name), STR_FMT(version),
	                        package_type_text(p->type), STR_FMT(f->id));
	str fix = writer_fixable(f)
	                  ? arena_printf(a, "fixed in %.*s", STR_FMT(fixed))
	                  : arena_printf(a, "no fixed version: %s", fix_status_word(f->status));

	return arena_printf(a, "%.*s, severity %s, %.*s.\nFound in %.*s.", STR_FMT(head),
	                    severity_word(f->severity), STR_FMT(fix), STR_FMT(place));
}

static void put_location(struct sarif *job, const struct package *p)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "locations");
	jsonout_object(j, NULL);
	jsonout_object(j, "physicalLocation");
	put_artifact(job, p->path);
	jsonout_object(j, "region");
	jsonout_i64(j, "startLine", 1);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_array(j, "logicalLocations");
	jsonout_object(j, NULL);
	jsonout_str(j, "fullyQualifiedName", purl_of(job->scratch, p, &job->r->distro));
	jsonout_text(j, "kind", "package");
	jsonout_end(j);
	jsonout_end(j);
	put_message(j, writer_line(job->scratch, writer_place(job->scratch, p), 0));
	jsonout_end(j);
	jsonout_end(j);
}

static void put_result(struct sarif *job, size_t i)
{
	const struct finding *f = &job->r->findings.v[i];
	const struct layer *layer =
	        writer_layer(job->r, (int)MIN(f->package->layer, (unsigned)INT32_MAX));
	struct jsonout *j = &job->json;
	char digest[DIGEST_TEXT_BYTES];

	jsonout_object(j, NULL);
	jsonout_str(j, "ruleId", f->id);
	jsonout_u64(j, "ruleIndex", job->rule_of[i]);
	jsonout_text(j, "level", sarif_level(f->severity));
	put_message(j, message(job->scratch, f));
	put_location(job, f->package);
	put_fingerprint(j, f);
	jsonout_object(j, "properties");
	jsonout_text(j, "severity", severity_word(f->severity));
	jsonout_str(j, "installedVersion", f->package->version);
	jsonout_some(j, "fixedVersion", f->fixed_version);
	jsonout_text(j, "fixStatus", fix_status_word(f->status));
	jsonout_some(j, "range", f->range);
	jsonout_some(j, "comparison", f->comparison);
	if (layer && layer->has_digest)
		jsonout_text(j, "layerDigest", digest_text(&layer->digest, digest));
	jsonout_end(j);
	jsonout_end(j);
}

static void put_run_properties(struct jsonout *j, const struct scan_report *r)
{
	jsonout_object(j, "properties");
	jsonout_str(j, "target", r->image.target);
	jsonout_some(j, "imageDigest", r->image.digest);
	jsonout_some(j, "imageID", r->image.config_digest);
	jsonout_bool(j, "assessed", r->assessed);
	jsonout_u64(j, "findingsHidden", r->findings_hidden);
	jsonout_u64(j, "dataGeneration", r->generation);
	jsonout_some(j, "dataDate", r->data_date);
	jsonout_end(j);
}

static void put_run(struct sarif *job, const struct writer_style *style)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	put_tool(job, style);
	put_invocation(job);
	put_root(job);
	jsonout_text(j, "columnKind", "utf16CodeUnits");
	jsonout_array(j, "results");
	for (size_t i = 0; i < job->r->findings.n; i++) {
		put_result(job, i);
		if (!writer_step(job->scratch, j->out))
			break;
	}
	jsonout_end(j);
	put_run_properties(j, job->r);
	jsonout_end(j);
}

int as_sarif(const struct scan_report *r, const struct writer_style *style, struct buf *out,
             struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct sarif job = { .r = r, .json = JSONOUT(out, 2), .scratch = &scratch };
	struct jsonout *j = &job.json;

	if (!sarif_find_rules(&job, &kept))
		return writer_done(&kept, out, "sarif", e);
	jsonout_object(j, NULL);
	jsonout_text(j, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	jsonout_text(j, "version", "2.1.0");
	jsonout_array(j, "runs");
	put_run(&job, style);
	jsonout_end(j);
	jsonout_end(j);
	return writer_done(&scratch, out, "sarif", e);
}
