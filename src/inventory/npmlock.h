/* inventory/npmlock.h — what npm's lock files and Bun's wish to have installed: package-lock.json
 * and npm-shrinkwrap.json (npm docs, "package-lock.json", lockfileVersion 1 to 3), bun.lock (JSON
 * with comments, lockfileVersion 0 and 1). Input: hostile, read in the jail, as a whole. One
 * thread. */
#pragma once
#include "inventory/inventory.h"

enum { NPMLOCK_BYTES_MAX = 32 << 20 };

int npmlock_read(struct file *f, struct inventory *into, struct error *e) must_use;
int npmlock_read_bun(struct file *f, struct inventory *into, struct error *e) must_use;
