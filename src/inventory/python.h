/* inventory/python.h — packages that pip, setuptools and distributions record: NAME.dist-info/METADATA
 * (core metadata specification, packaging.python.org), NAME.egg-info/PKG-INFO, NAME.egg-info as one
 * file, and zipped eggs. Input: hostile, read in the jail; only the headers before the first empty
 * line are read; without a version it is empty, and a gap. One thread. */
#pragma once
#include "inventory/inventory.h"

int python_read(struct file *f, struct inventory *into, struct error *e) must_use;
/* A .egg file: its EGG-INFO/PKG-INFO. */
int python_read_egg(struct file *f, struct inventory *into, struct error *e) must_use;
