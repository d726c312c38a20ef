/* inventory/rust.h — crates in programs that Rust compiled: the list that cargo-auditable adds (zlib over
 * JSON, in the ELF section .dep-v0; its PARSING.md), found by its first bytes as the program streams by,
 * so that the section table at its end is not needed; without one, the crates whose files the program's
 * own messages name. Input: hostile, read in the jail, of any size; memory: RUST_PACKED_MAX, once
 * RUST_LIST_MAX, and the names found. One thread. */
#pragma once
#include "inventory/inventory.h"

enum { RUST_PACKED_MAX = 1 << 20, RUST_LIST_MAX = 8 << 20, RUST_NAMED_MAX = 4096 };

struct rust;
struct window;

struct rust *rust_new(const struct window *w); /* the window is borrowed */
void rust_look(struct rust *r);                /* at every window */
/* Behind the last window. What another language's compiler made adds nothing and is no error. Crates of
 * build scripts are left out; the program's own one is PACKAGE_MAIN. A program whose list is not there
 * is noted as a gap. */
int rust_end(struct rust *r, struct inventory *into, struct error *e) must_use;
void rust_free(struct rust *r); /* NULL is fine */
