/* inventory/osrelease.h — which distribution an image is of: os-release(5), usr/lib/os-release and
 * its relatives. Input: hostile, read in the jail, at most OSRELEASE_MAX bytes. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { OSRELEASE_MAX = 64 << 10 };

/* Adds a struct distro without an ecosystem (the scan knows those). A file without any ID or NAME is
 * no os-release file and adds nothing. */
int osrelease_read(struct file *f, struct inventory *into, struct error *e) must_use;
