/* scan/claims.c — SBOMs into the report. Nothing in one was seen by us: every package is marked,
 * and the image is what the document calls it. */
#include "scan/claims.h"
#include "model/purl.h"
#include <inttypes.h>

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

/* --- beside the layers --- */

struct attached {
	struct arena *a;
	struct scan_report *into;
	struct hashes seen; /* of the package URLs in the report */
	str where;          /* "SBOM sha256:0123456789ab" */
	uint64_t added, left_out;
	struct arena scratch;
};

static void add_gap(struct attached *t, enum gap_kind kind, str why)
{
	vec_add(t->a, &t->into->gaps, ((struct gap){ kind, t->where, why, -1 }));
}

static uint64_t url_hash(struct attached *t, const struct package *p)
{
	uint64_t hash = str_hash(purl_of(&t->scratch, p, &t->into->distro));
	arena_reset(&t->scratch);
	return hash;
}

/* Those of the SBOM before count as known: each package is claimed once. */
static void note_known(struct attached *t)
{
	free(t->seen.v);
	t->seen = (struct hashes){ 0 };
	for (size_t i = 0; i < t->into->packages.n; i++)
		if (!hashes_add(&t->seen, url_hash(t, &t->into->packages.v[i])))
			t->a->failed = true;
	hashes_sort(&t->seen);
}

static bool is_of_release(enum package_type type)
{
	return type == PACKAGE_DEB || type == PACKAGE_APK || type == PACKAGE_RPM;
}

/* A claimed release counts only where the image shows none, and no package of one. */
static bool has_release(struct attached *t, const struct claims *c)
{
	const struct distro *said = c->result.distros.v;

	if (!c->result.distros.n)
		return true;
	for (size_t i = 0; !t->into->distro.id.n && i < t->into->packages.n; i++)
		if (is_of_release(t->into->packages.v[i].type))
			return false;
	if (!t->into->distro.id.n)
		t->into->distro = *said;
	return str_eq(t->into->distro.id, said->id);
}

static void add_claims(struct attached *t, const struct claims *c, str digest)
{
	bool of_release = has_release(t, c);

	note_known(t);
	for (size_t i = 0; i < c->result.packages.n; i++) {
		struct package p = c->result.packages.v[i];
		if (is_of_release(p.type) && !of_release) {
			t->left_out++;
			continue;
		}
		if (hashes_have(&t->seen, url_hash(t, &p)))
			continue;
		p.evidence = arena_printf(t->a, "SBOM %.*s: %.*s %" PRIu64, STR_FMT(digest),
		                          STR_FMT(p.evidence), p.offset);
		p.layer = (unsigned)t->into->image.layers.n; /* of none */
		vec_add(t->a, &t->into->packages, p);
		t->added++;
	}
}

static void say_outcome(struct attached *t, const struct claims *c, const struct referrer *r)
{
	add_gap(t, GAP_NOTE,
	        arena_printf(t->a,
	                     "%.*s, by %.*s: %zu packages, of which %" PRIu64
	                     " were not seen in the image",
	                     STR_FMT(c->about.format), STR_FMT(r->how), c->result.packages.n,
	                     t->added));
	if (t->left_out)
		add_gap(t, GAP_UNKNOWN_RELEASE,
		        arena_printf(t->a,
		                     "%" PRIu64
		                     " packages of another distribution than the image's "
		                     "are left out",
		                     t->left_out));
	for (size_t i = 0; i < c->result.gaps.n; i++)
		add_gap(t, c->result.gaps.v[i].kind, c->result.gaps.v[i].why);
}

static void note_failure(struct attached *t, const struct error *why)
{
	enum gap_kind kind = why->code == ERR_USAGE   ? GAP_NOTE /* there can be none */
	                     : why->code == ERR_LIMIT ? GAP_LIMIT
	                     : why->code == ERR_CRASH ? GAP_CRASH
	                     : why->code == ERR_FORMAT || why->code == ERR_UNSUPPORTED
	                             ? GAP_UNREADABLE
	                             : GAP_NOT_READ;
	add_gap(t, kind, arena_str(t->a, str_c(why->msg)));
}

static void read_attached(struct attached *t, struct source *from, const struct referrer *r)
{
	char digest[DIGEST_TEXT_BYTES];
	struct claims c = { .result = { .arena = t->a } };
	struct job job = { .spool_fd = -1 };
	struct error e = { 0 };
	struct stream *stored = NULL;

	digest_text(&r->digest, digest);
	t->where = arena_printf(t->a, "SBOM %.19s", digest);
	t->added = t->left_out = 0;
	if (source_referrer(from, r, &stored, &e) >= 0 && job_sbom(&job, stored, &c, &e) >= 0)
		e = c.result.end;
	layer_result_done(&c.result);
	if (e.code) {
		note_failure(t, &e);
		return;
	}
	add_claims(t, &c, str_c(digest));
	say_outcome(t, &c, r);
}

int claims_add_attached(struct source *from, struct arena *a, struct scan_report *into,
                        struct error *e)
{
	struct attached t = {
		.a = a, .into = into, .where = STR("attached SBOMs"), .scratch = ARENA(1 << 20)
	};
	struct referrers list = { 0 };
	struct error why = { 0 };

	if (source_attached(from, referrer_is_sbom, a, &list, &why) < 0)
		note_failure(&t, &why);
	for (size_t i = 0; i < list.found.n; i++)
		read_attached(&t, from, &list.found.v[i]);
	free(t.seen.v);
	arena_done(&t.scratch);
	return a->failed ? error_set(e, ERR_LIMIT, "no memory for attached SBOMs") : 0;
}
