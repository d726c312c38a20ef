#include "scan/unlisted.h"
#include "base/attr.h"

enum {
	RECORDS_MAX = 1000
}; /* such images have some ten; programs of more are listed by themselves */

typedef VEC(const struct package *) records;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool unlisted_is_version(str debian, str version)
{
	size_t colon = str_chr(debian, ':'), revision;
	str rest;

	if (colon < debian.n)
		debian = str_from(debian, colon + 1);
	revision = str_rchr(debian, '-');
	debian = str_upto(debian, revision);
	if (str_chr(version, '.') == version.n || !str_starts(debian, version))
		return false;
	rest = str_from(debian, version.n);
	if (rest.n && rest.p[0] == '.')
		rest = str_from(rest, 1);
	return !rest.n || !is_digit(rest.p[0]);
}

/* "python" is "python3.11", "postgresql" is "postgresql-15" */
bool unlisted_is_source(str source, str program)
{
	static const struct {
		str program, source;
	} others[] = {
		{ STR_INIT("libtiff"), STR_INIT("tiff") },
		{ STR_INIT("node"), STR_INIT("nodejs") },
		{ STR_INIT("xz"), STR_INIT("xz-utils") },
		{ STR_INIT("zstd"), STR_INIT("libzstd") },
	};
	bool same;

	for (size_t i = 0; i < LEN(others); i++)
		if (str_eq(others[i].program, program))
			return str_eq(others[i].source, source);
	same = str_starts(source, program);
	for (size_t i = program.n; same && i < source.n; i++)
		same = is_digit(source.p[i]) || source.p[i] == '.' ||
		       (source.p[i] == '-' && i == program.n);
	return same;
}

/* /usr/local and /opt are not the distribution's */
static bool is_its_place(str path)
{
	static const str places[] = { STR_INIT("bin/"), STR_INIT("lib/"), STR_INIT("lib64/"),
		                      STR_INIT("sbin/"), STR_INIT("usr/") };
	bool its = false;

	for (size_t i = 0; i < LEN(places) && !its; i++)
		its = str_starts(path, places[i]);
	return its && !str_starts(path, STR("usr/local/"));
}

static void take_records(const struct hashes *listed, struct arena *a,
                         const struct scan_report *from, records *out)
{
	for (size_t i = 0; i < from->packages.n && out->n < RECORDS_MAX; i++) {
		const struct package *p = &from->packages.v[i];
		if (p->type == PACKAGE_DEB && str_starts(p->path, STR("var/lib/dpkg/status.d/")) &&
		    !hashes_have(listed, str_hash(p->name)))
			vec_add(a, out, p);
	}
}

static str owner_of(const struct package *p, const records *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct package *o = all->v[i];
		if (p->layer <= o->layer &&
		    unlisted_is_source(o->source.n ? o->source : o->name, p->name) &&
		    unlisted_is_version(o->source_version.n ? o->source_version : o->version,
		                        p->version))
			return o->name;
	}
	return (str){ 0 };
}

void unlisted_mark(const struct hashes *listed, struct arena *a, struct scan_report *into)
{
	records all = { 0 };

	take_records(listed, a, into, &all);
	for (size_t i = 0; all.n && i < into->packages.n; i++) {
		struct package *p = &into->packages.v[i];
		if (p->type == PACKAGE_GENERIC && !p->owner.n && is_its_place(p->path))
			p->owner = owner_of(p, &all);
	}
}
