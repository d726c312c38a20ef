/* inventory/gomod.h — the module list inside a Go program's build info, as text
 * (runtime/debug.ParseBuildInfo): lines "path", "mod", "dep", "=>" and "build" with tabs between
 * fields. Input: hostile, read in the jail. One thread. */
#pragma once
#include "inventory/inventory.h"

/* What is common to all packages of one program is in *like. `version` is the toolchain's ("go1.21.3
 * X:boring"), `modules` the list without its markers; both may be empty.
 * A main module or a replaced one that is "(devel)" has an empty version, unless the build says it. */
int gomod_add(const struct package *like, str version, str modules, struct inventory *into,
	      struct error *e) must_use;
