/* policy/vex.c — the words of VEX, and how products are named in it. */
#include "policy/vex.h"
#include "model/purl.h"

static const char *const words[VEX_STATUS_COUNT] = { "not_affected", "affected", "fixed",
	                                             "under_investigation" };

bool vex_status_parse(str word, enum vex_status *out)
{
	for (enum vex_status s = 0; s < VEX_STATUS_COUNT; s++)
		if (str_eq(word, str_c(words[s]))) {
			*out = s;
			return true;
		}
	return false;
}

const char *vex_status_word(enum vex_status s)
{
	return words[s];
}

bool vex_is_reasonless(const struct vex_statement *s)
{
	return s->status == VEX_NOT_AFFECTED && !s->justification.n && !s->impact.n;
}

void vex_add_digest(struct arena *a, str algorithm, str hex, struct vex_texts *to)
{
	if (!str_eq_nocase(algorithm, STR("SHA-256")) && !str_eq_nocase(algorithm, STR("sha256")))
		return;
	if (hex.n != 64)
		return;
	vec_add(a, to, arena_concat(a, STR("sha256:"), arena_lower(a, hex)));
}

void vex_add_hash(struct arena *a, str algorithm, str hex, struct vex_component *c)
{
	vex_add_digest(a, algorithm, hex, &c->hashes);
}

/* --- package URLs --- */

/* Qualifiers that are read elsewhere, or say nothing of which package it is */
static bool is_known(const struct purl *u, const struct purl_pair *q)
{
	static const char *const known[] = { "arch",    "distro",     "epoch",  "upstream",
		                             "os_name", "os_version", "rpmmod", "modularitylabel",
		                             "build",   "channel",    "subdir", "package-id" };
	for (size_t i = 0; i < LEN(known); i++)
		if (str_eq(q->key, str_c(known[i])))
			return true;
	/* what a Maven artifact or a Go module is anyway */
	return str_eq(q->key, STR("type")) &&
	       (str_eq(u->type, STR("golang")) ||
	        (str_eq(u->type, STR("maven")) && str_eq(q->value, STR("jar"))));
}

static void take_package(struct arena *a, const struct purl *u, struct vex_component *c)
{
	struct package p = { 0 };
	struct distro d = { 0 };

	if (!purl_package(u, a, &p, &d))
		return;
	c->kind = VEX_PACKAGE;
	c->type = p.type;
	c->name = p.name;
	c->version = p.version;
	c->of_source = str_eq(p.arch, STR("source")) || str_eq(p.arch, STR("src"));
	c->arch = c->of_source ? (str){ 0 } : p.arch;
	/* a namespace alone says which distribution, not which release of it */
	c->distro = d.id;
	c->distro_version = d.version_id.n ? d.version_id : d.codename;
	if (u->space.n && !c->distro.n)
		c->distro = p.type == PACKAGE_DEB || p.type == PACKAGE_APK || p.type == PACKAGE_RPM
		                    ? arena_lower(a, u->space)
		                    : (str){ 0 };
	for (size_t i = 0; i < u->qualifiers.n; i++)
		if (!is_known(u, &u->qualifiers.v[i]))
			c->odd = arena_str(a, u->qualifiers.v[i].key);
}

static void take_image(struct arena *a, const struct purl *u, struct vex_component *c)
{
	c->kind = VEX_IMAGE;
	c->name = arena_lower(a, u->name);
	c->version = u->version;
	c->arch = purl_qualifier(u, "arch");
	c->repository = arena_lower(a, purl_qualifier(u, "repository_url"));
	c->tag = purl_qualifier(u, "tag");
}

static void take_url(struct arena *a, str text, struct vex_component *c)
{
	struct purl u = { 0 };
	struct error unused = { 0 };

	if (purl_parse(text, a, &u, &unused) < 0)
		return;
	if (str_eq(u.type, STR("oci")))
		take_image(a, &u, c);
	else
		take_package(a, &u, c);
}

/* --- CPEs: "cpe:2.3:a:vendor:product:version:…", "cpe:/a:vendor:product:version" --- */

static void take_cpe(struct arena *a, str text, struct vex_component *c)
{
	str rest = str_from(text, str_starts(text, STR("cpe:/")) ? 5 : 8), part[4] = { { 0 } };

	for (size_t i = 0; i < LEN(part); i++)
		if (!str_split(&rest, ':', &part[i]))
			break;
	/* programs are known to us by the product's name; whose release it is of, by the platform
	 */
	if (!str_eq(part[0], STR("a")) || !part[2].n || str_chr(part[2], '\\') < part[2].n)
		return;
	c->kind = VEX_PACKAGE;
	c->type = PACKAGE_GENERIC;
	c->name = arena_lower(a, part[2]);
	if (!str_eq(part[3], STR("*")) && !str_eq(part[3], STR("-")))
		c->version = arena_str(a, part[3]);
}

void vex_identify(struct arena *a, str id, struct vex_component *c)
{
	if (!c->id.n)
		c->id = arena_str(a, id);
	if (str_starts(id, STR("pkg:")) && c->kind == VEX_OTHER)
		take_url(a, id, c);
	else if (str_starts(id, STR("cpe:")) && c->kind == VEX_OTHER)
		take_cpe(a, id, c);
	else if (str_starts(id, STR("sha256:")))
		vex_add_hash(a, STR("sha256"), str_from(id, 7), c);
}
