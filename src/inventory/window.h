/* inventory/window.h — the part of a program (ELF) that is in memory while it streams by, as the readers
 * of programs see it. Input: hostile, read in the jail, of any size. One thread. */
#pragma once
#include "format/elf.h"
#include "inventory/inventory.h"

enum {
	WINDOW_BYTES = 256 << 10,
	WINDOW_AHEAD_BYTES = 4 << 10, /* what starts in a window is whole up to this size */
};

struct window {
	struct file *f;
	struct elf elf; /* all zero when the header is not the gABI's: then no pointer leads anywhere */
	char *bytes;   /* a stride (block.h) more than WINDOW_BYTES + WINDOW_AHEAD_BYTES */
	size_t n;      /* of bytes */
	size_t limit;  /* what starts before it belongs to this window; the rest comes again */
	uint64_t base; /* offset in the file of the first; a multiple of 16 */
	bool end;      /* nothing is behind them */
};

/* The first bytes of a file: 1, or 0 when it is no ELF file. */
int window_open(struct window *w, struct file *f, struct error *e) must_use;
/* The window moves on behind its limit. */
int window_next(struct window *w, struct error *e) must_use;
void window_done(struct window *w);

static inline str window_view(const struct window *w)
{
	return (str){ w->bytes, w->n };
}
/* The offset in the window of the first `needle` that starts at or behind `from` and before the limit;
 * SIZE_MAX when there is none. */
size_t window_find(const struct window *w, str needle, size_t from);
