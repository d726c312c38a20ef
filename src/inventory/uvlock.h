/* inventory/uvlock.h — Python packages that uv locked: uv.lock (docs.astral.sh/uv, "Project structure").
 * It tells what each package wants, and so which are wanted for development only. Input: hostile, read
 * in the jail, see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* Members of the workspace are PACKAGE_MAIN; what only their dependency groups lead to is
 * PACKAGE_DEVELOPMENT. */
int uvlock_read(struct file *f, struct inventory *into, struct error *e) must_use;
