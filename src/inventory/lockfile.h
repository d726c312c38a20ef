/* inventory/lockfile.h — what the readers of lock files have in common. Such a file names what somebody
 * wanted; whether it is installed is seen elsewhere (scan/locks). Input: hostile, read in the jail, at
 * most LOCKFILE_MAX bytes. One thread. */
#pragma once
#include "format/toml.h"
#include "inventory/inventory.h"

enum { LOCKFILE_MAX = 8 << 20, LOCKFILE_ARENA = 40 << 20 };

struct json;

/* Whole, as text or as a tree, in `scratch`; a byte order mark is passed over. */
int lockfile_text(struct file *f, struct arena *scratch, str *out, struct error *e) must_use;
int lockfile_toml(struct file *f, struct arena *scratch, const struct toml **out,
		  struct error *e) must_use;
/* End with json_free. ERR_FORMAT when the top is no object. */
int lockfile_json(struct file *f, struct arena *scratch, struct json **out, struct error *e) must_use;

/* Adds a package that is PACKAGE_LOCKED besides what p->traits says; path and evidence are the
 * file's. Without a name nothing is added. */
int lockfile_add(const struct file *f, const struct package *p, struct inventory *into,
		 struct error *e) must_use;
/* Lies in a folder of somebody else's code: node_modules, site-packages, vendor … Its locks are not
 * this image's. */
bool lockfile_is_foreign(str path);
