/* inventory/haskell.h — Haskell packages that were locked: stack.yaml.lock (docs.haskellstack.org, "Lock
 * files") and cabal.project.freeze (cabal.readthedocs.io, "cabal freeze"). Input: hostile, read in the
 * jail, see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* Of Stack the packages beside its snapshot, whose own list is not in the file. */
int haskell_read_stack(struct file *f, struct inventory *into, struct error *e) must_use;
int haskell_read_freeze(struct file *f, struct inventory *into, struct error *e) must_use;
