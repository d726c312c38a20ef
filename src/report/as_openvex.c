/* report/as_openvex.c — OpenVEX 0.2.0 (OPENVEX-SPEC.md): a statement for each vulnerability and
 * what is known of it, about the image with the packages as its subcomponents; without a digest of
 * the image about the packages themselves. */
#include "base/jsonout.h"
#include "base/time.h"
#include "model/purl.h"
#include "report/vexout.h"

struct job {
	const struct scan_report *r;
	struct jsonout json;
	struct arena *scratch; /* emptied after every statement */
	str image, digest;     /* image: its package URL, or its digest; empty: it has none */
};

static bool is_repeated(struct job *job, const struct finding *f, size_t i, str purl)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(purl_of(job->scratch, f[k].package, &job->r->distro), purl))
			return true;
	return false;
}

/* Packages: of a vulnerability some dozen, one each however often it is installed */
static void put_packages(struct job *job, const struct finding *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str purl = purl_of(job->scratch, f[i].package, &job->r->distro);
		if (i && is_repeated(job, f, i, purl))
			continue;
		jsonout_object(&job->json, NULL);
		jsonout_str(&job->json, "@id", purl);
		jsonout_end(&job->json);
	}
}

static void put_products(struct job *job, const struct finding *f, size_t n)
{
	struct jsonout *j = &job->json;

	jsonout_array(j, "products");
	if (!job->image.n) {
		put_packages(job, f, n);
		jsonout_end(j);
		return;
	}
	jsonout_object(j, NULL);
	jsonout_str(j, "@id", job->image);
	jsonout_object(j, "hashes");
	jsonout_str(j, "sha-256", str_from(job->digest, 7));
	jsonout_end(j);
	jsonout_array(j, "subcomponents");
	put_packages(job, f, n);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_end(j);
}

static void put_vulnerability(struct job *job, const struct finding *f)
{
	struct jsonout *j = &job->json;

	jsonout_object(j, "vulnerability");
	jsonout_str(j, "name", f->id);
	if (f->aliases.n) {
		jsonout_array(j, "aliases");
		for (size_t i = 0; i < f->aliases.n; i++)
			if (!i || !str_eq(f->aliases.v[i], f->aliases.v[i - 1]))
				jsonout_str(j, NULL, f->aliases.v[i]);
		jsonout_end(j);
	}
	jsonout_end(j);
}

/* The schema wants either a justification or an impact statement. */
static void put_status(struct jsonout *j, const struct vexout *x)
{
	static const char *const words[] = { "affected", "under_investigation", "not_affected",
		                             "fixed" };

	jsonout_text(j, "status", words[x->status]);
	if (x->status == VEXOUT_AFFECTED)
		jsonout_str(j, "action_statement", x->text);
	else if (x->status != VEXOUT_NOT_AFFECTED)
		jsonout_some(j, "status_notes", x->text);
	else if (!x->justification.n)
		jsonout_str(j, "impact_statement", x->text);
	if (x->status == VEXOUT_NOT_AFFECTED && x->justification.n) {
		jsonout_str(j, "justification", x->justification);
		jsonout_some(j, "status_notes", x->text);
	}
}

static void put_statements(struct job *job, const struct finding *v, size_t all)
{
	size_t n;

	for (size_t i = 0; i < all; i += n) {
		n = vexout_alike(job->scratch, &v[i], all - i);
		struct vexout x = vexout_of(job->scratch, &v[i]);
		jsonout_object(&job->json, NULL);
		put_vulnerability(job, &v[i]);
		put_products(job, &v[i], n);
		put_status(&job->json, &x);
		jsonout_end(&job->json);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
}

int as_openvex(const struct scan_report *r, const struct writer_style *style, struct buf *out,
               struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(1 << 20);
	struct arena scratch cleanup(arena_done) = ARENA(WRITER_MEMORY_BYTES);
	struct job job = { .r = r, .json = JSONOUT(out, 2), .scratch = &scratch };
	struct jsonout *j = &job.json;
	char now[TIME_TEXT_BYTES];

	job.digest = vexout_digest(r);
	if (job.digest.n) {
		job.image = writer_image_purl(&kept, &r->image);
		job.image = job.image.n ? job.image : job.digest;
	}
	jsonout_object(j, NULL);
	jsonout_text(j, "@context", "https://openvex.dev/ns/v0.2.0");
	jsonout_str(j, "@id", vexout_name(&kept, r, "openvex"));
	jsonout_text(j, "author", "Unknown Author");
	jsonout_text(j, "timestamp", time_text(r->now, now));
	jsonout_i64(j, "version", 1);
	jsonout_str(j, "tooling",
	            arena_printf(&kept, "plimsoll %s", style->version ? style->version : ""));
	jsonout_array(j, "statements");
	put_statements(&job, r->findings.v, r->findings.n);
	put_statements(&job, r->suppressed.v, r->suppressed.n);
	jsonout_end(j);
	jsonout_end(j);
	return writer_done(&scratch, out, "openvex", e);
}
