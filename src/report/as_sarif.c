/* report/as_sarif.c — SARIF 2.1.0 (OASIS) for code scanning: one rule a vulnerability, one result a
 * finding, located at the file in the image that named the package; what was not assessed as
 * notifications of the run. Severities follow GitHub's `security-severity`. */
#include "base/digest.h"
#include "base/jsonout.h"
#include "base/text.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/writer.h"
#include <inttypes.h>
#include <stdio.h>

struct job {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch; /* emptied after every rule and result */
	/* of each rule the worst finding with this id; rules are in the order of first appearance */
	const struct finding **rules;
	size_t *rule_of; /* of every finding */
	size_t n;
};

/* ---- rules ---- */

struct by_id {
	str id;
	size_t finding;
};

static int order_by_id(const void *x, const void *y)
{
	const struct by_id *a = x, *b = y;
	int c = str_cmp(a->id, b->id);
	return c ? c : (a->finding > b->finding) - (a->finding < b->finding);
}

static bool find_rules(struct job *job, struct arena *a)
{
	const struct scan_report *r = job->r;
	size_t n = r->findings.n;
	struct by_id *sorted = arena_many(a, n, struct by_id);
	size_t *first = arena_many(a, n, size_t); /* the first finding with the same id */

	job->rule_of = arena_many(a, n, size_t);
	job->rules = arena_many(a, n, const struct finding *);
	if (a->failed)
		return false;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct by_id){ r->findings.v[i].id, i };
	if (n)
		qsort(sorted, n, sizeof *sorted, order_by_id);
	for (size_t i = 0; i < n; i++)
		first[sorted[i].finding] = i && str_eq(sorted[i].id, sorted[i - 1].id)
						   ? first[sorted[i - 1].finding]
						   : sorted[i].finding;
	for (size_t i = 0; i < n; i++) {
		const struct finding *f = &r->findings.v[i];
		if (first[i] == i) {
			job->rules[job->n] = f;
			job->rule_of[i] = job->n++;
		}
		size_t rule = job->rule_of[i] = job->rule_of[first[i]];
		if (f->severity > job->rules[rule]->severity)
			job->rules[rule] = f;
	}
	return true;
}

static const char *level(enum severity s)
{
	if (s >= SEVERITY_HIGH)
		return "error";
	return s == SEVERITY_MEDIUM ? "warning" : "note";
}

/* GitHub sorts by this number: above 9 critical, from 7 high, from 4 medium, else low. */
static const char *security_severity(const struct finding *f, char out[16])
{
	static const double middle[] = { 0, 0.1, 2, 5.5, 8, 9.5 };
	double score = writer_score(f);
	int tenths = (int)((score >= 0 ? score : middle[f->severity]) * 10 + 0.5);

	if (f->severity == SEVERITY_CRITICAL && tenths == 90)
		tenths = 91; /* 9.0 is critical for CVSS, and not yet for GitHub */
	snprintf(out, 16, "%d.%d", tenths / 10, tenths % 10);
	return out;
}

static void put_text(struct jsonout *j, const char *key, str text)
{
	jsonout_object(j, key);
	jsonout_str(j, "text", text);
	jsonout_end(j);
}

/* A message may hold links, "[text](target)" (3.11.6): a hostile name shall not make one. */
static void put_message(struct jsonout *j, str text)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);

	for (size_t i = 0; i < text.n; i++) {
		if (strchr("[]\\", text.p[i]) && text.p[i])
			buf_addc(&b, '\\');
		buf_addc(&b, text.p[i]);
	}
	put_text(j, "message", buf_view(&b));
}

static str summary_of(struct arena *a, const struct finding *f)
{
	str line = writer_line(a, f->title.n ? f->title : f->description, 120);
	return line.n ? line : arena_printf(a, "Vulnerability %.*s", STR_FMT(f->id));
}

/* Plain text inside Markdown: every ASCII punctuation mark escaped (CommonMark 2.4), lines kept. */
static void add_plain(struct buf *b, str s)
{
	char bytes[TEXT_RUNE_BYTES];

	while (s.n) {
		uint32_t rune = text_rune(&s);
		if (rune == '\n' || rune == '\t') {
			buf_addc(b, (char)rune);
			continue;
		}
		if (rune == '\r')
			continue;
		if (rune < 0x80 && rune > ' ' && strchr("\\`*_{}[]()<>#+-.!|~&@:$=\"'^", (int)rune))
			buf_addc(b, '\\');
		if (text_is_unsafe(rune))
			rune = TEXT_REPLACEMENT;
		buf_add(b, (str){ bytes, text_encode(rune, bytes) });
	}
}

static str plain(struct arena *a, str s)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);
	add_plain(&b, s);
	return arena_str(a, buf_view(&b));
}

static void add_links(struct buf *b, struct arena *a, const struct finding *f, bool markdown)
{
	for (size_t i = 0; i < f->references.n; i++) {
		str url = writer_url(a, f->references.v[i].url);
		if (url.n)
			buf_printf(b, markdown ? "\n- <%.*s>" : "\n%.*s", STR_FMT(url));
	}
}

static str help_text(struct arena *a, const struct finding *f)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);

	buf_printf(&b, "%.*s\nSeverity: %s\n", STR_FMT(f->id), severity_word(f->severity));
	if (f->description.n)
		buf_printf(&b, "\n%.*s\n", STR_FMT(f->description));
	if (f->remediation.n)
		buf_printf(&b, "\n%.*s\n", STR_FMT(f->remediation));
	if (f->references.n)
		buf_add(&b, STR("\nReferences:"));
	add_links(&b, a, f, false);
	return arena_str(a, buf_view(&b));
}

static str help_markdown(struct arena *a, const struct finding *f)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);
	str id = plain(a, writer_line(a, f->id, 0)), link = writer_advisory_url(a, f->id);

	buf_printf(&b, "**[%.*s](%.*s)** (%s)\n", STR_FMT(id), STR_FMT(link), severity_word(f->severity));
	if (f->description.n) {
		buf_addc(&b, '\n');
		add_plain(&b, f->description);
		buf_addc(&b, '\n');
	}
	if (f->remediation.n) {
		buf_add(&b, STR("\n**Fix:** "));
		add_plain(&b, f->remediation);
		buf_addc(&b, '\n');
	}
	if (f->references.n)
		buf_add(&b, STR("\n**References**\n"));
	add_links(&b, a, f, true);
	return arena_str(a, buf_view(&b));
}

static void put_rule_properties(struct jsonout *j, const struct finding *f)
{
	char score[16];

	jsonout_object(j, "properties");
	jsonout_text(j, "precision", "very-high");
	if (f->severity != SEVERITY_UNKNOWN)
		jsonout_text(j, "security-severity", security_severity(f, score));
	jsonout_array(j, "tags");
	jsonout_text(j, NULL, "security");
	jsonout_text(j, NULL, "vulnerability");
	jsonout_text(j, NULL, severity_word(f->severity));
	for (size_t i = 0; i < f->cwes.n; i++)
		jsonout_str(j, NULL, f->cwes.v[i]);
	jsonout_end(j);
	if (f->aliases.n) {
		jsonout_array(j, "aliases");
		for (size_t i = 0; i < f->aliases.n; i++)
			jsonout_str(j, NULL, f->aliases.v[i]);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static bool is_os(enum package_type type)
{
	return type == PACKAGE_DEB || type == PACKAGE_APK || type == PACKAGE_RPM;
}

static void put_rule(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;
	struct arena *a = job->scratch;

	jsonout_object(j, NULL);
	jsonout_str(j, "id", f->id);
	jsonout_text(j, "name", is_os(f->package->type) ? "OsPackageVulnerability" : "LanguagePackageVulnerability");
	put_text(j, "shortDescription", summary_of(a, f));
	put_text(j, "fullDescription", f->description.n ? writer_line(a, f->description, 1000) : summary_of(a, f));
	jsonout_object(j, "defaultConfiguration");
	jsonout_text(j, "level", level(f->severity));
	jsonout_end(j);
	jsonout_str(j, "helpUri", writer_advisory_url(a, f->id));
	jsonout_object(j, "help");
	jsonout_str(j, "text", help_text(a, f));
	jsonout_str(j, "markdown", help_markdown(a, f));
	jsonout_end(j);
	put_rule_properties(j, f);
	jsonout_end(j);
}

static void put_tool(struct job *job, const struct writer_style *style)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, "tool");
	jsonout_object(j, "driver");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version);
	jsonout_array(j, "rules");
	for (size_t i = 0; i < job->n && !job->scratch->failed; i++) {
		put_rule(job, job->rules[i]);
		arena_reset(job->scratch);
	}
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

/* ---- the run ---- */

/* A path of the image as a URI reference; one that has none gets the name of its root. */
static void put_artifact(struct job *job, str path)
{
	struct jsonout *j = &job->json;
	str uri = writer_percent(job->scratch, path, "/@!$&+,;=");

	jsonout_object(j, "artifactLocation");
	jsonout_str(j, "uri", uri.n ? uri : STR("."));
	jsonout_text(j, "uriBaseId", "IMAGEROOT");
	jsonout_end(j);
}

static void put_gap(struct job *job, const struct gap *g)
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

static void put_invocation(struct job *job)
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

static void put_root(struct job *job)
{
	struct jsonout *j = &job->json;
	str target = job->r->image.target;

	jsonout_object(j, "originalUriBaseIds");
	jsonout_object(j, "IMAGEROOT");
	put_text(j, "description",
		    arena_printf(job->scratch, "The root folder of the image %.*s", STR_FMT(target)));
	jsonout_end(j);
	jsonout_end(j);
	arena_reset(job->scratch);
}

/* ---- results ---- */

/* Stays the same when the image is built anew: no version, layer or digest. */
static void put_fingerprint(struct jsonout *j, const struct finding *f)
{
	str parts[] = { f->id, str_c(package_purl_type(f->package->type)), f->package->name, f->package->path,
			f->package->inner };
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
	str fixed = writer_line(a, f->fixed_version, 0), place = writer_line(a, writer_place(a, p), 0);
	str head = arena_printf(a, "%.*s %.*s (%s) has %.*s", STR_FMT(name), STR_FMT(version),
				package_type_text(p->type), STR_FMT(f->id));
	str fix = writer_fixable(f) ? arena_printf(a, "fixed in %.*s", STR_FMT(fixed))
				    : arena_printf(a, "no fixed version: %s", fix_status_word(f->status));

	return arena_printf(a, "%.*s, severity %s, %.*s.\nFound in %.*s.", STR_FMT(head),
			    severity_word(f->severity), STR_FMT(fix), STR_FMT(place));
}

static void put_location(struct job *job, const struct package *p)
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

static void put_result(struct job *job, size_t i)
{
	const struct finding *f = &job->r->findings.v[i];
	const struct layer *layer =
		writer_layer(job->r, (int)MIN(f->package->layer, (unsigned)INT32_MAX));
	struct jsonout *j = &job->json;
	char digest[DIGEST_TEXT_BYTES];

	jsonout_object(j, NULL);
	jsonout_str(j, "ruleId", f->id);
	jsonout_u64(j, "ruleIndex", job->rule_of[i]);
	jsonout_text(j, "level", level(f->severity));
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
	arena_reset(job->scratch);
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

static void put_run(struct job *job, const struct writer_style *style)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	put_tool(job, style);
	put_invocation(job);
	put_root(job);
	jsonout_text(j, "columnKind", "utf16CodeUnits");
	jsonout_array(j, "results");
	for (size_t i = 0; i < job->r->findings.n && !job->scratch->failed; i++)
		put_result(job, i);
	jsonout_end(j);
	put_run_properties(j, job->r);
	jsonout_end(j);
}

int as_sarif(const struct scan_report *r, const struct writer_style *style, struct buf *out, struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .r = r, .json = JSONOUT(out, 2), .scratch = &scratch };
	struct jsonout *j = &job.json;

	if (!find_rules(&job, &kept))
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
