/* inventory/swiftlock.h — packages that Swift's package manager pinned: Package.resolved, versions 1 to
 * 3 (swiftlang/swift-package-manager, PinsStore and ResolvedPackagesStore). Input: hostile, read in the
 * jail, see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* The name is the address without scheme and ".git", as advisories have it: github.com/vapor/vapor. A
 * pin of a branch or commit has no version. */
int swiftlock_read(struct file *f, struct inventory *into, struct error *e) must_use;
