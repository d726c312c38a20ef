/* inventory/jsbundle.h — a JavaScript program in one file with its run-time: Node.js' single executables
 * (nodejs.org, "Single executable applications"), pkg, `bun build --compile`, `deno compile`. Lists the
 * run-time; what was bundled is a gap. Input: hostile, read in the jail, of any size. One thread. */
#pragma once
#include "base/error.h"

struct jsbundle;
struct inventory;
struct window;

/* NULL for a program that is too small to have a run-time in it. The program is borrowed. */
struct jsbundle *jsbundle_new(const struct window *w);
void jsbundle_look(struct jsbundle *b); /* at every window; NULL is fine */
/* Behind the last window. */
int jsbundle_end(struct jsbundle *b, struct inventory *into, struct error *e) must_use;
void jsbundle_free(struct jsbundle *b); /* NULL is fine */
