/* model/package.h — an installed unit, with the bytes that said so. A value; its strings are
 * borrowed from the arena of whoever made it. */
#pragma once
#include "base/str.h"

// clang-format off
#define PACKAGE_TYPES(X) /* name  purl type  what a person reads  OSV's ecosystem; empty: of the release, or none */ \
	X(DEB,      "deb",      "dpkg",     "") \
	X(APK,      "apk",      "apk",      "") \
	X(RPM,      "rpm",      "rpm",      "") \
	X(NPM,      "npm",      "npm",      "npm") \
	X(PYPI,     "pypi",     "Python",   "PyPI") \
	X(MAVEN,    "maven",    "Java",     "Maven") \
	X(GOLANG,   "golang",   "Go",       "Go") \
	X(CARGO,    "cargo",    "Rust",     "crates.io") \
	X(GEM,      "gem",      "Ruby",     "RubyGems") \
	X(NUGET,    "nuget",    ".NET",     "NuGet") \
	X(COMPOSER, "composer", "PHP",      "Packagist") \
	X(HEX,      "hex",      "Elixir",   "Hex") \
	X(PUB,      "pub",      "Dart",     "Pub") \
	X(SWIFT,    "swift",    "Swift",    "SwiftURL") \
	X(CRAN,     "cran",     "R",        "CRAN") \
	X(HACKAGE,  "hackage",  "Haskell",  "Hackage") \
	X(CONDA,    "conda",    "conda",    "") \
	X(BITNAMI,  "bitnami",  "Bitnami",  "Bitnami") \
	X(GENERIC,  "generic",  "programs", "CVE") /* known by strings in a program, or Windows software; CVE records name them */
// clang-format on

enum package_type {
#define X(name, purl, text, ecosystem) PACKAGE_##name,
	PACKAGE_TYPES(X)
#undef X
	PACKAGE_TYPE_COUNT
};

enum package_trait {
	PACKAGE_LOCKED = 1,      /* a lock file wants it; nothing says that it is installed */
	PACKAGE_MAIN = 2,        /* the program or project itself, not one of its dependencies */
	PACKAGE_DEVELOPMENT = 4, /* a lock file wants it for development only */
	PACKAGE_SHADED = 8,      /* inside another archive, without a file of its own */
	PACKAGE_CLAIMED = 16,    /* said by an SBOM, not seen in the image */
	PACKAGE_TRAITS = 31,
};

struct package {
	enum package_type type;
	/* As the ecosystem writes it: npm "@scope/name", Maven "group:artifact" (group may be empty:
	 * ":artifact"), Go the module path ("stdlib" for the standard library), PyPI as recorded. */
	str name;
	str version;        /* rpm: [epoch:]version-release, epoch 0 left out; Go: "v1.2.3", stdlib "1.21.3";
	                       empty: not known */
	str arch;           /* deb, apk, rpm; conda: the folder of its platform, "linux-64"; else empty */
	str source;         /* source package name, where the record has one; else empty */
	str source_version; /* its version, where it differs in the record; else empty */
	str module;         /* rpm: modularity label "nodejs:18:8070020220…"; conda: its build; else empty */
	str license;        /* as recorded; may be empty */
	str maintainer;     /* or vendor/packager; may be empty */
	str owner;          /* name of the distribution package whose file list has `path`, set by the merge:
	                       that one is matched, this one only marked; else empty */
	unsigned traits;    /* set of PACKAGE_LOCKED … */
	/* evidence */
	str path;        /* of the file in the image, no leading slash */
	str inner;       /* inside an archive: "BOOT-INF/lib/a.jar" or "x.jar!/y.jar"; else empty */
	str evidence;    /* which record or section said so: "pom.properties", "manifest", "file name",
	                    "stanza", "build info", "METADATA" … */
	uint64_t offset; /* byte in that file where the record starts (record number for a database) */
	unsigned layer;  /* index into image.layers; set by the merge */
};

/* "deb", "npm" …: the purl type of a package type */
const char *package_purl_type(enum package_type type);
/* "dpkg", "Java" … */
const char *package_type_text(enum package_type type);
/* "npm", "crates.io" …; "" for those of a release (dpkg, apk, rpm) and of no ecosystem */
const char *package_ecosystem(enum package_type type);
/* "locked", "main" … of one trait */
const char *package_trait_word(enum package_trait trait);
