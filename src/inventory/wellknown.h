/* inventory/wellknown.h — programs and libraries that are known by a version string in them: the file's
 * name says which to look for, so that most programs cost nothing. Input: hostile, read in the jail, of
 * any size, window by window. One thread. */
#pragma once
#include "base/error.h"
#include "base/str.h"

struct inventory;
struct window;
struct wellknown;

#define WELLKNOWN_EVIDENCE "version string"

/* A version stands behind `before` and before `after`, of which one may be empty, and starts with
 * `head`. */
struct signature {
	const char *name;  /* as advisories call it */
	const char *files; /* base names, one space between; a * stands for any bytes */
	str before, head, after;
	bool head_is_named; /* "3.11" of libpython3.11.so starts the version */
	char has;           /* a character that is in the version; 0 for any */
};

extern const struct signature wellknown_signatures[]; /* ended by one without a name */

/* The version that a signature without a named head finds in the window, a view of it; or empty. */
str wellknown_version(const struct window *p, const struct signature *s);
/* NULL when nothing is known by the name of the program's file. The program is borrowed. */
struct wellknown *wellknown_new(const struct window *p);
/* At every window: 1 when all that can be found was. Adds packages of type PACKAGE_GENERIC. */
int wellknown_look(struct wellknown *w, struct inventory *into, struct error *e) must_use;
void wellknown_free(struct wellknown *w); /* NULL is fine */
