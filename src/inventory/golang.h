/* inventory/golang.h — modules that the Go linker records in every program: "build info", found by
 * its magic as the bytes stream by, stripped or not. Follows Go's debug/buildinfo and
 * runtime/debug.ParseBuildInfo: strings inline (Go 1.18 and later) or behind pointers (1.13 to 1.17).
 * Input: hostile, read in the jail, of any size; memory: a window and the module list (at most
 * GOLANG_MODULES_MAX bytes). One thread. */
#pragma once
#include "inventory/inventory.h"

enum { GOLANG_MODULES_MAX = 4 << 20 };

/* Anything but an ELF file, and an ELF file that Go did not link, adds nothing and is no error. Adds
 * the standard library, the main module and each dependency, as replaced. A version that nothing tells
 * is "(devel)", as Go writes it: of modules that a folder replaces, and of most main modules. */
int golang_read(struct file *f, struct inventory *into, struct error *e) must_use;
