/* scan/gather.h — an image's inventory: its source opened, its layers read in jails several at a time,
 * their answers merged; once more for files that a link of the image made matter. */
#pragma once
#include "scan/request.h"

struct gathering; /* owns what the packages' strings are borrowed from */

/* Fills image, distro, packages and gaps of *into (arrays in `a`). *out must outlive the report. */
int gather_image(const char *target, const struct scan_options *o, struct arena *a, struct scan_report *into,
		 struct gathering **out, struct error *e) must_use;
void gathering_free(struct gathering *g); /* NULL is fine */
