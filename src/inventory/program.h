/* inventory/program.h — executables and shared objects (ELF), each read once, front to back: what is in
 * them is asked of several readers as the bytes stream by. Anything else ends at its first bytes.
 * Input: hostile, read in the jail, of any size; memory: the window and what each reader keeps. One
 * thread. */
#pragma once
#include "inventory/inventory.h"

int program_read(struct file *f, struct inventory *into, struct error *e) must_use;
