#include "base/arena.h"
#include <stdarg.h>
#include <stdio.h>

struct arena_block {
	struct arena_block *next;
	size_t n;
	_Alignas(max_align_t) char bytes[];
};

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 18 };

static bool add_block(struct arena *a, size_t need)
{
	size_t n = a->used_bytes < FIRST_BLOCK ? FIRST_BLOCK
	                                       : MIN(a->used_bytes, (size_t)LARGEST_BLOCK);
	struct arena_block *b;

	n = MAX(n, need);
	b = calloc(1, sizeof *b + n);
	if (!b)
		return false;
	b->next = a->blocks;
	b->n = n;
	a->blocks = b;
	a->at = a->clean = b->bytes;
	a->end = b->bytes + n;
	return true;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t rounded, total;
	char *p;

	if (a->failed)
		return NULL;
	if (ckd_add(&rounded, n, _Alignof(max_align_t) - 1))
		goto over;
	rounded &= ~(_Alignof(max_align_t) - 1);
	if (ckd_add(&total, a->used_bytes, rounded) || total > a->max_bytes)
		goto over;
	if ((size_t)(a->end - a->at) < rounded || !a->blocks)
		if (!add_block(a, rounded))
			goto over;
	p = a->at;
	a->at += rounded;
	a->used_bytes = total;
	if (p < a->clean)
		memset(p, 0, MIN(rounded, (size_t)(a->clean - p)));
	a->clean = MAX(a->clean, a->at);
	return p;
over:
	a->failed = true;
	return NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;
	if (ckd_mul(&n, count, size)) {
		a->failed = true;
		return NULL;
	}
	return arena_alloc(a, n);
}

str arena_join_n(struct arena *a, const str *parts, size_t count)
{
	size_t n = 0;
	char *p;

	for (size_t i = 0; i < count; i++)
		if (ckd_add(&n, n, parts[i].n) || n == SIZE_MAX) {
			a->failed = true;
			return (str){ 0 };
		}
	p = arena_alloc(a, n + 1);
	if (!p)
		return (str){ 0 };
	n = 0;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].n)
			memcpy(p + n, parts[i].p, parts[i].n);
		n += parts[i].n;
	}
	return (str){ p, n };
}

str arena_concat(struct arena *a, str x, str y)
{
	return arena_join(a, x, y);
}

str arena_str(struct arena *a, str s)
{
	return arena_concat(a, s, (str){ 0 });
}

str arena_lower(struct arena *a, str s)
{
	str copy = arena_str(a, s);
	char *p = (char *)(uintptr_t)copy.p;
	for (size_t i = 0; i < copy.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] - 'A' + 'a');
	return copy;
}

str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args, again;
	int n;
	char *p;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p ? (str){ p, (size_t)n } : (str){ 0 };
}

void arena_reset(struct arena *a)
{
	size_t max = a->max_bytes;
	arena_done(a);
	*a = ARENA(max);
}

void arena_rewind(struct arena *a)
{
	struct arena_block *kept = a->blocks;
	char *clean = a->clean;
	size_t max = a->max_bytes;

	if (!kept || kept->n > LARGEST_BLOCK) {
		arena_reset(a);
		return;
	}
	a->blocks = kept->next;
	arena_done(a);
	kept->next = NULL;
	*a = (struct arena){ .blocks = kept,
		             .at = kept->bytes,
		             .end = kept->bytes + kept->n,
		             .clean = clean,
		             .max_bytes = max };
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->blocks, a->at, a->used_bytes };
}

/* A block that was begun since stays, empty, so that a loop whose rows do not fit into what is left
 * of the one before takes a new one once and not for each row. */
void arena_undo(struct arena *a, const struct arena_mark *to)
{
	struct arena_block *latest = a->blocks;

	a->used_bytes = to->used_bytes;
	if (latest == to->block) {
		a->at = to->at;
		return;
	}
	while (latest->next != to->block) {
		struct arena_block *b = latest->next;
		latest->next = b->next;
		free(b);
	}
	a->at = latest->bytes;
	if (latest->n <= LARGEST_BLOCK)
		return;
	a->blocks = to->block;
	a->at = to->at;
	a->end = a->clean = to->block ? to->block->bytes + to->block->n : NULL;
	free(latest);
}

void arena_done(struct arena *a)
{
	struct arena_block *next;
	if (!a)
		return;
	for (struct arena_block *b = a->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena){ .max_bytes = a->max_bytes, .failed = a->failed };
}
