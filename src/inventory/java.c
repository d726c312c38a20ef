#include "inventory/java.h"
#include "inventory/archive.h"
#include "inventory/javameta.h"
#include "inventory/javasbom.h"
#include "inventory/pomxml.h"

static const uint64_t INFLATED_MAX = (uint64_t)8 << 30;
enum {
	NAMES_BYTES = 4 << 20, /* of one archive's identity */
	LOOKS_MAX = 20000000,  /* for what an SBOM claims */
};

struct java { /* one file of the image */
	str path;
	struct inventory *into;
	uint64_t budget;  /* bytes that archives may still inflate to */
	uint64_t entries; /* that may still come */
	bool full;        /* the inventory takes no more: stop */
};

struct found_pom {
	struct pom pom;
	str entry; /* its path in the archive */
};

struct jar { /* one archive while it is read */
	struct arena names;
	str base_name, inner;
	unsigned depth;
	VEC(struct found_pom) poms;
	VEC(struct found_pom) projects; /* pom.xml; they speak where no pom.properties does */
	struct manifest manifest;
	bool any; /* it has members */
};

static void jar_done(struct jar *j)
{
	arena_done(&j->names);
}

bool java_is_archive(str base_name)
{
	static const str extensions[] = {
		STR_INIT(".jar"), STR_INIT(".war"), STR_INIT(".ear"),  STR_INIT(".par"),
		STR_INIT(".sar"), STR_INIT(".nar"), STR_INIT(".kar"),  STR_INIT(".rar"),
		STR_INIT(".hpi"), STR_INIT(".jpi"), STR_INIT(".lpkg"),
	};
	str extension = str_from(base_name, base_name.n < 5 ? base_name.n : base_name.n - 5);

	extension = str_from(extension, str_rchr(extension, '.'));
	if (extension.n < 4) /* most names, at once */
		return false;
	for (size_t i = 0; i < LEN(extensions); i++)
		if (str_eq_nocase(extensions[i], extension))
			return base_name.n > extension.n;
	return false;
}

/* "META-INF/maven/GROUP/ARTIFACT/NAME", at the top or below a folder of classes */
static bool is_mavens(str entry, str name)
{
	str folder = str_dir(str_dir(str_dir(entry)));

	return str_eq(str_base(entry), name) &&
	       (str_eq(folder, STR("META-INF/maven")) || str_ends(folder, STR("/META-INF/maven")));
}

static bool is_library(const struct pom *a, const struct pom *b)
{
	return str_eq(a->group, b->group) && str_eq(a->artifact, b->artifact) &&
	       str_eq(a->version, b->version);
}

static int keep(struct jar *jar, const struct found_pom *found, struct error *e)
{
	for (size_t i = 0; i < jar->poms.n; i++)
		if (is_library(&jar->poms.v[i].pom, &found->pom))
			return 0;
	if (!vec_add(&jar->names, &jar->poms, *found))
		return error_set(e, ERR_LIMIT, "more libraries than are kept");
	return 0;
}

static int take_pom(struct jar *jar, str entry, struct stream *bytes, struct error *e)
{
	struct found_pom found = { .entry = arena_str(&jar->names, entry) };
	int r = javameta_read_pom(bytes, &jar->names, &found.pom, e);

	if (r < 0 || !found.pom.artifact.n || !found.pom.version.n)
		return r;
	return keep(jar, &found, e);
}

static int take_project(struct jar *jar, str entry, struct stream *bytes, struct error *e)
{
	struct found_pom found = { .entry = arena_str(&jar->names, entry) };
	int r = pomxml_read(bytes, &jar->names, &found.pom, e);

	if (r < 0 || !found.pom.artifact.n)
		return r;
	if (!vec_add(&jar->names, &jar->projects, found))
		return error_set(e, ERR_LIMIT, "more libraries than are kept");
	return 0;
}

/* A pom.properties in the same folder, or of the same library, says it better than a pom.xml: it
 * has the version that was built, but no licence. */
static bool is_told(struct jar *jar, size_t properties, const struct found_pom *project)
{
	for (size_t i = 0; i < properties; i++) {
		struct found_pom *known = &jar->poms.v[i];
		if (str_eq(str_dir(known->entry), str_dir(project->entry)) ||
		    (str_eq(known->pom.group, project->pom.group) &&
		     str_eq(known->pom.artifact, project->pom.artifact))) {
			known->pom.license = project->pom.license;
			return true;
		}
	}
	return false;
}

static int join_projects(struct jar *jar, struct error *e)
{
	size_t properties = jar->poms.n;
	int r = 0;

	for (size_t i = 0; i < jar->projects.n && r >= 0; i++)
		if (!is_told(jar, properties, &jar->projects.v[i]))
			r = keep(jar, &jar->projects.v[i], e);
	return r;
}

static int read_archive(struct java *j, struct stream *bytes, struct jar *jar, struct error *e);

static int take_inner(struct java *j, const struct jar *outer, str entry, struct stream *bytes,
                      struct error *e)
{
	struct jar jar cleanup(jar_done) = { .names = ARENA(NAMES_BYTES),
		                             .depth = outer->depth + 1 };

	if (jar.depth > JAVA_DEPTH_MAX)
		return error_set(e, ERR_LIMIT, "more than %d archives in each other",
		                 (int)JAVA_DEPTH_MAX);
	jar.inner = outer->inner.n ? arena_printf(&jar.names, "%.*s!/%.*s", STR_FMT(outer->inner),
	                                          STR_FMT(entry))
	                           : arena_str(&jar.names, entry);
	jar.base_name = str_base(jar.inner);
	return read_archive(j, bytes, &jar, e);
}

/* What the build wrote down of a program: "META-INF/sbom/application.cdx.json" (Spring Boot,
 * "SBOM") */
static bool is_sbom(str entry)
{
	return str_eq(str_dir(entry), STR("META-INF/sbom")) && str_ends(entry, STR(".cdx.json"));
}

static int take_sbom(struct java *j, const struct jar *jar, str entry, struct stream *bytes,
                     struct error *e)
{
	struct package like = {
		.path = j->path, .inner = jar->inner, .evidence = entry, .traits = PACKAGE_CLAIMED
	};
	return javasbom_read(&like, bytes, j->into, e);
}

static int take_member(struct java *j, struct jar *jar, struct members *zip, const struct member *m,
                       struct error *e)
{
	str base = str_base(m->path);

	if (m->type != MEMBER_FILE)
		return 0;
	if (str_eq_nocase(m->path, STR("META-INF/MANIFEST.MF")))
		return javameta_read_manifest(members_stream(zip), &jar->names, &jar->manifest, e);
	if (is_sbom(m->path))
		return take_sbom(j, jar, m->path, members_stream(zip), e);
	if (is_mavens(m->path, STR("pom.properties")))
		return take_pom(jar, m->path, members_stream(zip), e);
	if (is_mavens(m->path, STR("pom.xml")))
		return take_project(jar, m->path, members_stream(zip), e);
	if (java_is_archive(base))
		return take_inner(j, jar, m->path, members_stream(zip), e);
	return 0;
}

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

/* Debian's geronimo-annotation-1.3-spec.jar is geronimo-annotation_1.3_spec. */
static bool starts_alike(str stem, str artifact)
{
	for (size_t i = 0; i < artifact.n; i++)
		if (i >= stem.n || (stem.p[i] != artifact.p[i] &&
		                    !(is_separator(stem.p[i]) && is_separator(artifact.p[i]))))
			return false;
	return true;
}

/* Does the file's name say that it is this artifact? "a-b-1.0" is "a-b", not "a". */
static bool names_artifact(str stem, const struct pom *p)
{
	str rest = str_from(stem, p->artifact.n);

	if (!starts_alike(stem, p->artifact))
		return false;
	return !rest.n || (rest.p[0] == '-' && rest.n > 1 &&
	                   ((p->version.n && str_starts(str_from(rest, 1), p->version)) ||
	                    (rest.p[1] >= '0' && rest.p[1] <= '9')));
}

/* The same, and "org.x.a-1.0" is org.x:a. */
static bool names_library(str stem, const struct pom *p)
{
	if (names_artifact(stem, p))
		return true;
	return p->group.n && str_starts(stem, p->group) && stem.n > p->group.n &&
	       stem.p[p->group.n] == '.' && names_artifact(str_from(stem, p->group.n + 1), p);
}

/* The pom.properties that speaks of the archive itself, poms.n when none does. */
static size_t own_pom(const struct jar *jar)
{
	str stem = str_upto(jar->base_name, str_rchr(jar->base_name, '.'));
	size_t best = jar->poms.n;

	for (size_t i = 0; i < jar->poms.n; i++)
		if (names_library(stem, &jar->poms.v[i].pom) &&
		    (best == jar->poms.n ||
		     jar->poms.v[i].pom.artifact.n > jar->poms.v[best].pom.artifact.n))
			best = i;
	return best;
}

static int add(struct java *j, const struct jar *jar, const struct pom *p, unsigned traits,
               str evidence, struct error *e)
{
	char name[2 * 1024 + 2];
	struct package package = { .type = PACKAGE_MAVEN,
		                   .version = p->version,
		                   .license = p->license,
		                   .traits = traits,
		                   .path = j->path,
		                   .inner = jar->inner,
		                   .evidence = evidence };
	str group = str_upto(p->group, 1024), artifact = str_upto(p->artifact, 1024);

	memcpy(name, group.n ? group.p : "", group.n);
	name[group.n] = ':';
	memcpy(name + group.n + 1, artifact.p, artifact.n);
	package.name = str_mem(name, group.n + 1 + artifact.n);
	int r = inventory_add(j->into, &package, e);
	j->full = r < 0;
	return r;
}

/* A single pom.properties, and nothing that tells another version: as likely as not this is that
 * library under a name of the file's own ("app.jar"). Then the name gets no group, as advisories of
 * a library that is called so by chance would be found. */
static bool may_be_renamed(const struct jar *jar, const struct file_name *name)
{
	return jar->poms.n == 1 &&
	       (!name->version.n || str_eq(name->version, jar->poms.v[0].pom.version));
}

/* Without a pom.properties of its own: the file's name and the manifest. */
static int add_by_name(struct java *j, const struct jar *jar, struct error *e)
{
	const struct manifest *m = &jar->manifest;
	struct file_name name = javameta_split_name(jar->base_name, m);
	bool in_name = name.artifact.n < str_rchr(jar->base_name, '.');
	struct pom p = { .artifact = name.artifact,
		         .version = name.version,
		         .license = m->license };

	if (!javameta_split_group(name.artifact, &p.group, &p.artifact) &&
	    !may_be_renamed(jar, &name))
		p.group = javameta_group(name.artifact, name.version, m);
	if (!name.version.n) {
		if (jar->any && !jar->poms.n) /* there is code in it, and nothing says whose */
			inventory_gap(j->into, GAP_NO_IDENTITY, j->path,
			              "%.*s%sno version in its name or manifest: not listed",
			              STR_FMT(str_upto(jar->inner, 300)), jar->inner.n ? ": " : "");
		return 0;
	}
	return add(j, jar, &p, 0, in_name ? STR("file name") : STR("manifest"), e);
}

/* A pom.xml may leave the version to properties of elsewhere: the archive's own stands in its name
 * or manifest too, nothing tells that of a library packed into it. */
static void settle_versions(struct java *j, struct jar *jar, size_t own)
{
	for (size_t i = 0; i < jar->poms.n; i++) {
		struct found_pom *p = &jar->poms.v[i];
		if (i == own && !p->pom.version.n)
			p->pom.version =
			        javameta_split_name(jar->base_name, &jar->manifest).version;
		if (!p->pom.version.n)
			inventory_gap(j->into, GAP_NO_IDENTITY, j->path, "%.*s%s%.*s: no version",
			              STR_FMT(str_upto(jar->inner, 200)), jar->inner.n ? "!/" : "",
			              STR_FMT(str_upto(p->entry, 200)));
	}
}

static int conclude(struct java *j, struct jar *jar, struct error *e)
{
	int r = join_projects(jar, e);

	if (jar->names.failed)
		return error_set(e, ERR_LIMIT, "names of more than %zu bytes",
		                 jar->names.max_bytes);
	size_t own = own_pom(jar);
	settle_versions(j, jar, own);
	if (own < jar->poms.n && !jar->poms.v[own].pom.license.n)
		jar->poms.v[own].pom.license = jar->manifest.license;
	if (r >= 0 && own == jar->poms.n)
		r = add_by_name(j, jar, e);

	for (size_t i = 0; i < jar->poms.n && r >= 0; i++)
		r = add(j, jar, &jar->poms.v[i].pom,
		        own < jar->poms.n && i != own ? PACKAGE_SHADED : 0, jar->poms.v[i].entry,
		        e);
	return r;
}

/* What goes wrong in a member costs that member, not the archive around it. */
static void note(struct java *j, const struct jar *jar, str entry, const struct error *e)
{
	inventory_gap(j->into, e->code == ERR_LIMIT ? GAP_LIMIT : GAP_UNREADABLE, j->path,
	              "%.*s%s%.*s: %s", STR_FMT(str_upto(jar->inner, 200)),
	              jar->inner.n ? "!/" : "", STR_FMT(str_upto(entry, 200)), e->msg);
}

static int read_members(struct java *j, struct members *zip, struct jar *jar, struct error *e)
{
	struct error inner = { 0 };
	struct member m;
	int r;

	while ((r = members_next(zip, &m, e)) > 0) {
		if (!j->entries--)
			return error_set(e, ERR_LIMIT, "more than %d members in archives",
			                 (int)JAVA_ENTRIES_MAX);
		jar->any = true;
		if (take_member(j, jar, zip, &m, &inner) >= 0)
			continue;
		if (j->full) {
			*e = inner;
			return e->code;
		}
		note(j, jar, m.path, &inner);
	}
	return r;
}

static int read_archive(struct java *j, struct stream *bytes, struct jar *jar, struct error *e)
{
	struct members *zip = NULL;
	struct error again = { 0 };
	int r = archive_open(bytes, &j->budget, &zip, e), added;

	if (!r &&
	    str_eq_nocase(str_from(jar->base_name, str_rchr(jar->base_name, '.')), STR(".rar")))
		return 0; /* most are of another make */
	if (!r)
		return error_set(e, ERR_FORMAT, "not a zip archive");
	if (r < 0)
		return r;
	r = read_members(j, zip, jar, e);
	members_free(zip);
	if (j->full)
		return r;
	added = conclude(j, jar, r < 0 ? &again : e); /* what was found before the damage stays */
	return r < 0 ? r : added;
}

static bool is_seen(const struct inventory *in, size_t first, const struct package *claimed)
{
	for (size_t i = first; i < in->packages.n; i++) {
		const struct package *p = &in->packages.v[i];
		if (!(p->traits & PACKAGE_CLAIMED) && str_eq(p->name, claimed->name) &&
		    str_eq(p->version, claimed->version))
			return true;
	}
	return false;
}

/* What an SBOM says and the archive shows is told once. */
static void drop_seen(struct inventory *in, size_t first)
{
	size_t kept = first, looks = 0;

	for (size_t i = first; i < in->packages.n; i++) {
		const struct package *p = &in->packages.v[i];
		bool seen =
		        p->traits & PACKAGE_CLAIMED && looks < LOOKS_MAX && is_seen(in, first, p);
		looks += p->traits & PACKAGE_CLAIMED ? in->packages.n - first : 0;
		if (!seen)
			in->packages.v[kept++] = *p;
	}
	in->packages.n = kept;
}

int java_read(struct file *f, struct inventory *into, struct error *e)
{
	struct java j = { f->path, into, INFLATED_MAX, JAVA_ENTRIES_MAX, false };
	struct jar jar cleanup(jar_done) = { .names = ARENA(NAMES_BYTES),
		                             .base_name = str_base(f->path) };
	size_t first = into->packages.n;
	int r = read_archive(&j, f->bytes, &jar, e);

	drop_seen(into, first);
	return r;
}
