/* inventory/npm.h — packages of npm, yarn and pnpm: package.json (docs.npmjs.com, "package.json").
 * Input: hostile, read in the jail, at most NPM_MANIFEST_MAX bytes. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { NPM_MANIFEST_MAX = 1 << 20 };

/* A file without a name describes no installed package (a folder of a package says its module type
 * that way) and adds nothing; one without a version is listed with an empty one. A broken one is an error where npm installs packages
 * (node_modules/NAME, node_modules/@SCOPE/NAME); elsewhere, as among tests' fixtures, it adds nothing. */
int npm_read(struct file *f, struct inventory *into, struct error *e) must_use;
