/* inventory/elfnote.h — the distribution package that a program says it comes from: the note of owner
 * "FDO" and type 0xcafe1a7e, JSON (systemd's PACKAGE_METADATA_FOR_EXECUTABLE_FILES). Input: hostile,
 * read in the jail; only notes in the program's first window. One thread. */
#pragma once
#include "base/error.h"

struct inventory;
struct window;

#define ELFNOTE_EVIDENCE "ELF package note"

/* Adds a package of the note's type; a note without a name or version is a gap, none is no error. */
int elfnote_read(const struct window *p, struct inventory *into, struct error *e) must_use;
