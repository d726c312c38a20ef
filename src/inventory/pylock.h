/* inventory/pylock.h — Python packages that a tool locked: poetry.lock (python-poetry.org), pdm.lock
 * (pdm-project.org), pylock.toml (PEP 751) and Pipfile.lock (pipenv.pypa.io). Input: hostile, read in
 * the jail, see inventory/lockfile.h. One thread. */
#pragma once
#include "inventory/inventory.h"

/* Folders and editable ones are the project's own: PACKAGE_MAIN. What no group but others than the
 * main one wants is PACKAGE_DEVELOPMENT. */
int pylock_read_poetry(struct file *f, struct inventory *into, struct error *e) must_use;
int pylock_read_pdm(struct file *f, struct inventory *into, struct error *e) must_use;
int pylock_read_standard(struct file *f, struct inventory *into, struct error *e) must_use;
int pylock_read_pipfile(struct file *f, struct inventory *into, struct error *e) must_use;
