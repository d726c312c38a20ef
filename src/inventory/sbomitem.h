/* inventory/sbomitem.h — one entry of an SBOM, whatever its grammar, made a package of the
 * inventory or a gap. Strings are borrowed for the call. */
#pragma once
#include "base/json.h"
#include "inventory/inventory.h"
#include "model/purl.h"

struct sbom_about { /* what the document says it describes; strings in the inventory's arena */
	str format; /* "CycloneDX 1.6", "SPDX-2.3" */
	str name;   /* of the image, or the document's own */
	str digest; /* of the image, "sha256:…"; claimed; may be empty */
	str config_digest, os, arch, variant, created;
};

struct sbomread { /* one document on its way */
	const char *where;
	struct inventory *into;
	struct sbom_about *about;
	const char *entry;  /* "component", "package": what the grammar calls one */
	uint64_t entries;   /* seen so far: the record number in evidence */
	uint64_t files;     /* entries that are files and no packages */
	struct distro os;   /* what an operating-system component says */
	struct distro hint; /* what the first purl of a distribution says */
	uint64_t strangers; /* packages of another distribution than the hint's */
	str stranger;
	struct arena scratch; /* of one entry */
};

struct sbomitem { /* all may be empty */
	str kind; /* CycloneDX type or SPDX purpose, lower case */
	str group, name, version, purl, license, maintainer, path;
	str type, inner, source, source_version, module, owner, traits; /* our own words */
	str codename, description;                                      /* of an operating system */
};

/* A CycloneDX component with the components inside it; a package of an SPDX document. */
int sbomitem_component(struct sbomread *r, const struct json *j, struct error *e) must_use;
int sbomitem_spdx(struct sbomread *r, const struct json *j, struct error *e) must_use;
/* metadata.component, or the package that an SPDX document describes */
void sbomitem_subject(struct sbomread *r, const struct json *component);
