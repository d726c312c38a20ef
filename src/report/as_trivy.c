/* report/as_trivy.c — Trivy's JSON report, schema version 2 (pkg/types/report.go of version 0.57),
 * for what was built to read that: DefectDojo, Harbor, `trivy convert`. It has no member for what
 * was not assessed; "Plimsoll", an addition that readers skip, has. */
#include "base/digest.h"
#include "base/jsonout.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/trivy.h"
#include "report/writer.h"

enum { SCHEMA_VERSION = 2 };

struct entry { /* a package and where it goes */
	struct trivy_result result;
	size_t package;
};

struct job {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch;
	struct entry *entries; /* sorted: packages of one result are neighbours */
	size_t *result_of;     /* of every package: its result's first entry */
};

/* ---- the image ---- */

static bool is_digest(str text)
{
	struct digest d;
	struct error e;
	return digest_parse(text, &d, &e) == 0;
}

static void put_diff_ids(struct job *job, const char *key)
{
	const struct image *image = &job->r->image;

	for (size_t i = 0; i < image->layers.n; i++)
		if (!is_digest(image->layers.v[i].diff_id))
			return;
	if (!image->layers.n)
		return;
	jsonout_array(&job->json, key);
	for (size_t i = 0; i < image->layers.n; i++)
		jsonout_str(&job->json, NULL, image->layers.v[i].diff_id);
	jsonout_end(&job->json);
}

static void put_config(struct job *job)
{
	const struct image *image = &job->r->image;
	struct jsonout *j = &job->json;

	jsonout_object(j, "ImageConfig");
	jsonout_str(j, "architecture", image->arch);
	jsonout_some(j, "created", writer_timestamp(job->scratch, image->created));
	jsonout_array(j, "history");
	for (size_t i = 0; i < image->layers.n; i++) {
		jsonout_object(j, NULL);
		jsonout_some(j, "created_by", image->layers.v[i].created_by);
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_str(j, "os", image->os);
	jsonout_object(j, "rootfs");
	jsonout_text(j, "type", "layers");
	put_diff_ids(job, "diff_ids");
	jsonout_end(j);
	jsonout_object(j, "config");
	jsonout_end(j);
	jsonout_end(j);
}

/* What Trivy parses again as a reference must be one. */
static bool is_repository(str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr("._-/:", c)))
			return false;
	}
	return name.n > 0;
}

static void put_repository(struct job *job)
{
	const struct image *image = &job->r->image;
	struct jsonout *j = &job->json;
	size_t colon = str_rchr(image->name, ':'), slash = str_rchr(image->name, '/');
	bool tagged = colon < image->name.n && (slash == image->name.n || colon > slash);
	str repository = tagged ? str_upto(image->name, colon) : image->name;

	if (!is_repository(repository) || str_starts(image->kind, STR("oci")))
		return;
	if (tagged) {
		jsonout_array(j, "RepoTags");
		jsonout_str(j, NULL, image->name);
		jsonout_end(j);
	}
	if (image->digest.n) {
		jsonout_array(j, "RepoDigests");
		jsonout_str(j, NULL,
		            arena_printf(job->scratch, "%.*s@%.*s", STR_FMT(repository),
		                         STR_FMT(image->digest)));
		jsonout_end(j);
	}
}

static void put_layer(struct job *job, const char *key, const struct layer *layer, bool command)
{
	struct jsonout *j = &job->json;
	char text[DIGEST_TEXT_BYTES];

	jsonout_object(j, key);
	if (layer && layer->size_bytes && !command)
		jsonout_u64(j, "Size", layer->size_bytes);
	if (layer && layer->has_digest)
		jsonout_text(j, "Digest", digest_text(&layer->digest, text));
	if (layer)
		jsonout_some(j, "DiffID", layer->diff_id);
	if (layer && command)
		jsonout_some(j, "CreatedBy", layer->created_by);
	jsonout_end(j);
}

static void put_metadata(struct job *job)
{
	const struct scan_report *r = job->r;
	struct jsonout *j = &job->json;
	const char *family = trivy_family(r->distro.id);

	jsonout_object(j, "Metadata");
	if (r->distro.id.n) {
		jsonout_object(j, "OS");
		jsonout_str(j, "Family", family ? str_c(family) : r->distro.id);
		jsonout_str(j, "Name", r->distro.version_id);
		if (r->eol.ended)
			jsonout_bool(j, "EOSL", true);
		jsonout_end(j);
	}
	jsonout_some(j, "ImageID", r->image.config_digest);
	put_diff_ids(job, "DiffIDs");
	put_repository(job);
	put_config(job);
	jsonout_array(j, "Layers");
	for (size_t i = 0; i < r->image.layers.n; i++)
		put_layer(job, NULL, &r->image.layers.v[i], false);
	jsonout_end(j);
	jsonout_end(j);
}

/* What Trivy's report has no word for: never taken for a clean bill of health by who looks. */
static void put_coverage(struct job *job)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, "Plimsoll");
	jsonout_bool(j, "Assessed", job->r->assessed);
	jsonout_array(j, "NotAssessed");
	for (size_t i = 0; i < job->r->gaps.n; i++) {
		const struct gap *g = &job->r->gaps.v[i];
		if (!gap_matters(g->kind))
			continue;
		jsonout_object(j, NULL);
		jsonout_text(j, "Kind", gap_word(g->kind));
		jsonout_str(j, "Where", g->where);
		jsonout_str(j, "Why", g->why);
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_end(j);
}

/* ---- packages ---- */

static const struct layer *layer_of(struct job *job, const struct package *p)
{
	return writer_layer(job->r, (int)MIN(p->layer, (unsigned)INT32_MAX));
}

static str package_id(struct job *job, const struct package *p)
{
	return arena_printf(job->scratch, "%.*s%c%.*s", STR_FMT(p->name),
	                    p->type == PACKAGE_MAVEN ? ':' : '@', STR_FMT(p->version));
}

static void put_identifier(struct job *job, const char *key, const struct package *p)
{
	jsonout_object(&job->json, key);
	jsonout_some(&job->json, "PURL", purl_of(job->scratch, p, &job->r->distro));
	jsonout_end(&job->json);
}

static void put_parts(struct jsonout *j, const char *const names[3], enum package_type type,
                      str version)
{
	struct trivy_version v = trivy_version_of(type, version);

	jsonout_some(j, names[0], v.version);
	jsonout_some(j, names[1], v.release);
	if (v.epoch)
		jsonout_u64(j, names[2], v.epoch);
}

static void put_source(struct jsonout *j, const struct package *p)
{
	static const char *const names[] = { "SrcVersion", "SrcRelease", "SrcEpoch" };

	if (p->type != PACKAGE_DEB && p->type != PACKAGE_APK && p->type != PACKAGE_RPM)
		return;
	jsonout_str(j, "SrcName", p->source.n ? p->source : p->name);
	put_parts(j, names, p->type, p->source_version.n ? p->source_version : p->version);
	jsonout_some(j, "Modularitylabel", p->module);
}

static void put_package(struct job *job, const struct package *p)
{
	static const char *const names[] = { "Version", "Release", "Epoch" };
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_str(j, "ID", package_id(job, p));
	jsonout_str(j, "Name", p->name);
	put_identifier(job, "Identifier", p);
	put_parts(j, names, p->type, p->version);
	jsonout_some(j, "Arch", p->arch);
	if (p->traits & PACKAGE_DEVELOPMENT)
		jsonout_bool(j, "Dev", true);
	put_source(j, p);
	if (p->license.n) {
		jsonout_array(j, "Licenses");
		jsonout_str(j, NULL, p->license);
		jsonout_end(j);
	}
	jsonout_some(j, "Maintainer", p->maintainer);
	if (p->traits & PACKAGE_MAIN)
		jsonout_text(j, "Relationship", "root");
	put_layer(job, "Layer", layer_of(job, p), true);
	if (p->type != PACKAGE_DEB && p->type != PACKAGE_APK && p->type != PACKAGE_RPM)
		jsonout_some(j, "FilePath", writer_place(job->scratch, p));
	jsonout_end(j);
}

/* ---- vulnerabilities ---- */

/* As a member's name: letters, digits and dashes. */
static const char *source_key(struct job *job, str source)
{
	str key = arena_str(job->scratch, trivy_source(job->scratch, source));
	return key.n ? key.p : "unknown";
}

static void put_cvss_of(struct job *job, const struct finding *f, str source)
{
	static const char *const vectors[] = { [2] = "V2Vector", "V3Vector", "V40Vector" };
	static const char *const scores[] = { [2] = "V2Score", "V3Score", "V40Score" };
	struct jsonout *j = &job->json;
	unsigned seen = 0;

	jsonout_object(j, source_key(job, source));
	for (size_t i = 0; i < f->ratings.n; i++) {
		const struct rating *r = &f->ratings.v[i];
		int major = r->cvss_major;
		if (!str_eq(r->source, source) || major < 2 || major > 4 || seen & 1u << major)
			continue;
		seen |= 1u << major;
		jsonout_some(j, vectors[major], r->vector);
		if (r->score >= 0)
			jsonout_f64(j, scores[major], r->score);
	}
	jsonout_end(j);
}

/* The first rating of each source that has (or need not have) a CVSS vector. */
static bool is_first(const struct finding *f, size_t at, bool cvss)
{
	if (!f->ratings.v[at].source.n || (cvss && !f->ratings.v[at].cvss_major))
		return false;
	for (size_t i = 0; i < at; i++)
		if (str_eq(f->ratings.v[i].source, f->ratings.v[at].source) &&
		    (!cvss || f->ratings.v[i].cvss_major))
			return false;
	return true;
}

static void put_ratings(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, "VendorSeverity");
	for (size_t i = 0; i < f->ratings.n; i++)
		if (is_first(f, i, false))
			jsonout_u64(j, source_key(job, f->ratings.v[i].source),
			            trivy_severity_number(f->ratings.v[i].severity));
	jsonout_end(j);
	jsonout_object(j, "CVSS");
	for (size_t i = 0; i < f->ratings.n; i++)
		if (is_first(f, i, true))
			put_cvss_of(job, f, f->ratings.v[i].source);
	jsonout_end(j);
}

static void put_links(struct job *job, const struct finding *f)
{
	if (!f->references.n)
		return;
	jsonout_array(&job->json, "References");
	for (size_t i = 0; i < f->references.n; i++) {
		str url = writer_url(job->scratch, f->references.v[i].url);
		if (url.n)
			jsonout_str(&job->json, NULL, url);
	}
	jsonout_end(&job->json);
}

static void put_texts(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;
	const struct trivy_data_source *from = trivy_data_source(f);

	jsonout_some(j, "PrimaryURL", writer_advisory_url(job->scratch, f->id));
	jsonout_object(j, "DataSource");
	jsonout_text(j, "ID", from->id);
	jsonout_text(j, "Name", from->name);
	jsonout_text(j, "URL", from->url);
	jsonout_end(j);
	jsonout_some(j, "Title", writer_title(f));
	jsonout_some(j, "Description", f->description);
	jsonout_text(j, "Severity", trivy_severity(f->severity));
	jsonout_some_strs(j, "CweIDs", f->cwes.v, f->cwes.n);
	put_ratings(job, f);
	put_links(job, f);
	jsonout_some(j, "PublishedDate", writer_timestamp(job->scratch, f->published));
	jsonout_some(j, "LastModifiedDate", writer_timestamp(job->scratch, f->modified));
}

static void put_vulnerability(struct job *job, const char *key, const struct finding *f)
{
	const struct rating *chosen = writer_rating(f);
	const struct package *p = f->package;
	struct jsonout *j = &job->json;
	bool system = p->type == PACKAGE_DEB || p->type == PACKAGE_APK || p->type == PACKAGE_RPM;

	jsonout_object(j, key);
	jsonout_str(j, "VulnerabilityID", f->id);
	if (f->advisories.n > 1 || (f->advisories.n && !str_eq(f->advisories.v[0], f->id)))
		jsonout_some_strs(j, "VendorIDs", f->advisories.v, f->advisories.n);
	jsonout_str(j, "PkgID", package_id(job, p));
	jsonout_str(j, "PkgName", p->name);
	if (!system)
		jsonout_some(j, "PkgPath", writer_place(job->scratch, p));
	put_identifier(job, "PkgIdentifier", p);
	jsonout_str(j, "InstalledVersion", p->version);
	if (writer_fixable(f))
		jsonout_str(j, "FixedVersion", f->fixed_version);
	jsonout_text(j, "Status", fix_status_word(f->status));
	put_layer(job, "Layer", layer_of(job, p), true);
	if (chosen)
		jsonout_some(j, "SeveritySource", trivy_source(job->scratch, chosen->source));
	put_texts(job, f);
	jsonout_end(j);
}

static void put_hidden(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_text(j, "Type", "vulnerability");
	jsonout_text(j, "Status", f->hidden.kind == HIDING_VEX ? "not_affected" : "ignored");
	jsonout_some(j, "Statement", f->hidden.why);
	jsonout_str(j, "Source",
	            f->hidden.by.n ? f->hidden.by : str_c(hiding_word(f->hidden.kind)));
	put_vulnerability(job, "Finding", f);
	jsonout_end(j);
}

/* ---- results ---- */

static int order_strings(const char *a, const char *b)
{
	return strcmp(a, b);
}

static int order_entries(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int c = -order_strings(a->result.class, b->result.class); /* the system first */

	if (!c)
		c = order_strings(a->result.type, b->result.type);
	if (!c)
		c = str_cmp(a->result.target, b->result.target);
	return c ? c : (a->package > b->package) - (a->package < b->package);
}

static bool same_result(const struct entry *a, const struct entry *b)
{
	return a->result.class == b->result.class && !strcmp(a->result.type, b->result.type) &&
	       str_eq(a->result.target, b->result.target);
}

static bool sort_packages(struct job *job, struct arena *a)
{
	size_t n = job->r->packages.n, first = 0;

	job->entries = arena_many(a, n, struct entry);
	job->result_of = arena_many(a, n, size_t);
	if (a->failed)
		return false;
	for (size_t i = 0; i < n; i++)
		job->entries[i] =
		        (struct entry){ trivy_result_of(a, job->r, &job->r->packages.v[i]), i };
	if (a->failed)
		return false;
	if (n)
		qsort(job->entries, n, sizeof *job->entries, order_entries);
	for (size_t i = 0; i < n; i++) {
		first = i && same_result(&job->entries[i - 1], &job->entries[i]) ? first : i;
		job->result_of[job->entries[i].package] = first;
	}
	return true;
}

typedef void put_finding_fn(struct job *job, const struct finding *f);

static void put_one(struct job *job, const struct finding *f)
{
	put_vulnerability(job, NULL, f);
}

/* Of the findings those whose package is in this result. */
static void put_findings(struct job *job, const char *key, const struct finding *v, size_t n,
                         size_t result, put_finding_fn *put)
{
	bool begun = false;

	for (size_t i = 0; i < n; i++) {
		size_t at = writer_package_index(job->r, v[i].package);
		if (at == SIZE_MAX || job->result_of[at] != result)
			continue;
		if (!begun)
			jsonout_array(&job->json, key);
		begun = true;
		put(job, &v[i]);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
	if (begun)
		jsonout_end(&job->json);
}

static void put_result(struct job *job, size_t first, size_t n)
{
	const struct scan_report *r = job->r;
	const struct trivy_result *result = &job->entries[first].result;
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_str(j, "Target", result->target);
	jsonout_text(j, "Class", result->class);
	jsonout_text(j, "Type", result->type);
	jsonout_array(j, "Packages");
	for (size_t i = first; i < first + n; i++) {
		put_package(job, &r->packages.v[job->entries[i].package]);
		if (!writer_step(job->scratch, j->out))
			break;
	}
	jsonout_end(j);
	put_findings(job, "Vulnerabilities", r->findings.v, r->findings.n, first, put_one);
	put_findings(job, "ExperimentalModifiedFindings", r->suppressed.v, r->suppressed.n, first,
	             put_hidden);
	jsonout_end(j);
}

static void put_results(struct job *job)
{
	size_t n;

	jsonout_array(&job->json, "Results");
	for (size_t i = 0; i < job->r->packages.n; i += n) {
		for (n = 1; i + n < job->r->packages.n; n++)
			if (!same_result(&job->entries[i], &job->entries[i + n]))
				break;
		put_result(job, i, n);
	}
	jsonout_end(&job->json);
}

static const char *artifact_type(str kind)
{
	return str_eq(kind, STR("dir"))    ? "filesystem"
	       : str_eq(kind, STR("sbom")) ? "cyclonedx"
	                                   : "container_image";
}

int as_trivy(const struct scan_report *r, const struct writer_style *style, struct buf *out,
             struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .r = r, .json = JSONOUT(out, 2), .scratch = &scratch };
	struct jsonout *j = &job.json;
	char text[TIME_TEXT_BYTES];

	(void)style;
	if (!sort_packages(&job, &kept))
		return writer_done(&kept, out, "trivy-json", e);
	jsonout_object(j, NULL);
	jsonout_i64(j, "SchemaVersion", SCHEMA_VERSION);
	jsonout_text(j, "CreatedAt", time_text(r->now, text));
	jsonout_str(j, "ArtifactName", r->image.name.n ? r->image.name : r->image.target);
	jsonout_text(j, "ArtifactType", artifact_type(r->image.kind));
	put_metadata(&job);
	put_coverage(&job);
	put_results(&job);
	jsonout_end(j);
	return writer_done(&scratch, out, "trivy-json", e);
}
