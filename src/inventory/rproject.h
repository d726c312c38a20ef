/* inventory/rproject.h — packages of R: installed ones by their DESCRIPTION (cran.r-project.org,
 * "Writing R Extensions", 1.1.1), and what renv locked: renv.lock (rstudio.github.io/renv). Input:
 * hostile, read in the jail. One thread. */
#pragma once
#include "inventory/inventory.h"

/* R writes the field Built when it installs; a DESCRIPTION without it is of sources, or of something
 * else, and adds nothing. */
int rproject_read_description(struct file *f, struct inventory *into, struct error *e) must_use;
int rproject_read_renv(struct file *f, struct inventory *into, struct error *e) must_use;
