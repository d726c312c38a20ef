/* inventory/dartlock.h — packages that Dart's pub locked: pubspec.lock, YAML (dart.dev, "pub get").
 * Input: hostile, read in the jail, see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* Those of a folder are the project's own: PACKAGE_MAIN. */
int dartlock_read(struct file *f, struct inventory *into, struct error *e) must_use;
