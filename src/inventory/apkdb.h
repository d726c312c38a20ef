/* inventory/apkdb.h — packages that Alpine's apk records in lib/apk/db/installed: lines "X:value", an
 * empty line behind each package (apk-tools' doc/apk-package(5), "installed database").
 * Input: hostile, read in the jail, of any size, one package's fields in memory. One thread. */
#pragma once
#include "inventory/inventory.h"

/* A damaged line is a gap with its byte; the packages around it are read. */
int apkdb_read(struct file *f, struct inventory *into, struct error *e) must_use;
