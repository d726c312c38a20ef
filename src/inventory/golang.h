/* inventory/golang.h — modules that the Go linker records in every program: "build info", found by
 * its magic as the bytes stream by, stripped or not. Follows Go's debug/buildinfo and
 * runtime/debug.ParseBuildInfo: strings inline (Go 1.18 and later) or behind pointers (1.13 to 1.17).
 * Input: hostile, read in the jail, of any size; memory: the program's window and the module list (at
 * most GOLANG_MODULES_MAX bytes). One thread. */
#pragma once
#include "inventory/inventory.h"

enum { GOLANG_MODULES_MAX = 4 << 20 };

struct golang;
struct window;

/* Adds the standard library, the main module (PACKAGE_MAIN) and each dependency, as replaced. A version
 * that nothing tells is empty: of modules that a folder replaces, and of most main modules. */
struct golang *golang_new(const struct window *p); /* the program is borrowed */
/* At every window: 1 when the build info was read, so that nothing else is of interest. */
int golang_look(struct golang *g, struct inventory *into, struct error *e) must_use;
/* Behind the last window. What Go did not link adds nothing and is no error. */
int golang_end(struct golang *g, struct inventory *into, struct error *e) must_use;
void golang_free(struct golang *g); /* NULL is fine */
static inline void golang_cleanup(struct golang **g)
{
	golang_free(*g);
}
