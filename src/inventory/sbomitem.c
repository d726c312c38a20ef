/* inventory/sbomitem.c — what an entry of an SBOM says is installed. The package URL decides type,
 * name, version and release; the entry's own spelling of the name counts where the URL folds case.
 * An entry that cannot be told is a gap, never a silence. */
#include "inventory/sbomitem.h"
#include "base/buf.h"
#include <inttypes.h>

enum { NESTED_MAX = 32, LICENSE_BYTES = 1000 };

static str first_of(str a, str b)
{
	return a.n ? a : b;
}

/* "/work/a.jar" is "work/a.jar": as in the image */
static str clean_path(str s)
{
	while (s.n && (s.p[0] == '/' || str_starts(s, STR("./"))))
		s = str_from(s, s.p[0] == '/' ? 1 : 2);
	return str_upto(s, 4096);
}

/* --- the release --- */

static void take_os(struct sbomread *r, const struct sbomitem *i)
{
	struct arena *a = r->into->arena;

	if (r->os.id.n || !i->name.n)
		return;
	purl_release(str_upto(i->name, 256), arena_str(a, str_upto(i->version, 256)), a, &r->os);
	if (i->codename.n)
		r->os.codename = arena_str(a, str_upto(i->codename, 256));
	r->os.name = arena_str(a, str_upto(i->description, 256));
	r->os.path = arena_str(a, first_of(clean_path(i->path), str_c(r->where)));
}

static void take_hint(struct sbomread *r, const struct distro *d)
{
	struct arena *a = r->into->arena;

	if (!d->id.n)
		return;
	if (r->hint.id.n) {
		r->strangers += !str_eq(r->hint.id, d->id);
		if (!str_eq(r->hint.id, d->id) && !r->stranger.n)
			r->stranger = arena_str(a, d->id);
		return;
	}
	r->hint = (struct distro){ .id = arena_str(a, d->id),
		                   .version_id = arena_str(a, d->version_id),
		                   .codename = arena_str(a, d->codename),
		                   .path = arena_str(a, str_c(r->where)) };
}

/* --- a package --- */

/* Same letters, but for case, and for PyPI - and _ */
static bool is_spelling(str a, str b, bool python)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		bool dash = python && strchr("-_.", a.p[i]) && strchr("-_.", b.p[i]);
		if (!dash && !str_eq_nocase(str_mem(a.p + i, 1), str_mem(b.p + i, 1)))
			return false;
	}
	return a.n > 0;
}

static void take_spelling(struct sbomread *r, const struct sbomitem *i, struct package *p)
{
	bool python = p->type == PACKAGE_PYPI;
	str grouped = arena_printf(&r->scratch, "%.*s%s%.*s", STR_FMT(i->group),
	                           i->group.n ? "/" : "", STR_FMT(i->name));

	if (is_spelling(i->name, p->name, python))
		p->name = i->name;
	else if (is_spelling(grouped, p->name, python))
		p->name = grouped;
}

static unsigned traits_of(str words)
{
	unsigned set = 0;

	for (str word; str_split(&words, ',', &word);)
		for (unsigned t = 1; t < PACKAGE_TRAITS; t <<= 1)
			if (str_eq(str_trim(word),
			           str_c(package_trait_word((enum package_trait)t))))
				set |= t;
	return set;
}

static void note_type(struct sbomread *r, const struct purl *u, str name)
{
	static const char *const others[] = { "oci", "docker", "github", "githubactions" };
	enum gap_kind kind = GAP_NO_DATA;

	for (size_t i = 0; i < LEN(others); i++)
		if (str_eq(u->type, str_c(others[i])))
			kind = GAP_NOTE;
	inventory_gap(r->into, kind, str_c(r->where),
	              "%s %" PRIu64 ", %.*s: packages of type %.*s are not looked up", r->entry,
	              r->entries, STR_FMT(str_upto(name, 200)), STR_FMT(str_upto(u->type, 64)));
}

static int no_identity(struct sbomread *r, const struct sbomitem *i, const char *why)
{
	inventory_gap(r->into, GAP_NO_IDENTITY, str_c(r->where), "%s %" PRIu64 ", %.*s: %s",
	              r->entry, r->entries, STR_FMT(str_upto(i->name, 200)), why);
	return 0;
}

static int add_package(struct sbomread *r, const struct sbomitem *i, const struct purl *u,
                       struct error *e)
{
	struct distro release = { 0 };
	struct package p;

	if (!purl_package(u, &r->scratch, &p, &release)) {
		note_type(r, u, i->name);
		return 0;
	}
	take_hint(r, &release);
	take_spelling(r, i, &p);
	if (!p.version.n)
		p.version = p.type == PACKAGE_GOLANG && str_starts(i->version, STR("go1"))
		                    ? str_from(i->version, 2)
		                    : i->version;
	if (!p.version.n)
		no_identity(r, i, "it has no version");
	p.source = first_of(i->source, p.source);
	p.source_version = first_of(i->source_version, p.source_version);
	p.module = first_of(i->module, p.module);
	p.license = i->license;
	p.maintainer = i->maintainer;
	p.owner = i->owner;
	p.path = clean_path(i->path);
	p.inner = i->inner;
	p.traits = PACKAGE_CLAIMED | traits_of(i->traits);
	p.evidence = arena_printf(&r->scratch, "%.*s %s", STR_FMT(r->about->format), r->entry);
	p.offset = r->entries;
	return inventory_add(r->into, &p, e);
}

static bool is_file(str kind)
{
	return str_eq(kind, STR("file")) || str_eq(kind, STR("data")) ||
	       str_eq(kind, STR("cryptographic-asset")) ||
	       str_eq(kind, STR("machine-learning-model"));
}

static int add_item(struct sbomread *r, const struct sbomitem *i, struct error *e)
{
	struct error why = { 0 };
	struct purl u;
	int code = 0;

	r->entries++;
	if (str_eq(i->kind, STR("operating-system")) ||
	    str_eq(i->kind, STR("operating_system"))) /* SPDX as JSON */
		take_os(r, i);
	else if (!i->purl.n && is_file(i->kind))
		r->files++;
	else if (!i->purl.n)
		code = no_identity(r, i, "no package URL says what it is");
	else if (purl_parse(i->purl, &r->scratch, &u, &why) < 0)
		code = no_identity(r, i, why.msg);
	else
		code = add_package(r, i, &u, e);
	arena_reset(&r->scratch);
	return code < 0 ? error_in(e, "%s: %s %" PRIu64, r->where, r->entry, r->entries) : 0;
}

/* --- CycloneDX --- */

static str join_licenses(struct sbomread *r, const struct json *list)
{
	struct buf b cleanup(buf_done) = BUF(LICENSE_BYTES);

	for (size_t i = 0; i < json_len(list) && !b.failed; i++) {
		const struct json *l = json_at(list, i), *one = json_get(l, "license");
		str text = first_of(json_str(l, "expression"),
		                    first_of(json_str(one, "id"), json_str(one, "name")));
		if (text.n && b.n)
			buf_add(&b, STR(" AND "));
		buf_add(&b, text);
	}
	return b.failed ? (str){ 0 } : arena_str(&r->scratch, buf_view(&b));
}

static void read_properties(const struct json *list, struct sbomitem *i)
{
	const struct {
		const char *name;
		str *value;
	} rows[] = {
		// clang-format off
		{ "plimsoll:type", &i->type },
		{ "plimsoll:path", &i->path },
		{ "plimsoll:inner_path", &i->inner },
		{ "plimsoll:source", &i->source },
		{ "plimsoll:source_version", &i->source_version },
		{ "plimsoll:module", &i->module },
		{ "plimsoll:owner", &i->owner },
		{ "plimsoll:traits", &i->traits },
		{ "plimsoll:codename", &i->codename },
		{ "syft:distro:versionCodename", &i->codename },
		{ "syft:location:0:path", &i->path },
		{ "aquasecurity:trivy:FilePath", &i->path },
		{ "aquasecurity:trivy:SrcName", &i->source },
		// clang-format on
	};
	for (size_t n = 0; n < json_len(list); n++) {
		const struct json *p = json_at(list, n);
		str name = json_str(p, "name");
		for (size_t k = 0; k < LEN(rows); k++)
			if (!rows[k].value->n && str_eq(name, str_c(rows[k].name)))
				*rows[k].value = json_str(p, "value");
	}
}

static int add_component(struct sbomread *r, const struct json *j, unsigned depth, struct error *e)
{
	const struct json *inside = json_get(j, "components");
	const struct json *seen = json_get(json_get(j, "evidence"), "occurrences");
	struct sbomitem i = { .kind = json_str(j, "type"),
		              .group = json_str(j, "group"),
		              .name = json_str(j, "name"),
		              .version = json_str(j, "version"),
		              .purl = json_str(j, "purl"),
		              .description = json_str(j, "description"),
		              .maintainer = json_str(j, "publisher") };
	int code;

	if (depth > NESTED_MAX)
		return error_set(e, ERR_LIMIT, "components in each other deeper than %d",
		                 NESTED_MAX);
	if (!i.maintainer.n)
		i.maintainer = json_str(json_get(j, "supplier"), "name");
	i.license = join_licenses(r, json_get(j, "licenses"));
	read_properties(json_get(j, "properties"), &i);
	if (!i.path.n)
		i.path = json_str(json_at(seen, 0), "location");
	code = add_item(r, &i, e);
	for (size_t n = 0; code >= 0 && n < json_len(inside); n++)
		code = add_component(r, json_at(inside, n), depth + 1, e);
	return code;
}

int sbomitem_component(struct sbomread *r, const struct json *j, struct error *e)
{
	return add_component(r, j, 0, e);
}

static str is_digest(str s)
{
	return str_starts(s, STR("sha256:")) && s.n == 71 ? s : (str){ 0 };
}

void sbomitem_subject(struct sbomread *r, const struct json *component)
{
	struct arena *a = r->into->arena;
	struct sbom_about *about = r->about;
	const struct json *list = json_get(component, "properties");
	const struct {
		const char *name;
		str *value;
	} rows[] = {
		{ "plimsoll:config_digest", &about->config_digest },
		{ "plimsoll:os", &about->os },
		{ "plimsoll:architecture", &about->arch },
		{ "plimsoll:variant", &about->variant },
		{ "aquasecurity:trivy:ImageID", &about->config_digest },
	};

	about->name = arena_str(a, str_upto(json_str(component, "name"), 1024));
	about->digest = arena_str(a, is_digest(json_str(component, "version")));
	for (size_t i = 0; i < json_len(list); i++)
		for (size_t k = 0; k < LEN(rows); k++)
			if (str_eq(json_str(json_at(list, i), "name"), str_c(rows[k].name)))
				*rows[k].value = arena_str(
				        a, str_upto(json_str(json_at(list, i), "value"), 256));
}

/* --- SPDX --- */

static str told(str s)
{
	return str_eq(s, STR("NOASSERTION")) || str_eq(s, STR("NONE")) ? (str){ 0 } : s;
}

/* "acquired package info from DPKG DB: /var/lib/dpkg/status, /var/lib/…" (Syft) */
static str path_in(str source_info)
{
	size_t at = str_find(source_info, STR(": /"));
	str path = str_from(source_info, at + 2);
	return str_upto(path, str_chr(path, ','));
}

int sbomitem_spdx(struct sbomread *r, const struct json *j, struct error *e)
{
	const struct json *refs = json_get(j, "externalRefs");
	str supplier = told(first_of(told(json_str(j, "originator")), json_str(j, "supplier")));
	size_t colon = str_find(supplier, STR(": "));
	struct sbomitem i = { .kind = arena_lower(&r->scratch,
		                                  json_str(j, "primaryPackagePurpose")),
		              .name = json_str(j, "name"),
		              .version = told(json_str(j, "versionInfo")),
		              .license = first_of(told(json_str(j, "licenseDeclared")),
		                                  told(json_str(j, "licenseConcluded"))),
		              .description = json_str(j, "summary"),
		              .path = path_in(json_str(j, "sourceInfo")) };

	i.maintainer = colon < supplier.n ? str_from(supplier, colon + 2) : supplier;
	for (size_t n = 0; n < json_len(refs); n++)
		if (str_eq_nocase(json_str(json_at(refs, n), "referenceType"), STR("purl")) &&
		    !i.purl.n)
			i.purl = json_str(json_at(refs, n), "referenceLocator");
	if (str_eq(i.kind, STR("container"))) { /* the image itself */
		r->about->name = arena_str(r->into->arena, str_upto(i.name, 1024));
		r->about->digest = arena_str(r->into->arena, is_digest(i.version));
		arena_reset(&r->scratch);
		return 0;
	}
	return add_item(r, &i, e);
}
