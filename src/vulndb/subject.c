#include "vulndb/subject.h"
#include "base/arena.h"
#include "model/image.h"
#include "vulndb/names.h"

/* Rocky's and others' records speak of source packages, the rest of the rpm world of binary ones.
 */
static bool speaks_of_sources(str ecosystem)
{
	static const str bases[] = { STR_INIT("Rocky Linux"), STR_INIT("Mageia"),
		                     STR_INIT("openEuler"), STR_INIT("Azure Linux") };
	for (size_t i = 0; i < LEN(bases); i++)
		if (str_eq(names_base(ecosystem), bases[i]))
			return true;
	return false;
}

/* SOURCERPM has no epoch; its packages share one. */
static str with_epoch(struct arena *a, str version, str source_version)
{
	size_t colon = str_chr(version, ':');
	if (!source_version.n || str_chr(source_version, ':') < source_version.n)
		return source_version.n ? source_version : version;
	return colon == version.n ? source_version
	                          : arena_concat(a, str_upto(version, colon + 1), source_version);
}

bool subject_describe(struct arena *a, const struct package *p, const struct distro *d,
                      struct subject *out)
{
	*out = (struct subject){ .package = p,
		                 .shown = str_c(package_ecosystem(p->type)),
		                 .name = p->name,
		                 .version = p->version };
	if (!out->shown.n) {
		if (!d || !d->ecosystem.n)
			return false;
		out->shown = d->ecosystem;
	}
	out->ecosystem = names_ecosystem(a, out->shown);
	bool source = p->type == PACKAGE_DEB || p->type == PACKAGE_APK ||
	              (p->type == PACKAGE_RPM && speaks_of_sources(out->ecosystem));
	if (source && p->source.n) {
		out->name = p->source;
		out->version = p->type == PACKAGE_RPM ? with_epoch(a, p->version, p->source_version)
		               : p->source_version.n  ? p->source_version
		                                      : p->version;
	}
	out->name = names_package(a, out->ecosystem, out->name);
	out->eco = ecosystem_find(out->ecosystem);
	if (!out->eco || !out->name.n)
		return false;
	/* a dpkg database on Alpine is none of Alpine's */
	if (strcmp(out->eco->purl_type, package_purl_type(p->type)) != 0)
		return false;
	out->readable = out->eco->valid(out->version);
	return true;
}
