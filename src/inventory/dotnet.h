/* inventory/dotnet.h — NuGet packages: NAME.deps.json beside a program or a shared framework
 * (dotnet/runtime, "host-probing"; libraries of type package and runtimepack are there, a project
 * is the program's own), packages.lock.json and packages.config, which are wishes. Input: hostile,
 * read in the jail, as a whole. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { DOTNET_BYTES_MAX = 16 << 20 };

int dotnet_read(struct file *f, struct inventory *into, struct error *e) must_use;
int dotnet_read_lock(struct file *f, struct inventory *into, struct error *e) must_use;
int dotnet_read_config(struct file *f, struct inventory *into, struct error *e) must_use;
