/* inventory/copyright.h — under which licences a Debian package is: usr/share/doc/NAME/copyright,
 * in the form of DEP 5 ("Format:", "License:" fields) or as prose that points into common-licenses.
 * Input: hostile, read in the jail, of any size, one line in memory. One thread. */
#pragma once
#include "inventory/inventory.h"

/* Notes the licences, each once, joined by AND, as an owned_file of the file itself; the merge
 * gives them to the package. */
int copyright_read(struct file *f, struct inventory *into, struct error *e) must_use;
