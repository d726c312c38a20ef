/* report/as_spdx.c — SPDX 2.3 as JSON: the document describes the image, the image contains its
 * distribution and packages. Licences that are no SPDX expression are kept word for word as
 * LicenseRef-…; advisories of a scan are external references of their packages. The document's name
 * is made of what is in it, so that the same image has the same bytes. */
#include "base/digest.h"
#include "base/jsonout.h"
#include "base/text.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/license.h"
#include "report/writer.h"
#include <stdio.h>

enum { LICENSE_BYTES = 2048, LICENSE_REF_BYTES = 11 + 16 + 1 };
#define NAMESPACE "https://plimsoll.invalid/spdx/"

struct ordered { /* a finding, in the order of packages */
	size_t package, finding;
};

struct job {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch;
	const struct writer_ref *refs;
	struct buf license;
	struct ordered *findings;
	size_t n;
};

/* ---- the document ---- */

static void sum_str(struct digester *d, str s)
{
	digester_add(d, s.p, s.n);
	digester_add(d, "", 1);
}

static void put_namespace(struct job *job, const struct writer_style *style)
{
	const struct scan_report *r = job->r;
	struct digester *d = digester_new();
	struct digest sum;
	char uuid[37], when[TIME_TEXT_BYTES];

	sum_str(d, str_c(style->version));
	sum_str(d, str_c(time_text(r->now, when)));
	sum_str(d, r->image.digest.n ? r->image.digest : r->image.target);
	for (size_t i = 0; i < r->packages.n; i++) {
		sum_str(d, str_c(job->refs[i].text));
		sum_str(d, r->packages.v[i].license);
	}
	for (size_t i = 0; i < r->findings.n; i++)
		sum_str(d, r->findings.v[i].id);
	digester_end(d, &sum);
	digester_free(d);
	writer_uuid(&sum, uuid);
	jsonout_str(&job->json, "documentNamespace",
	            arena_printf(job->scratch, NAMESPACE "%s", uuid));
}

static str image_name(const struct image *image)
{
	bool layout = str_starts(image->kind, STR("oci"));
	str name = image->name.n && !layout ? image->name : image->target;
	return name.n ? name : STR("image");
}

static void put_coverage(struct job *job)
{
	const struct scan_report *r = job->r;
	struct buf text cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);

	if (!r->assessed)
		buf_add(&text, STR("Not complete: parts of the image could not be read."));
	for (size_t i = 0; i < r->gaps.n; i++) {
		const struct gap *g = &r->gaps.v[i];
		buf_printf(&text, "%s%s: %.*s: %.*s", text.n ? "\n" : "", gap_word(g->kind),
		           STR_FMT(g->where), STR_FMT(g->why));
	}
	jsonout_some(&job->json, "comment", buf_view(&text));
}

static void put_document(struct job *job, const struct writer_style *style)
{
	const struct scan_report *r = job->r;
	struct jsonout *j = &job->json;
	char when[TIME_TEXT_BYTES];

	jsonout_text(j, "spdxVersion", "SPDX-2.3");
	jsonout_text(j, "dataLicense", "CC0-1.0");
	jsonout_text(j, "SPDXID", "SPDXRef-DOCUMENT");
	jsonout_str(j, "name", writer_line(job->scratch, image_name(&r->image), 0));
	put_namespace(job, style);
	jsonout_object(j, "creationInfo");
	jsonout_text(j, "created", time_text(r->now, when));
	jsonout_array(j, "creators");
	jsonout_str(j, NULL, arena_printf(job->scratch, "Tool: plimsoll-%s", style->version));
	jsonout_end(j);
	jsonout_end(j);
	put_coverage(job);
	writer_step(job->scratch, j->out);
}

/* ---- packages ---- */

static void put_reference(struct job *job, const char *category, const char *type, str locator,
                          str comment)
{
	struct jsonout *j = &job->json;

	if (!locator.n)
		return;
	jsonout_object(j, NULL);
	jsonout_text(j, "referenceCategory", category);
	jsonout_text(j, "referenceType", type);
	jsonout_str(j, "referenceLocator", locator);
	jsonout_some(j, "comment", comment);
	jsonout_end(j);
}

static void put_unknowns(struct jsonout *j)
{
	jsonout_text(j, "downloadLocation", "NOASSERTION");
	jsonout_bool(j, "filesAnalyzed", false);
	jsonout_text(j, "licenseConcluded", "NOASSERTION");
	jsonout_text(j, "copyrightText", "NOASSERTION");
}

static void put_image(struct job *job)
{
	const struct image *image = &job->r->image;
	struct jsonout *j = &job->json;
	str purl = writer_image_purl(job->scratch, image);

	jsonout_object(j, NULL);
	jsonout_text(j, "SPDXID", "SPDXRef-image");
	jsonout_str(j, "name", writer_line(job->scratch, image_name(image), 0));
	jsonout_some(j, "versionInfo", image->digest);
	jsonout_text(j, "primaryPackagePurpose", "CONTAINER");
	put_unknowns(j);
	jsonout_text(j, "licenseDeclared", "NOASSERTION");
	if (str_starts(image->digest, STR("sha256:")) && image->digest.n == DIGEST_TEXT_BYTES - 1) {
		jsonout_array(j, "checksums");
		jsonout_object(j, NULL);
		jsonout_text(j, "algorithm", "SHA256");
		jsonout_str(j, "checksumValue", str_from(image->digest, 7));
		jsonout_end(j);
		jsonout_end(j);
	}
	if (purl.n) {
		jsonout_array(j, "externalRefs");
		put_reference(job, "PACKAGE-MANAGER", "purl", purl, (str){ 0 });
		jsonout_end(j);
	}
	jsonout_end(j);
}

static void put_distro(struct job *job)
{
	const struct distro *d = &job->r->distro;
	struct jsonout *j = &job->json;

	if (!d->id.n)
		return;
	jsonout_object(j, NULL);
	jsonout_text(j, "SPDXID", "SPDXRef-distribution");
	jsonout_str(j, "name", writer_line(job->scratch, d->id, 0));
	jsonout_some(j, "versionInfo", d->version_id);
	jsonout_some(j, "summary", d->name);
	jsonout_text(j, "primaryPackagePurpose", "OPERATING_SYSTEM");
	put_unknowns(j);
	jsonout_text(j, "licenseDeclared", "NOASSERTION");
	jsonout_end(j);
}

static const char *name_license(str recorded, char out[LICENSE_REF_BYTES])
{
	struct digest sum = digest_of(recorded);

	memcpy(out, "LicenseRef-", 11);
	for (size_t i = 0; i < 8; i++)
		snprintf(out + 11 + 2 * i, 3, "%02x", sum.bytes[i]);
	return out;
}

static void put_license(struct job *job, const struct package *p)
{
	char ref[LICENSE_REF_BYTES];

	if (!str_trim(p->license).n)
		jsonout_text(&job->json, "licenseDeclared", "NOASSERTION");
	else if (license_read(p->license, &job->license) == LICENSE_NAME)
		jsonout_text(&job->json, "licenseDeclared", name_license(p->license, ref));
	else
		jsonout_str(&job->json, "licenseDeclared", buf_view(&job->license));
}

/* "Organization: Debian OpenSSL Team (list@example.org)" of "Debian OpenSSL Team <list@…>" */
static void put_supplier(struct job *job, const struct package *p)
{
	str line = writer_line(job->scratch, p->maintainer, 0);
	size_t open = str_chr(line, '<'), close = str_chr(line, '>');
	str name = str_trim(str_upto(line, open)), mail;

	if (!name.n) {
		jsonout_text(&job->json, "supplier", "NOASSERTION");
		return;
	}
	mail = open < close && close < line.n ? str_from(str_upto(line, close), open + 1)
	                                      : (str){ 0 };
	jsonout_str(&job->json, "supplier",
	            mail.n ? arena_printf(job->scratch, "Organization: %.*s (%.*s)", STR_FMT(name),
	                                  STR_FMT(mail))
	                   : arena_printf(job->scratch, "Organization: %.*s", STR_FMT(name)));
}

static void put_advisories(struct job *job, size_t package, size_t *at)
{
	for (; *at < job->n && job->findings[*at].package == package; ++*at) {
		const struct finding *f = &job->r->findings.v[job->findings[*at].finding];
		str comment = arena_printf(job->scratch, "%.*s, severity %s, %s", STR_FMT(f->id),
		                           severity_word(f->severity), fix_status_word(f->status));
		if (writer_fixable(f))
			comment = arena_printf(job->scratch, "%.*s in %.*s", STR_FMT(comment),
			                       STR_FMT(f->fixed_version));
		put_reference(job, "SECURITY", "advisory", writer_advisory_url(job->scratch, f->id),
		              comment);
	}
}

static str source_info(struct job *job, const struct package *p)
{
	const struct layer *layer = writer_layer(job->r, (int)MIN(p->layer, (unsigned)INT32_MAX));
	struct arena *a = job->scratch;
	str place = writer_place(a, p), out;
	char digest[DIGEST_TEXT_BYTES];

	out = arena_printf(a, "found in %.*s", STR_FMT(place));
	if (p->evidence.n)
		out = arena_printf(a, "%.*s (%.*s)", STR_FMT(out), STR_FMT(p->evidence));
	if (layer && layer->has_digest)
		out = arena_printf(a, "%.*s, layer %s", STR_FMT(out),
		                   digest_text(&layer->digest, digest));
	if (p->source.n)
		out = arena_printf(a, "%.*s, built from %.*s %.*s", STR_FMT(out),
		                   STR_FMT(p->source),
		                   STR_FMT(p->source_version.n ? p->source_version : p->version));
	return out;
}

static void put_package(struct job *job, size_t i, size_t *at)
{
	const struct package *p = &job->r->packages.v[i];
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_str(j, "SPDXID", arena_printf(job->scratch, "SPDXRef-%s", job->refs[i].text));
	jsonout_str(j, "name", p->name.n ? p->name : STR("unnamed"));
	jsonout_some(j, "versionInfo", p->version);
	put_supplier(job, p);
	put_unknowns(j);
	put_license(job, p);
	jsonout_str(j, "sourceInfo", source_info(job, p));
	jsonout_array(j, "externalRefs");
	put_reference(job, "PACKAGE-MANAGER", "purl", purl_of(job->scratch, p, &job->r->distro),
	              (str){ 0 });
	put_advisories(job, i, at);
	jsonout_end(j);
	jsonout_end(j);
}

static int order_findings(const void *x, const void *y)
{
	const struct ordered *a = x, *b = y;
	if (a->package != b->package)
		return a->package < b->package ? -1 : 1;
	return (a->finding > b->finding) - (a->finding < b->finding);
}

static bool sort_findings(struct job *job, struct arena *a)
{
	const struct scan_report *r = job->r;

	job->findings = arena_many(a, r->findings.n, struct ordered);
	for (size_t i = 0; job->findings && i < r->findings.n; i++) {
		size_t at = writer_package_index(r, r->findings.v[i].package);
		if (at != SIZE_MAX)
			job->findings[job->n++] = (struct ordered){ at, i };
	}
	if (job->n)
		qsort(job->findings, job->n, sizeof *job->findings, order_findings);
	return job->findings != NULL;
}

static void put_packages(struct job *job)
{
	size_t at = 0;

	jsonout_array(&job->json, "packages");
	put_image(job);
	put_distro(job);
	for (size_t i = 0; i < job->r->packages.n; i++) {
		put_package(job, i, &at);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
	jsonout_end(&job->json);
}

/* ---- licences and relationships ---- */

static int order_texts(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

/* What packages declare that is no SPDX expression, each text once. */
static void put_licenses(struct job *job, struct arena *kept)
{
	const struct scan_report *r = job->r;
	struct jsonout *j = &job->json;
	str *texts = arena_many(kept, r->packages.n, str);
	char ref[LICENSE_REF_BYTES];
	size_t n = 0;

	for (size_t i = 0; texts && i < r->packages.n; i++) {
		str text = r->packages.v[i].license;
		if (str_trim(text).n && license_read(text, &job->license) == LICENSE_NAME)
			texts[n++] = text;
	}
	if (!n)
		return;
	qsort(texts, n, sizeof *texts, order_texts);
	jsonout_array(j, "hasExtractedLicensingInfos");
	for (size_t i = 0; i < n; i++) {
		if (i && str_eq(texts[i], texts[i - 1]))
			continue;
		jsonout_object(j, NULL);
		jsonout_text(j, "licenseId", name_license(texts[i], ref));
		jsonout_str(j, "name", writer_line(job->scratch, texts[i], 120));
		jsonout_str(j, "extractedText", texts[i]);
		jsonout_text(j, "comment", "As the package's record has it.");
		jsonout_end(j);
		if (!writer_step(job->scratch, j->out))
			break;
	}
	jsonout_end(j);
}

static void relate(struct job *job, const char *from, const char *type, str to)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, NULL);
	jsonout_text(j, "spdxElementId", from);
	jsonout_text(j, "relationshipType", type);
	jsonout_str(j, "relatedSpdxElement", to);
	jsonout_end(j);
}

static void put_relationships(struct job *job)
{
	jsonout_array(&job->json, "relationships");
	relate(job, "SPDXRef-DOCUMENT", "DESCRIBES", STR("SPDXRef-image"));
	if (job->r->distro.id.n)
		relate(job, "SPDXRef-image", "CONTAINS", STR("SPDXRef-distribution"));
	for (size_t i = 0; i < job->r->packages.n; i++) {
		relate(job, "SPDXRef-image", "CONTAINS",
		       arena_printf(job->scratch, "SPDXRef-%s", job->refs[i].text));
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
	jsonout_end(&job->json);
}

int as_spdx(const struct scan_report *r, const struct writer_style *style, struct buf *out,
            struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = {
		.r = r, .json = JSONOUT(out, 2), .scratch = &scratch, .license = BUF(LICENSE_BYTES)
	};

	job.refs = writer_refs(r, &kept);
	if (!job.refs || !sort_findings(&job, &kept))
		return writer_done(&kept, out, "spdx", e);
	jsonout_object(&job.json, NULL);
	put_document(&job, style);
	put_packages(&job);
	put_licenses(&job, &kept);
	put_relationships(&job);
	jsonout_end(&job.json);
	buf_done(&job.license);
	return kept.failed ? writer_done(&kept, out, "spdx", e)
	                   : writer_done(&scratch, out, "spdx", e);
}
