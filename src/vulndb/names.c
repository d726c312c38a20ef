/* Tables of names: ecosystems (OSV schema, "Defined ecosystems"), id prefixes (OSV schema, "id"),
 * Debian's release names. */
#include "vulndb/names.h"

struct prefix {
	str id, source;
	bool notice;
};

// clang-format off
static const struct prefix prefixes[] = { /* longer ones before their heads */
	{ STR_INIT("GHSA-"),       STR_INIT("GitHub"),          false },
	{ STR_INIT("PYSEC-"),      STR_INIT("PyPA"),            false },
	{ STR_INIT("GO-"),         STR_INIT("Go"),              false },
	{ STR_INIT("RUSTSEC-"),    STR_INIT("RustSec"),         false },
	{ STR_INIT("MAL-"),        STR_INIT("OpenSSF"),         false },
	{ STR_INIT("OSV-"),        STR_INIT("OSS-Fuzz"),        false },
	{ STR_INIT("BIT-"),        STR_INIT("Bitnami"),         false },
	{ STR_INIT("HSEC-"),       STR_INIT("Haskell"),         false },
	{ STR_INIT("RSEC-"),       STR_INIT("R Consortium"),    false },
	{ STR_INIT("EEF-"),        STR_INIT("EEF"),             false },
	{ STR_INIT("DRUPAL-"),     STR_INIT("Drupal"),          false },
	{ STR_INIT("PSF-"),        STR_INIT("PSF"),             false },
	{ STR_INIT("DSA-"),        STR_INIT("Debian"),          true },
	{ STR_INIT("DLA-"),        STR_INIT("Debian"),          true },
	{ STR_INIT("DTSA-"),       STR_INIT("Debian"),          true },
	{ STR_INIT("DEBIAN-"),     STR_INIT("Debian"),          true },
	{ STR_INIT("ELA-"),        STR_INIT("Freexian"),        true },
	{ STR_INIT("USN-"),        STR_INIT("Ubuntu"),          true },
	{ STR_INIT("LSN-"),        STR_INIT("Ubuntu"),          true },
	{ STR_INIT("UBUNTU-"),     STR_INIT("Ubuntu"),          true },
	{ STR_INIT("ALPINE-"),     STR_INIT("Alpine"),          true },
	{ STR_INIT("ALSA-"),       STR_INIT("AlmaLinux"),       true },
	{ STR_INIT("ALBA-"),       STR_INIT("AlmaLinux"),       true },
	{ STR_INIT("ALEA-"),       STR_INIT("AlmaLinux"),       true },
	{ STR_INIT("RLSA-"),       STR_INIT("Rocky Linux"),     true },
	{ STR_INIT("RXSA-"),       STR_INIT("Rocky Linux"),     true },
	{ STR_INIT("RHSA-"),       STR_INIT("Red Hat"),         true },
	{ STR_INIT("RHBA-"),       STR_INIT("Red Hat"),         true },
	{ STR_INIT("RHEA-"),       STR_INIT("Red Hat"),         true },
	{ STR_INIT("SUSE-"),       STR_INIT("SUSE"),            true },
	{ STR_INIT("openSUSE-"),   STR_INIT("SUSE"),            true },
	{ STR_INIT("MGASA-"),      STR_INIT("Mageia"),          true },
	{ STR_INIT("OESA-"),       STR_INIT("openEuler"),       true },
	{ STR_INIT("AZL-"),        STR_INIT("Azure Linux"),     true },
	{ STR_INIT("CGA-"),        STR_INIT("Chainguard"),      true },
	{ STR_INIT("ECHO-"),       STR_INIT("Echo"),            true },
	{ STR_INIT("MINI-"),       STR_INIT("MinimOS"),         true },
	{ STR_INIT("BELL-"),       STR_INIT("BellSoft"),        true },
	{ STR_INIT("DHI-"),        STR_INIT("Docker"),          true },
};

static const struct { str codename, ecosystem; } debian[] = {
	{ STR_INIT("wheezy"),   STR_INIT("Debian:7") },
	{ STR_INIT("jessie"),   STR_INIT("Debian:8") },
	{ STR_INIT("stretch"),  STR_INIT("Debian:9") },
	{ STR_INIT("buster"),   STR_INIT("Debian:10") },
	{ STR_INIT("bullseye"), STR_INIT("Debian:11") },
	{ STR_INIT("bookworm"), STR_INIT("Debian:12") },
	{ STR_INIT("trixie"),   STR_INIT("Debian:13") },
	{ STR_INIT("forky"),    STR_INIT("Debian:14") },
	{ STR_INIT("duke"),     STR_INIT("Debian:15") },
	{ STR_INIT("sid"),      STR_INIT("Debian:unstable") },
};
// clang-format on

str names_base(str ecosystem)
{
	return str_upto(ecosystem, str_chr(ecosystem, ':'));
}

str names_debian_release(str codename)
{
	for (size_t i = 0; i < LEN(debian); i++)
		if (str_eq(debian[i].codename, codename))
			return debian[i].ecosystem;
	return (str){ 0 };
}

/* "9.3", "9" and "9::appstream" give "9" */
static str major(str release)
{
	size_t n = 0;
	while (n < release.n && release.p[n] >= '0' && release.p[n] <= '9')
		n++;
	return str_upto(release, n ? n : release.n);
}

/* "Linux Enterprise Module for Basesystem 15 SP4" gives "Linux Enterprise Server 15 SP4" */
static str suse(struct arena *a, str ecosystem, str release)
{
	static const str lines[] = { STR_INIT("Linux Enterprise Module for "),
		                     STR_INIT("Linux Enterprise Server ") };
	for (size_t i = 0; i < LEN(lines); i++) {
		if (!str_starts(release, lines[i]))
			continue;
		size_t at = lines[i].n;
		while (at < release.n &&
		       !(release.p[at] >= '0' && release.p[at] <= '9' && release.p[at - 1] == ' '))
			at++;
		str number = str_from(release, at);
		if (str_ends(number, STR("-LTSS")))
			number.n -= 5;
		if (number.n)
			return arena_printf(a, "SUSE:Linux Enterprise Server %.*s",
			                    STR_FMT(number));
	}
	return ecosystem;
}

str names_ecosystem(struct arena *a, str ecosystem)
{
	str base = names_base(ecosystem), release = str_from(ecosystem, base.n + 1);
	if (!release.n)
		return str_upto(ecosystem, base.n);
	if (str_eq(base, STR("Alpine")) && release.p[0] == 'v')
		return arena_concat(a, STR("Alpine:"), str_from(release, 1));
	if (str_eq(base, STR("Ubuntu")) && str_ends(release, STR(":LTS")))
		return str_upto(ecosystem, ecosystem.n - 4);
	if (str_eq(base, STR("AlmaLinux")) || str_eq(base, STR("Rocky Linux")))
		return arena_printf(a, "%.*s:%.*s", STR_FMT(base), STR_FMT(major(release)));
	if (str_eq(base, STR("Red Hat"))) {
		str product = STR("enterprise_linux:");
		if (str_starts(release, product))
			release = str_from(release, product.n);
		else if (release.p[0] < '0' || release.p[0] > '9')
			return ecosystem;
		return arena_concat(a, STR("Red Hat:"), major(release));
	}
	return str_eq(base, STR("SUSE")) ? suse(a, ecosystem, release) : ecosystem;
}

/* PEP 503: lower case, any run of - _ . is one - */
static str pypi(struct arena *a, str name)
{
	char *out = arena_alloc(a, name.n);
	size_t n = 0;
	for (size_t i = 0; out && i < name.n; i++) {
		char c = name.p[i];
		if (c == '-' || c == '_' || c == '.') {
			if (!n || out[n - 1] != '-')
				out[n++] = '-';
		} else {
			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		}
	}
	return (str){ out, n };
}

/* "https://github.com/Apple/swift-nio.git" and "git@github.com:apple/swift-nio" are
 * "github.com/apple/swift-nio" */
static str swift(struct arena *a, str name)
{
	size_t scheme = str_find(name, STR("://")), at;
	if (scheme < name.n)
		name = str_from(name, scheme + 3);
	at = str_chr(name, '@');
	if (at < str_chr(name, '/'))
		name = str_from(name, at + 1);
	while (str_ends(name, STR("/")))
		name.n--;
	if (str_ends(name, STR(".git")))
		name.n -= 4;
	size_t colon = str_chr(name, ':');
	if (colon > str_chr(name, '/') || colon == name.n)
		return arena_lower(a, name);
	return arena_lower(a, arena_printf(a, "%.*s/%.*s", STR_FMT(str_upto(name, colon)),
	                                   STR_FMT(str_from(name, colon + 1))));
}

str names_package(struct arena *a, str ecosystem, str name)
{
	static const str nocase[] = { STR_INIT("NuGet"), STR_INIT("Packagist"), STR_INIT("Bitnami"),
		                      STR_INIT("Hex"), STR_INIT("CVE") };
	str base = names_base(ecosystem);
	if (str_eq(base, STR("PyPI")))
		return pypi(a, name);
	if (str_eq(base, STR("SwiftURL")))
		return swift(a, name);
	for (size_t i = 0; i < LEN(nocase); i++)
		if (str_eq(base, nocase[i]))
			return arena_lower(a, name);
	return name;
}

bool names_is_cve(str id)
{
	if (!str_starts(id, STR("CVE-")) || id.n < 13)
		return false;
	for (size_t i = 4; i < id.n; i++)
		if (i == 8 ? id.p[i] != '-' : id.p[i] < '0' || id.p[i] > '9')
			return false;
	return true;
}

str names_source(str id, bool *notice)
{
	bool none;
	if (!notice)
		notice = &none;
	*notice = false;
	for (size_t i = 0; i < LEN(prefixes); i++)
		if (str_starts(id, prefixes[i].id)) {
			*notice = prefixes[i].notice;
			return prefixes[i].source;
		}
	return STR("OSV");
}

bool names_own_source(str ecosystem, str source)
{
	str base = names_base(ecosystem);
	if (str_eq(base, STR("openSUSE")))
		base = STR("SUSE");
	if (str_eq(base, STR("Alpaquita")) || str_eq(base, STR("BellSoft Hardened Containers")))
		base = STR("BellSoft");
	return str_eq(base, source);
}
