/* version/ecosystem.h — which order the versions of an ecosystem follow. Names are OSV's (the part
 * before the ':'), and "CVE" for programs known by their product's name in CVE records. Static data; no failure, any thread. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct ecosystem {
	str name;                  /* "Debian", "npm"; of a scheme "deb" */
	const char *order;         /* for people: "dpkg", "rpm", "SemVer", "PEP 440", "RubyGems" … */
	const char *purl_type;     /* of its packages: "deb", "pypi" …; "" for a bare scheme */
	bool distribution;         /* its records name a release: "Debian:12" */
	int (*compare)(str a, str b);
	bool (*valid)(str v);      /* false: has a place in the order, but no meaning */
};

/* By OSV's name in any case, with or without a release ("Debian:12"), or by the name of a scheme
 * (deb, dpkg, rpm, apk, semver, pep440, gem, composer, generic). NULL when unknown. */
const struct ecosystem *ecosystem_find(str name);

/* All rows in their order, ecosystems first; NULL after the last. */
const struct ecosystem *ecosystem_at(size_t i);

struct os_release { /* the fields of os-release(5) that tell a release; empty where absent */
	str id, version_id, codename, pretty_name;
};

/* OSV's name of a release: "Debian:12", "Ubuntu:22.04:LTS", "Alpine:v3.19", "Rocky Linux:9",
 * "SUSE:Linux Enterprise Server 15 SP5". Empty when it has none: rolling Debian, and derivatives,
 * as their versions are not their parent's (so ID_LIKE is not asked). Result in `a`. */
str ecosystem_of_release(struct arena *a, const struct os_release *os);
