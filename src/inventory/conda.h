/* inventory/conda.h — packages that conda installed: conda-meta/NAME-VERSION-BUILD.json (docs.conda.io,
 * "Package metadata"). Input: hostile, read in the jail, see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* arch is the platform's folder ("linux-64", "noarch"), module the build, maintainer the channel. */
int conda_read(struct file *f, struct inventory *into, struct error *e) must_use;
