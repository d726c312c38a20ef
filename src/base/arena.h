/* base/arena.h — memory by lifetime: everything a scan, a request or an ingest step finds lives in
 * one arena with a ceiling and ends with it. Going over the ceiling is remembered in `failed`, so a
 * step allocates straight down and is judged once at its end (ERR_LIMIT). One thread at a time. */
#pragma once
#include "base/attr.h"
#include "base/str.h"

struct arena_block;

struct arena { /* make with ARENA(max); end with arena_done */
	struct arena_block *blocks;
	char *at, *end;
	char *clean; /* from here to the end the block is as calloc gave it: a page not used is not touched */
	size_t used_bytes, max_bytes;
	bool failed; /* the ceiling was hit (or memory is gone); stays set until arena_reset */
};

#define ARENA(max) ((struct arena){ .max_bytes = (max) })

/* Zeroed, aligned for any type. NULL when over the ceiling (failed is set then). n 0 gives a valid
 * pointer. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size); /* overflow counts as over */
#define arena_new(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define arena_many(a, n, type)  ((type *)arena_array((a), (n), sizeof(type)))

/* A copy, NUL-terminated behind its end as well; the empty str when over the ceiling. */
str arena_str(struct arena *a, str s);
str arena_printf(struct arena *a, const char *fmt, ...) printf_like(2, 3);
str arena_concat(struct arena *a, str x, str y);
#define arena_join(a, ...) /* all of these strs, one behind the other */ \
	arena_join_n((a), (const str[]){ __VA_ARGS__ }, LEN(((const str[]){ __VA_ARGS__ })))
str arena_join_n(struct arena *a, const str *parts, size_t n);
str arena_lower(struct arena *a, str s); /* a copy with ASCII lower case */

void arena_reset(struct arena *a); /* forget everything, keep the ceiling; failed is cleared */
void arena_rewind(struct arena *a); /* the same, and the latest block serves again */

struct arena_mark {
	struct arena_block *block;
	char *at;
	size_t used_bytes;
};
struct arena_mark arena_mark(const struct arena *a);
/* Forget what was allocated since; failed stays. What one row of many needed serves the next. */
void arena_undo(struct arena *a, const struct arena_mark *to);

void arena_done(struct arena *a); /* free all; NULL is fine */
