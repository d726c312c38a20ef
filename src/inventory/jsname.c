#include "inventory/jsname.h"

static bool is_own(str version)
{
	static const str sources[] = { STR_INIT("workspace:"), STR_INIT("link:"),
		                       STR_INIT("portal:"), STR_INIT("root:") };

	for (size_t i = 0; i < LEN(sources); i++)
		if (str_starts(version, sources[i]))
			return true;
	return false;
}

static bool is_version(str s)
{
	return s.n && s.p[0] >= '0' && s.p[0] <= '9' && str_chr(s, '/') == s.n &&
	       str_chr(s, ':') == s.n;
}

static struct jsname make(str name, str version)
{
	return (struct jsname){ name, is_version(version) ? version : (str){ 0 }, is_own(version) };
}

/* The @ behind the name: the first one of a scope does not count. */
static size_t split_at(str spec)
{
	return spec.n ? 1 + str_chr(str_from(spec, 1), '@') : 0;
}

struct jsname jsname_of(str name, str version)
{
	if (str_starts(version, STR("npm:"))) {
		str other = str_from(version, 4);
		size_t at = split_at(other);
		if (at < other.n)
			return make(str_upto(other, at), str_from(other, at + 1));
		version = other;
	}
	return make(name, version);
}

struct jsname jsname_split(str spec)
{
	size_t at = split_at(spec);
	return jsname_of(str_upto(spec, at), str_from(spec, at + 1));
}
