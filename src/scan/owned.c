#include "scan/owned.h"
#include "base/buf.h"
#include "scan/result.h"
#include "version/ecosystem.h"
#include "vulndb/lookup.h"
#include "vulndb/names.h"
#include "vulndb/vulndb.h"

struct owner {
	const struct package *package; /* of the distribution; NULL: it is not in the report */
	str name;
	struct hashes spoken; /* str_hash of the ids that the distribution's data have for it */
};

struct hiding_owned {
	struct vulndb *db;
	struct arena *a;
	struct scan_report *r;
	VEC(struct owner) owners;
	bool tells_all;
};

/* Only one that the release's advisories are for: a dpkg database on Alpine is nobody's. */
static const struct package *find_package(const struct scan_report *r, str name)
{
	const struct ecosystem *eco = ecosystem_find(r->distro.ecosystem);

	for (size_t i = 0; eco && i < r->packages.n; i++) {
		const struct package *p = &r->packages.v[i];
		if (!strcmp(eco->purl_type, package_purl_type(p->type)) && str_eq(p->name, name))
			return p;
	}
	return NULL;
}

/* --- what the distribution speaks of --- */

static int take_ids(void *ctx, const struct lookup_row *row, struct error *e)
{
	struct hashes *spoken = ctx;
	const struct advisory *x = row->advisory;
	bool fine = hashes_add(spoken, str_hash(x->id));

	for (size_t i = 0; i < x->aliases.n; i++)
		fine &= hashes_add(spoken, str_hash(x->aliases.v[i]));
	for (size_t i = 0; i < x->covers.n; i++)
		fine &= hashes_add(spoken, str_hash(x->covers.v[i]));
	return fine ? 0 : error_set(e, ERR_LIMIT, "no memory");
}

static int take_spoken(struct hiding_owned *h, struct owner *o, struct error *e)
{
	const struct package *p = o->package;
	str eco = h->r->distro.ecosystem;
	bool by_source = p->source.n && !str_eq(p->source, p->name);
	int r = 0;

	if (!by_source || p->type == PACKAGE_RPM)
		r = lookup_package(h->db, eco, p->name, take_ids, &o->spoken, e);
	if (r >= 0 && by_source)
		r = lookup_package(h->db, eco, p->source, take_ids, &o->spoken, e);
	hashes_sort(&o->spoken);
	return r;
}

static int owner_of(struct hiding_owned *h, str name, struct owner **out, struct error *e)
{
	struct owner *o;

	for (size_t i = 0; i < h->owners.n; i++)
		if (str_eq(h->owners.v[i].name, name)) {
			*out = &h->owners.v[i];
			return 0;
		}
	o = vec_push(h->a, &h->owners);
	if (!o)
		return error_set(e, ERR_LIMIT, "the scan's %zu bytes are spent", h->a->max_bytes);
	*o = (struct owner){ .name = name, .package = find_package(h->r, name) };
	*out = o;
	return o->package ? take_spoken(h, o, e) : 0;
}

static bool speaks_of(const struct owner *o, const struct finding *f)
{
	bool any = hashes_have(&o->spoken, str_hash(f->id));

	for (size_t i = 0; i < f->aliases.n && !any; i++)
		any = hashes_have(&o->spoken, str_hash(f->aliases.v[i]));
	return any;
}

/* --- is the owner that package, or does it only bring a copy along --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The owner's version begins with the package's, up to the end of a number: 3:3.2.19-1+deb12u1 and
 * 3.2.19. A number alone says too little. */
static bool is_same_version(str owner, str version)
{
	size_t colon = str_chr(owner, ':');

	if (colon < owner.n)
		owner = str_from(owner, colon + 1);
	if (version.n && version.p[0] == 'v')
		version = str_from(version, 1);
	return str_chr(version, '.') < version.n && str_starts(owner, version) &&
	       (owner.n == version.n || !is_digit(owner.p[version.n]));
}

/* A tracker speaks of CVEs: that it is silent about what has none says nothing. */
static bool has_cve(const struct finding *f)
{
	bool any = names_is_cve(f->id);

	for (size_t i = 0; i < f->aliases.n && !any; i++)
		any = names_is_cve(f->aliases.v[i]);
	return any;
}

/* Their advisories name what is open, too; others publish only what they have mended. */
static bool tells_all(str ecosystem)
{
	str base = str_upto(ecosystem, str_chr(ecosystem, ':'));
	return str_eq(base, STR("Debian")) || str_eq(base, STR("Ubuntu"));
}

static int judge(struct hiding_owned *h, struct finding *f, struct error *e)
{
	const struct package *p = f->package, *by;
	struct owner *o = NULL;
	bool same;
	int r = owner_of(h, p->owner, &o, e);

	if (r < 0 || !o || !o->package)
		return r;
	by = o->package;
	same = h->tells_all && has_cve(f) && is_same_version(by->version, p->version);
	if (!same && !speaks_of(o, f))
		return 0;
	f->hidden = (struct hiding){
		.kind = HIDING_OWNED,
		.by = arena_printf(h->a, "%s %.*s %.*s", package_purl_type(by->type),
		                   STR_FMT(by->name), STR_FMT(by->version)),
		.why = arena_printf(h->a, "%.*s belongs to that package, which %.*s judges",
		                    STR_FMT(p->path.n ? p->path : p->name),
		                    STR_FMT(h->r->distro.ecosystem)),
	};
	return 0;
}

int owned_hide(struct vulndb *db, struct arena *a, struct scan_report *r, struct error *e)
{
	str eco = r->distro.ecosystem;
	struct hiding_owned h = { .db = db, .a = a, .r = r, .tells_all = tells_all(eco) };
	int code = 0;

	if (!eco.n || !vulndb_covers(db, eco) || vulndb_left_behind(db, eco))
		return 0;
	for (size_t i = 0; i < r->findings.n && code >= 0; i++)
		if (r->findings.v[i].package->owner.n)
			code = judge(&h, &r->findings.v[i], e);
	for (size_t i = 0; i < h.owners.n; i++)
		free(h.owners.v[i].spoken.v);
	return MIN(code, 0);
}
