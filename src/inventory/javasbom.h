/* inventory/javasbom.h — libraries that a Java build wrote down in CycloneDX JSON: application.cdx.json of
 * Spring Boot and Quarkus in META-INF/sbom, and the SBOM of a GraalVM native image. Input: hostile, read in
 * the jail, at most JAVASBOM_MAX bytes. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { JAVASBOM_MAX = 16 << 20 };

/* What is common to all libraries is in *like; the component that the document is about is PACKAGE_MAIN.
 * Components that are no Maven artifacts are left out. */
int javasbom_read(const struct package *like, struct stream *from, struct inventory *into,
		  struct error *e) must_use;
