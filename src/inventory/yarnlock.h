/* inventory/yarnlock.h — yarn.lock: of Yarn 1 (its own form) and of Yarn 2 and later (YAML that
 * Yarn always writes alike), pnpm-lock.yaml (lockfileVersion 5 to 9; the same holds for it). Read
 * by lines, as the entries' keys and a few scalars at known depths are all that is wanted. Input:
 * hostile, read in the jail, of any size, one line in memory. One thread. */
#pragma once
#include "inventory/inventory.h"

int yarnlock_read(struct file *f, struct inventory *into, struct error *e) must_use;
int yarnlock_read_pnpm(struct file *f, struct inventory *into, struct error *e) must_use;
