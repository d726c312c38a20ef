/* inventory/detector.h — which files of an image are read, and by whom: a table, one row a kind. */
#pragma once
#include "inventory/inventory.h"

/* Reads one file. What it cannot read becomes an error (the caller notes a gap with the file's path
 * and goes on); what it can only half read it notes itself with inventory_gap. */
typedef int detector_read(struct file *f, struct inventory *into, struct error *e);

struct detector {
	const char *kind;    /* "dpkg", "npm" … */
	detector_read *read;
	bool database;       /* a package database or os-release: counts only where the running system would
	                        look for it, which the merge decides (symlinks, later layers) */
	bool aside;          /* many files, which only say something of other packages: who owns what, under
	                        which licence. One that said nothing is like any other file */
	bool text;           /* read by lines: bytes that are no text are no empty list, but unreadable */
};

/* The detector for a path by its name alone, or NULL. Executables (an x bit and no row of their own)
 * give the reader of programs, which looks at the first bytes itself. Any thread. */
const struct detector *detector_match(str path, unsigned mode);
const struct detector *detector_by_kind(str kind); /* NULL when unknown */
/* The paths where the running system looks for databases: "var/lib/dpkg/status",
 * "var/lib/dpkg/status.d", "lib/apk/db/installed", "var/lib/rpm/rpmdb.sqlite", … A database found
 * elsewhere counts only when a symlink of the image leads from one of these to it. */
extern const char *const detector_roots[]; /* NULL-ended */
/* What a package database says of a file: a copy goes into the inventory when a reader wants that path
 * (with the x bit only below bin and sbin); past OWNED_MAX nothing does, and findings are shown twice
 * rather than not. */
void detector_own(struct inventory *into, str path, str owner);
