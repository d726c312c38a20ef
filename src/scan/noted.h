/* scan/noted.h — packages that only a note in a program speaks of (inventory/elfnote.h): one that a package
 * database lists as well is told once, and so is one that many programs note. One thread. */
#pragma once
#include "base/error.h"

struct arena;
struct scan_report;

int noted_drop(struct scan_report *r, struct arena *a, struct error *e) must_use;
