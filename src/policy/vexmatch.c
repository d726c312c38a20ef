/* policy/vexmatch.c — OpenVEX's rules for matching (OPENVEX-SPEC.md, "Product", "Inheritance"),
 * for all formats: the product is the image, with the package as its part, or it is the package. */
#include "policy/vexmatch.h"

/* How exactly a statement names what a finding is in: the higher one wins, whatever its date. */
enum fit {
	FIT_NONE,
	FIT_PACKAGE, /* this package in any version */
	FIT_PACKAGE_VERSION,
	FIT_IMAGE, /* all of this image */
	FIT_PART,  /* the package in this image, or in this file of it */
	FIT_PART_VERSION
};

/* --- vulnerabilities --- */

static uint64_t hash_of(str id)
{
	uint64_t h = STR_HASH_START;

	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i];
		h = str_hash_byte(h, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
	return str_hash_end(h);
}

static int by_hash(const void *x, const void *y)
{
	const struct vex_key *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->document != b->document)
		return a->document < b->document ? -1 : 1;
	return (a->statement > b->statement) - (a->statement < b->statement);
}

void vexmatch_index(struct vex_set *set, struct arena *a)
{
	set->keys.n = 0;
	for (size_t d = 0; d < set->documents.n; d++)
		for (size_t i = 0; i < set->documents.v[d].statements.n; i++) {
			const struct vex_statement *s = &set->documents.v[d].statements.v[i];
			struct vex_key key = { hash_of(s->vulnerability), (uint32_t)d,
				               (uint32_t)i };
			vec_add(a, &set->keys, key);
			for (size_t k = 0; k < s->aliases.n; k++) {
				key.hash = hash_of(s->aliases.v[k]);
				vec_add(a, &set->keys, key);
			}
		}
	if (set->keys.n)
		qsort(set->keys.v, set->keys.n, sizeof *set->keys.v, by_hash);
}

static bool is_cve(str id)
{
	return str_eq_nocase(str_upto(id, 4), STR("CVE-"));
}

static bool is_named(const struct finding *f, str id)
{
	if (str_eq_nocase(f->id, id))
		return true;
	for (size_t i = 0; i < f->aliases.n; i++)
		if (str_eq_nocase(f->aliases.v[i], id))
			return true;
	for (size_t i = 0; i < f->advisories.n; i++)
		if (str_eq_nocase(f->advisories.v[i], id))
			return true;
	return false;
}

/* Where both sides name CVEs, one of them has to be the same: an alias such as a DSA stands for
 * several flaws. */
static bool same_vulnerability(const struct vex_statement *s, const struct finding *f)
{
	bool cves = is_cve(s->vulnerability), shared = is_named(f, s->vulnerability);

	if (shared && (cves || !is_cve(f->id)))
		return true;
	for (size_t i = 0; i < s->aliases.n; i++) {
		bool named = is_named(f, s->aliases.v[i]);
		if (named && is_cve(s->aliases.v[i]))
			return true;
		shared |= named;
		cves |= is_cve(s->aliases.v[i]);
	}
	return shared && !(cves && is_cve(f->id));
}

/* --- packages --- */

static char folded(char c, enum package_type type)
{
	if (type == PACKAGE_PYPI && (c == '_' || c == '.'))
		return '-';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool vex_same_name(str a, str b, enum package_type type)
{
	bool exact = type == PACKAGE_MAVEN || type == PACKAGE_GOLANG || type == PACKAGE_RPM ||
	             type == PACKAGE_CARGO || type == PACKAGE_GEM || type == PACKAGE_CRAN;

	if (exact || a.n != b.n)
		return str_eq(a, b);
	for (size_t i = 0; i < a.n; i++)
		if (folded(a.p[i], type) != folded(b.p[i], type))
			return false;
	return true;
}

bool vex_same_version(str a, str b, enum package_type type)
{
	if (type != PACKAGE_GOLANG)
		return str_eq(a, b);
	a = str_starts(a, STR("v")) ? str_from(a, 1) : a;
	b = str_starts(b, STR("v")) ? str_from(b, 1) : b;
	return str_eq(a, b);
}

/* "12" is of 12.5 as well, and what is of 12.5 is for 12 */
static bool is_release(str said, str here)
{
	str shorter = said.n < here.n ? said : here, longer = said.n < here.n ? here : said;

	return str_starts(longer, shorter) &&
	       (longer.n == shorter.n || (shorter.n && longer.p[shorter.n] == '.'));
}

static bool same_distro(const struct vex_component *c, const struct distro *d)
{
	if (!c->distro.n)
		return true;
	if (!str_eq_nocase(c->distro, d->id))
		return false;
	return !c->distro_version.n || is_release(c->distro_version, d->version_id) ||
	       str_eq_nocase(c->distro_version, d->codename);
}

static bool is_of_release(enum package_type t)
{
	return t == PACKAGE_DEB || t == PACKAGE_APK || t == PACKAGE_RPM;
}

static enum fit fit_package(const struct vex_component *c, const struct package *p,
                            const struct distro *d)
{
	str name = p->name, version = p->version;

	if (c->kind != VEX_PACKAGE || c->type != p->type || c->odd.n)
		return FIT_NONE;
	if (c->of_source) {
		name = p->source.n ? p->source : p->name;
		version = p->source_version.n ? p->source_version : p->version;
	}
	if (!vex_same_name(c->name, name, p->type) || (c->arch.n && !str_eq(c->arch, p->arch)))
		return FIT_NONE;
	if (is_of_release(p->type) && !same_distro(c, d))
		return FIT_NONE;
	if (c->version.n && !vex_same_version(c->version, version, p->type))
		return FIT_NONE;
	return c->version.n ? FIT_PACKAGE_VERSION : FIT_PACKAGE;
}

/* --- images --- */

struct here {                        /* the image's names */
	str repository, tag, digest; /* digest: as it was asked for by */
};

static struct here split_name(const struct image *image)
{
	str name = image->name.n ? image->name : image->target;
	size_t at = str_chr(image->target, '@');
	str whole = str_upto(name, str_chr(name, '@'));
	size_t colon = str_rchr(whole, ':'), slash = str_rchr(whole, '/');
	bool tagged = colon < whole.n && (slash == whole.n || colon > slash);

	return (struct here){ tagged ? str_upto(whole, colon) : whole,
		              tagged ? str_from(whole, colon + 1) : (str){ 0 },
		              str_from(image->target, at + 1) };
}

static bool is_digest(const struct image *image, str digest)
{
	return digest.n && (str_eq(digest, image->digest) || str_eq(digest, image->config_digest) ||
	                    str_eq(digest, split_name(image).digest));
}

/* "docker.io/library/debian", "index.docker.io/debian" and "debian" are one. */
static str short_repository(str r)
{
	static const char *const usual[] = { "index.docker.io/", "registry-1.docker.io/",
		                             "docker.io/" };

	for (size_t i = 0; i < LEN(usual); i++)
		if (str_starts(r, str_c(usual[i]))) {
			r = str_from(r, strlen(usual[i]));
			break;
		}
	return str_starts(r, STR("library/")) ? str_from(r, 8) : r;
}

/* The qualifier has the image's name at its end, or leaves it out. */
static bool same_repository(const struct vex_component *c, str here)
{
	str said = short_repository(c->repository), own = short_repository(here);

	if (str_eq_nocase(said, own))
		return true;
	return str_eq_nocase(said, str_dir(own)) || (!said.n && !str_dir(own).n);
}

static bool is_image(const struct vex_component *c, const struct image *image)
{
	struct here here = split_name(image);

	for (size_t i = 0; i < c->hashes.n; i++)
		if (is_digest(image, c->hashes.v[i]))
			return true;
	if (c->hashes.n && c->kind != VEX_IMAGE)
		return false;
	if (c->kind != VEX_IMAGE) /* "registry.example/app:1.2" */
		return c->id.n && !str_eq(image->kind, STR("dir")) && str_eq(c->id, image->name);
	if (c->arch.n && !str_eq(c->arch, image->arch))
		return false;
	if (c->version.n) /* a digest needs no name beside it */
		return is_digest(image, c->version);
	return !c->hashes.n && str_eq_nocase(c->name, str_base(here.repository)) &&
	       (!c->repository.n || same_repository(c, here.repository)) &&
	       (!c->tag.n || str_eq(c->tag, here.tag));
}

/* --- products --- */

/* The product is a package in the image, and the finding's package lies in the same file: a library
 * in a program, a jar in a jar. */
static bool is_in_file_of(const struct vex_component *whole, const struct scan_report *r,
                          const struct package *p)
{
	if (!p->path.n)
		return false;
	for (size_t i = 0; i < r->packages.n; i++)
		if (str_eq(r->packages.v[i].path, p->path) &&
		    fit_package(whole, &r->packages.v[i], &r->distro))
			return true;
	return false;
}

static enum fit fit_product(const struct vex_product *p, const struct scan_report *r,
                            const struct finding *f)
{
	bool image = p->whole.kind != VEX_PACKAGE && is_image(&p->whole, &r->image);
	enum fit best = FIT_NONE;

	if (!p->parts.n)
		return image ? FIT_IMAGE : fit_package(&p->whole, f->package, &r->distro);
	for (size_t i = 0; i < p->parts.n; i++)
		best = MAX(best, fit_package(&p->parts.v[i], f->package, &r->distro));
	if (!best || !(image || is_in_file_of(&p->whole, r, f->package)))
		return FIT_NONE;
	return best == FIT_PACKAGE_VERSION ? FIT_PART_VERSION : FIT_PART;
}

static bool is_subject(const struct vex_document *d, const struct image *image)
{
	for (size_t i = 0; i < d->subjects.n; i++)
		if (is_digest(image, d->subjects.v[i]))
			return true;
	return !d->subjects.n;
}

static enum fit fit_statement(const struct vex_document *d, const struct vex_statement *s,
                              const struct scan_report *r, const struct finding *f)
{
	enum fit best = FIT_NONE;

	if (!same_vulnerability(s, f) || !is_subject(d, &r->image))
		return FIT_NONE;
	if (!s->products.n)
		return d->subjects.n || d->attached ? FIT_IMAGE : FIT_NONE;
	for (size_t i = 0; i < s->products.n; i++)
		best = MAX(best, fit_product(&s->products.v[i], r, f));
	return best;
}

/* --- which one wins --- */

struct candidate {
	struct vex_verdict of;
	enum fit fit;
};

/* What a user named beats what is attached; then the more exact, then the later, and of two from
 * the same second the one that hides less. */
static bool beats(const struct candidate *a, const struct candidate *b)
{
	static const int caution[VEX_STATUS_COUNT] = { [VEX_NOT_AFFECTED] = 0,
		                                       [VEX_FIXED] = 1,
		                                       [VEX_UNDER_INVESTIGATION] = 2,
		                                       [VEX_AFFECTED] = 3 };
	const struct vex_statement *x = a->of.statement, *y = b->of.statement;

	if (!y)
		return true;
	if (a->of.document->attached != b->of.document->attached)
		return b->of.document->attached;
	if (a->fit != b->fit)
		return a->fit > b->fit;
	if (x->time != y->time)
		return x->time > y->time;
	return caution[x->status] > caution[y->status];
}

static void try_name(struct vex_set *set, const struct scan_report *r, const struct finding *f,
                     str id, struct candidate *best)
{
	uint64_t hash = hash_of(id);
	size_t low = 0, high = set->keys.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (set->keys.v[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < set->keys.n && set->keys.v[low].hash == hash; low++) {
		struct vex_document *d = &set->documents.v[set->keys.v[low].document];
		struct vex_statement *s = &d->statements.v[set->keys.v[low].statement];
		struct candidate now = { { d, s }, fit_statement(d, s, r, f) };
		if (!now.fit)
			continue;
		s->fitted = true;
		if (beats(&now, best))
			*best = now;
	}
}

bool vexmatch_find(struct vex_set *set, const struct scan_report *r, const struct finding *f,
                   struct vex_verdict *out)
{
	struct candidate best = { 0 };

	try_name(set, r, f, f->id, &best);
	for (size_t i = 0; i < f->aliases.n; i++)
		try_name(set, r, f, f->aliases.v[i], &best);
	for (size_t i = 0; i < f->advisories.n; i++)
		try_name(set, r, f, f->advisories.v[i], &best);
	*out = best.of;
	return best.of.statement != NULL;
}
