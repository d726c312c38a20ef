/* inventory/dpkg.h — packages that dpkg records: var/lib/dpkg/status (dpkg-query(1), deb822(5)), and
 * var/lib/dpkg/status.d/NAME, one stanza a file without a Status, as distroless images have it.
 * Input: hostile, read in the jail, of any size, a stanza's few fields in memory. One thread. */
#pragma once
#include "inventory/inventory.h"

/* A damaged stanza is a gap with its byte; the others are read. */
int dpkg_read(struct file *f, struct inventory *into, struct error *e) must_use;
/* info/NAME[:ARCH].list: "/usr/bin/x", one file or folder of the package a line */
int dpkg_read_list(struct file *f, struct inventory *into, struct error *e) must_use;
/* status.d/NAME.md5sums: sum, two spaces, "usr/bin/x" */
int dpkg_read_sums(struct file *f, struct inventory *into, struct error *e) must_use;
