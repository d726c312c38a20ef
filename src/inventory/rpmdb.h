/* inventory/rpmdb.h — packages that rpm records: its database in any of the three back ends
 * (SQLite, NDB, Berkeley DB), told apart by their first bytes, and the text list of Azure Linux's
 * distroless images. Input: hostile, read in the jail; a database goes through the inventory's
 * spool, one header (at most RPMDB_HEADER_MAX bytes) at a time is in memory. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { RPMDB_HEADER_MAX = 32 << 20 };

/* A database: rpmdb.sqlite, Packages.db or Packages. A damaged header is a gap that names its
 * number, and the others are read; a damaged database is an error. Public keys ("gpg-pubkey") are
 * left out. */
int rpmdb_read(struct file *f, struct inventory *into, struct error *e) must_use;
/* SQLite's write-ahead log, rpmdb.sqlite-wal: empty after any orderly end of rpm; otherwise a gap,
 * as what it holds is not read. */
int rpmdb_read_wal(struct file *f, struct inventory *into, struct error *e) must_use;
/* var/lib/rpmmanifest/container-manifest-2: a line a package, ten fields with tabs between them. */
int rpmdb_read_manifest(struct file *f, struct inventory *into, struct error *e) must_use;
