/* inventory/java.h — libraries in Java archives: jar, war, ear and their kin, executable jars behind a
 * shell script, and archives in archives. Input: hostile, read in the jail, of any size; memory: the
 * names found in one archive, times JAVA_DEPTH_MAX. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { JAVA_DEPTH_MAX = 8, JAVA_ENTRIES_MAX = 1000000 };

/* Of each archive: the library it is, and each other one whose pom.properties was packed into it
 * ("shaded"). Names are "group:artifact", or ":artifact" where nothing says the group. An archive
 * without a version anywhere is listed with an empty one and noted as a gap; damage in an inner archive is a gap, and the others are read. */
int java_read(struct file *f, struct inventory *into, struct error *e) must_use;
bool java_is_archive(str base_name); /* by its extension */
