/* report/as_cdxvex.c — CycloneDX 1.6 as VEX (ECMA-424): analyses alone, with the components that
 * they are about, so that the document is understood without the SBOM. */
#include "base/jsonout.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/vexout.h"

struct job {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch; /* emptied after every component and vulnerability */
	const struct writer_ref *refs;
	bool *named; /* of every package: it is affected by something */
};

static void put_image(struct job *job)
{
	const struct image *image = &job->r->image;
	struct jsonout *j = &job->json;
	str digest = vexout_digest(job->r);

	jsonout_object(j, "component");
	jsonout_text(j, "type", "container");
	jsonout_text(j, "bom-ref", "image");
	jsonout_str(j, "name", image->name.n ? image->name : image->target);
	jsonout_some(j, "version", image->digest);
	if (digest.n) {
		jsonout_array(j, "hashes");
		jsonout_object(j, NULL);
		jsonout_text(j, "alg", "SHA-256");
		jsonout_str(j, "content", str_from(digest, 7));
		jsonout_end(j);
		jsonout_end(j);
	}
	jsonout_some(j, "purl", writer_image_purl(job->scratch, image));
	jsonout_end(j);
}

static void put_metadata(struct job *job, const struct writer_style *style)
{
	struct jsonout *j = &job->json;
	char now[TIME_TEXT_BYTES];

	jsonout_object(j, "metadata");
	jsonout_text(j, "timestamp", time_text(job->r->now, now));
	jsonout_object(j, "tools");
	jsonout_array(j, "components");
	jsonout_object(j, NULL);
	jsonout_text(j, "type", "application");
	jsonout_text(j, "name", "plimsoll");
	jsonout_text(j, "version", style->version ? style->version : "");
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
	put_image(job);
	jsonout_end(j);
}

static void name_packages(struct job *job, const struct finding *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = writer_package_index(job->r, v[i].package);
		if (at != SIZE_MAX)
			job->named[at] = true;
	}
}

static void put_components(struct job *job)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "components");
	for (size_t i = 0; i < job->r->packages.n; i++) {
		const struct package *p = &job->r->packages.v[i];
		if (!job->named[i])
			continue;
		jsonout_object(j, NULL);
		jsonout_text(j, "type", "library");
		jsonout_text(j, "bom-ref", job->refs[i].text);
		jsonout_str(j, "name", p->name);
		jsonout_some(j, "version", p->version);
		jsonout_some(j, "purl", purl_of(job->scratch, p, &job->r->distro));
		jsonout_end(j);
		if (!writer_step(job->scratch, j->out))
			break;
	}
	jsonout_end(j);
}

/* CycloneDX's word for OpenVEX's, where it has one that says the same */
static const char *justification_of(str word)
{
	static const char *const words[][2] = {
		{ "component_not_present", "code_not_present" },
		{ "vulnerable_code_not_present", "code_not_present" },
		{ "vulnerable_code_not_in_execute_path", "code_not_reachable" },
		{ "inline_mitigations_already_exist", "protected_by_mitigating_control" },
	};
	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq(word, str_c(words[i][0])))
			return words[i][1];
	return NULL;
}

static void put_analysis(struct jsonout *j, const struct vexout *x)
{
	static const char *const states[] = { "exploitable", "in_triage", "not_affected",
		                              "resolved" };
	const char *why = justification_of(x->justification);

	jsonout_object(j, "analysis");
	jsonout_text(j, "state", states[x->status]);
	if (why)
		jsonout_text(j, "justification", why);
	jsonout_some(j, "detail", x->text.n || why ? x->text : x->justification);
	jsonout_end(j);
}

static void put_vulnerability(struct job *job, const struct finding *f, size_t n)
{
	struct vexout x = vexout_of(job->scratch, f);
	struct jsonout *j = &job->json;
	size_t last = SIZE_MAX;

	jsonout_object(j, NULL);
	jsonout_str(j, "id", f->id);
	put_analysis(j, &x);
	jsonout_array(j, "affects");
	for (size_t i = 0; i < n; i++) {
		size_t at = writer_package_index(job->r, f[i].package);
		if (i && at == last) /* "affects" holds each once */
			continue;
		last = at;
		jsonout_object(j, NULL);
		jsonout_text(j, "ref", at == SIZE_MAX ? "image" : job->refs[at].text);
		jsonout_end(j);
	}
	jsonout_end(j);
	jsonout_end(j);
}

static void put_list(struct job *job, const struct finding *v, size_t all)
{
	size_t n;

	for (size_t i = 0; i < all; i += n) {
		n = vexout_alike(job->scratch, &v[i], all - i);
		put_vulnerability(job, &v[i], n);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
}

int as_cdxvex(const struct scan_report *r, const struct writer_style *style, struct buf *out,
              struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .r = r, .json = JSONOUT(out, 2), .scratch = &scratch };
	struct jsonout *j = &job.json;

	job.refs = writer_refs(r, &kept);
	job.named = arena_many(&kept, r->packages.n, bool);
	if (!job.refs || !job.named)
		return writer_done(&kept, out, "cyclonedx-vex", e);
	name_packages(&job, r->findings.v, r->findings.n);
	name_packages(&job, r->suppressed.v, r->suppressed.n);
	jsonout_object(j, NULL);
	jsonout_text(j, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
	jsonout_text(j, "bomFormat", "CycloneDX");
	jsonout_text(j, "specVersion", "1.6");
	jsonout_str(j, "serialNumber", vexout_name(&kept, r, "cyclonedx-vex"));
	jsonout_i64(j, "version", 1);
	put_metadata(&job, style);
	put_components(&job);
	jsonout_array(j, "vulnerabilities");
	put_list(&job, r->findings.v, r->findings.n);
	put_list(&job, r->suppressed.v, r->suppressed.n);
	jsonout_end(j);
	jsonout_end(j);
	return writer_done(&scratch, out, "cyclonedx-vex", e);
}
