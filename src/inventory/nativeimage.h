/* inventory/nativeimage.h — the SBOM inside a native image of GraalVM: CycloneDX JSON in gzip (GraalVM,
 * "Embed an SBOM"), which the exported symbol "sbom" names. It is known by how it starts, since a pointer
 * to it is met only when it has gone by. Input: hostile, read in the jail, of any size. One thread. */
#pragma once
#include "base/error.h"

struct inventory;
struct nativeimage;
struct window;

/* The program is borrowed. */
struct nativeimage *nativeimage_new(const struct window *w);
/* At every window. */
int nativeimage_look(struct nativeimage *m, struct error *e) must_use;
/* Behind the last one: what was found is read. A native image without an SBOM is a gap. */
int nativeimage_end(struct nativeimage *m, struct inventory *into, struct error *e) must_use;
void nativeimage_free(struct nativeimage *m); /* NULL is fine */
