/* model/purl.h — package URLs (purl-spec, PURL-TYPES) of packages, written and read. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "model/image.h"
#include "model/package.h"

/* "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=…" — `distro` may be
 * NULL; for rpm the epoch becomes a qualifier. Empty when the arena is spent. */
str purl_of(struct arena *a, const struct package *p, const struct distro *distro);

struct purl_pair {
	str key, value;
};

struct purl { /* the parts of one, decoded; strings in the arena */
	str type; /* lower case */
	str space, name, version, subpath;
	VEC(struct purl_pair) qualifiers;
};

/* Input: hostile, some hundred bytes; at most PURL_BYTES_MAX. ERR_FORMAT says what is wrong. */
enum { PURL_BYTES_MAX = 16384 };
int purl_parse(str text, struct arena *a, struct purl *out, struct error *e) must_use;
str purl_qualifier(const struct purl *u, const char *key); /* empty when absent */

/* Type, name, version, arch, source of a package, as our own readers write them. False when the type
 * is none of ours. *distro (id, version_id or codename) is what a distribution's package says of its
 * release: namespace, `distro` (with the spellings of Syft, Trivy and BuildKit); else left alone. */
bool purl_package(const struct purl *u, struct arena *a, struct package *out,
                  struct distro *distro);
/* The same for a release told in words, as by an operating-system component: "redhat", "9.4" */
void purl_release(str id, str version, struct arena *a, struct distro *out);
