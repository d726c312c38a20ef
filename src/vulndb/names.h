/* vulndb/names.h — one spelling for the names under which advisories are kept and looked up, as the
 * same ecosystem or package is written in several ways. Any thread. */
#pragma once
#include "base/arena.h"

/* "Alpine:v3.19" and "Alpine:3.19", "Ubuntu:22.04:LTS" and "Ubuntu:22.04", "AlmaLinux:9.3" and
 * "AlmaLinux:9", "Red Hat:enterprise_linux:9::baseos" and "Red Hat:9", and the modules of SUSE
 * Linux Enterprise 15 SP6 (their packages are those of the server) are the same; "Ubuntu:Pro:…"
 * stays apart. */
str names_ecosystem(struct arena *a, str ecosystem);
/* The package's name as kept: PEP 503 for PyPI, lower case where the registry ignores case,
 * host and path of a Swift package's URL. */
str names_package(struct arena *a, str ecosystem, str name);
str names_base(str ecosystem); /* before the release: "Debian:12" is "Debian" */
/* "bookworm" is "Debian:12", "sid" "Debian:unstable"; empty when unknown */
str names_debian_release(str codename);
bool names_is_cve(str id); /* "CVE-2024-1234" */
/* Who speaks in a record of this id: "GHSA-…" is GitHub; "OSV" when unknown. `notice` (may be
 * NULL): is it a distribution's word about flaws that have names of their own? */
str names_source(str id, bool *notice);
/* Is that source the distribution itself, for packages of this ecosystem? */
bool names_own_source(str ecosystem, str source);
