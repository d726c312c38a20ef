/* scan/claims.c — SBOMs into the report. Nothing in one was seen by us: every package is marked,
 * and the image is what the document calls it. */
#include "scan/claims.h"

static void describe(const struct claims *c, struct image *image)
{
	const struct sbom_about *b = &c->about;

	image->name = b->name;
	image->digest = b->digest;
	image->config_digest = b->config_digest;
	image->os = b->os;
	image->arch = b->arch;
	image->variant = b->variant;
	image->media_type = b->format;
}

int claims_read_target(struct source *from, struct arena *a, struct scan_report *into,
                       struct error *e)
{
	struct job job = { .spool_fd = -1 };
	struct claims c = { .result = { .arena = a } };
	struct stream *stored;
	int r = source_stream(from, &stored, e);

	if (r >= 0)
		r = job_sbom(&job, stored, &c, e);
	layer_result_done(&c.result); /* an SBOM has no paths to remember */
	if (r >= 0 && c.result.end.code) {
		*e = c.result.end;
		r = e->code;
	}
	if (r < 0)
		return r;
	into->image = *source_image(from);
	describe(&c, &into->image);
	for (size_t i = 0; i < c.result.packages.n; i++)
		vec_add(a, &into->packages, c.result.packages.v[i]);
	for (size_t i = 0; i < c.result.gaps.n; i++) {
		c.result.gaps.v[i].layer = -1;
		vec_add(a, &into->gaps, c.result.gaps.v[i]);
	}
	if (c.result.distros.n)
		into->distro = c.result.distros.v[0];
	if (!into->packages.n && !into->gaps.n)
		vec_add(a, &into->gaps,
		        ((struct gap){ GAP_NOT_READ, STR("SBOM"), STR("it lists no packages"),
		                       -1 }));
	return 0;
}
