/* inventory/requirements.h — Python packages in a requirements file (pip.pypa.io, "Requirements File
 * Format"; PEP 508): the lines that pin one version. Input: hostile, read in the jail; a logical line of
 * at most REQUIREMENTS_LINE_MAX bytes. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { REQUIREMENTS_LINE_MAX = 64 << 10 };

/* Lines that pin nothing, and files that it includes, are told in a note; nothing is malformed. */
int requirements_read(struct file *f, struct inventory *into, struct error *e) must_use;
