/* inventory/sbom.h — packages that somebody else's SBOM lists: CycloneDX 1.2-1.6 as JSON, SPDX 2.2
 * and 2.3 as JSON or tag-value, both also as predicate of an in-toto statement, bare or in a DSSE
 * envelope (cosign attest, BuildKit, Sigstore bundles). Input: hostile, of any size where it comes
 * bare (one component at most SBOM_ITEM_MIB); an envelope's payload at most SBOM_PAYLOAD_MIB. */
#pragma once
#include "inventory/sbomitem.h"

enum { SBOM_ITEM_MIB = 4, SBOM_PAYLOAD_MIB = 16 };

/* Packages (PACKAGE_CLAIMED), one distro, and gaps for whatever names no package into *into.
 * `where` stands in its gaps. An error leaves what was found before it. */
int sbom_read(const char *where, struct stream *from, struct inventory *into,
              struct sbom_about *about, struct error *e) must_use;
