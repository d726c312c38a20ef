/* scan/copyrights.h — the licences of Debian packages, whose database has none: from the copyright
 * files beside their documentation. Once for an image, in the parent. */
#pragma once
#include "model/scan_report.h"
#include "scan/rootfs.h"

/* Sets `license` of dpkg's packages where usr/share/doc/NAME/copyright leads to a file that was
 * read. results[i] is layer i; strings are borrowed from it. */
void copyrights_join(struct rootfs *tree, const struct layer_result *results, struct arena *a,
                     struct scan_report *into);
