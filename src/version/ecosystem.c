/* version/ecosystem.c — the table of ecosystems, as OSV names them (the schema's "Defined
 * ecosystems"). One fact a row. */
#include "version/ecosystem.h"
#include "base/attr.h"
#include "version/apkver.h"
#include "version/composerver.h"
#include "version/debver.h"
#include "version/dotver.h"
#include "version/gemver.h"
#include "version/genericver.h"
#include "version/gover.h"
#include "version/mavenver.h"
#include "version/pep440.h"
#include "version/rpmver.h"
#include "version/semver.h"

#define DPKG  "dpkg",    debver_compare, debver_valid
#define RPM   "rpm",     rpmver_compare, rpmver_valid
#define APK   "apk",     apkver_compare, apkver_valid
#define SEM   "SemVer",  semver_compare, semver_valid
#define PEP   "PEP 440", pep440_compare, pep440_valid
#define MAVEN "Maven",   mavenver_compare, mavenver_valid
#define GO    "Go",      gover_compare, gover_valid
#define STRICT   "SemVer",   semver_strict_compare, semver_strict_valid
#define GEM      "RubyGems", gemver_compare, gemver_valid
#define NUGET    "NuGet",    nugetver_compare, nugetver_valid
#define PUB      "Pub",      pubver_compare, pubver_valid
#define COMPOSER "Composer", composerver_compare, composerver_valid
#define CRAN     "R",        cranver_compare, cranver_valid
#define HACKAGE  "Haskell",  hackagever_compare, hackagever_valid
#define BITNAMI  "Bitnami",  bitnamiver_compare, bitnamiver_valid
#define GENERIC  "generic",  genericver_compare, genericver_valid

// clang-format off
#define ECOSYSTEMS(X) /* name       purl type  distribution  order */ \
	X("Debian",      "deb",     true,  DPKG)  \
	X("Ubuntu",      "deb",     true,  DPKG)  \
	X("Alpine",      "apk",     true,  APK)   \
	X("Wolfi",       "apk",     true,  APK)   \
	X("Chainguard",  "apk",     true,  APK)   \
	X("Alpaquita",   "apk",     true,  APK)   \
	X("BellSoft Hardened Containers", "apk", true, APK) \
	X("MinimOS",     "apk",     true,  APK)   \
	X("Echo",        "deb",     true,  DPKG)  \
	X("AlmaLinux",   "rpm",     true,  RPM)   \
	X("Rocky Linux", "rpm",     true,  RPM)   \
	X("Red Hat",     "rpm",     true,  RPM)   \
	X("SUSE",        "rpm",     true,  RPM)   \
	X("openSUSE",    "rpm",     true,  RPM)   \
	X("Azure Linux", "rpm",     true,  RPM)   \
	X("Mageia",      "rpm",     true,  RPM)   \
	X("openEuler",   "rpm",     true,  RPM)   \
	X("Photon OS",   "rpm",     true,  RPM)   \
	X("npm",         "npm",     false, SEM)   \
	X("PyPI",        "pypi",    false, PEP)   \
	X("Maven",       "maven",   false, MAVEN) \
	X("Go",          "golang",  false, GO)    \
	X("crates.io",   "cargo",   false, STRICT)   \
	X("RubyGems",    "gem",     false, GEM)      \
	X("NuGet",       "nuget",   false, NUGET)    \
	X("Packagist",   "composer", false, COMPOSER) \
	X("Hex",         "hex",     false, STRICT)   \
	X("Pub",         "pub",     false, PUB)      \
	X("SwiftURL",    "swift",   false, SEM)      \
	X("CRAN",        "cran",    false, CRAN)     \
	X("Hackage",     "hackage", false, HACKAGE)  \
	X("Bitnami",     "bitnami", false, BITNAMI)  \
	X("CVE",         "generic", false, GENERIC)  /* of our own: products in CVE records */ \
	/* the orders by their own names */       \
	X("deb",         "",        false, DPKG)  \
	X("dpkg",        "",        false, DPKG)  \
	X("rpm",         "",        false, RPM)   \
	X("apk",         "",        false, APK)   \
	X("semver",      "",        false, SEM)   \
	X("pep440",      "",        false, PEP)   \
	X("gem",         "",        false, GEM)   \
	X("composer",    "",        false, COMPOSER) \
	X("generic",     "",        false, GENERIC)
// clang-format on

#define ROW(name_, purl_, distribution_, order_, compare_, valid_) \
	{ .name = STR_INIT(name_), .order = order_, .purl_type = purl_, \
	  .distribution = distribution_, .compare = compare_, .valid = valid_ },
#define X(...) ROW(__VA_ARGS__)
static const struct ecosystem ecosystems[] = { ECOSYSTEMS(X) };
#undef X

const struct ecosystem *ecosystem_find(str name)
{
	name = str_upto(name, str_chr(name, ':'));
	for (size_t i = 0; i < LEN(ecosystems); i++)
		if (str_eq_nocase(name, ecosystems[i].name))
			return &ecosystems[i];
	return NULL;
}

const struct ecosystem *ecosystem_at(size_t i)
{
	return i < LEN(ecosystems) ? &ecosystems[i] : NULL;
}
