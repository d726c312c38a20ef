/* inventory/rustlock.h — crates that Cargo locked: Cargo.lock, versions 1 to 4 (doc.rust-lang.org/cargo,
 * "Cargo.toml vs Cargo.lock"; its source, core/resolver/encode.rs). Input: hostile, read in the jail,
 * see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* Crates without a source are the project's own: PACKAGE_MAIN. */
int rustlock_read(struct file *f, struct inventory *into, struct error *e) must_use;
