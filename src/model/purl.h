/* model/purl.h — package URLs (purl-spec, PURL-TYPES) of packages. */
#pragma once
#include "base/arena.h"
#include "model/image.h"
#include "model/package.h"

/* "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=…" — `distro` may be
 * NULL; for rpm the epoch becomes a qualifier. Empty when the arena is spent. */
str purl_of(struct arena *a, const struct package *p, const struct distro *distro);
