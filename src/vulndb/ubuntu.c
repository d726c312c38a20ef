#include "vulndb/ubuntu.h"
#include "base/attr.h"

static const str base = STR_INIT("Ubuntu:"), pro = STR_INIT("Ubuntu:Pro:");

static bool has_nocase(str s, str what)
{
	for (size_t i = 0; i + what.n <= s.n; i++)
		if (str_eq_nocase(str_upto(str_from(s, i), what.n), what))
			return true;
	return false;
}

/* "2.0.7-6ubuntu0.1+esm1", "1.18~esm2" */
static bool is_esm(str version)
{
	return str_find(version, STR("esm")) < version.n;
}

/* "1.1.1f-1ubuntu2.fips.7", "3.0.2-0ubuntu1.18+Fips1" */
static bool is_fips(str version)
{
	return has_nocase(version, STR("fips"));
}

bool ubuntu_is_pro(str ecosystem)
{
	return str_starts(ecosystem, pro);
}

bool ubuntu_has_pro(str version)
{
	return is_esm(version) || is_fips(version);
}

size_t ubuntu_archives(struct arena *a, str ecosystem, str version, str out[UBUNTU_ARCHIVES_MAX])
{
	static const char *const fips[] = { "FIPS-updates", "FIPS", "FIPS-preview" };
	size_t n = 0;
	if (!str_starts(ecosystem, base) || ubuntu_is_pro(ecosystem))
		return 0;
	str release = str_from(ecosystem, base.n), of_pro = arena_concat(a, pro, release);
	for (size_t i = 0; is_fips(version) && i < LEN(fips); i++)
		out[n++] = arena_printf(a, "Ubuntu:Pro:%s:%.*s", fips[i], STR_FMT(release));
	if (ubuntu_has_pro(version))
		out[n++] = of_pro;
	out[n++] = ecosystem;
	if (!ubuntu_has_pro(version))
		out[n++] = of_pro;
	return n;
}

bool ubuntu_needs_pro(str range, str version)
{
	return str_ends(range, STR(UBUNTU_PRO_MARK)) && !ubuntu_has_pro(version);
}
