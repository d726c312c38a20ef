#include "inventory/window.h"
#include "inventory/block.h"
#include <assert.h>

static int fill(struct window *w, struct error *e)
{
	size_t room = WINDOW_BYTES + WINDOW_AHEAD_BYTES;
	ssize_t got = stream_read_full(w->f->bytes, w->bytes + w->n, room - w->n, e);

	if (got < 0)
		return (int)got;
	w->n += (size_t)got;
	w->end = w->n < room;
	w->limit = w->end ? w->n : WINDOW_BYTES;
	return 0;
}

int window_open(struct window *w, struct file *f, struct error *e)
{
	struct error ignored = { 0 };
	char front[4];
	ssize_t got = stream_read_full(f->bytes, front, sizeof front, e);

	*w = (struct window){ .f = f };
	if (got < 0 || !elf_is(str_mem(front, (size_t)got)))
		return (int)MIN(got, 0);
	w->bytes = malloc(WINDOW_BYTES + WINDOW_AHEAD_BYTES + STRIDE_BYTES);
	if (!w->bytes)
		return error_set(e, ERR_LIMIT, "no memory for a window");
	memset(w->bytes + WINDOW_BYTES + WINDOW_AHEAD_BYTES, 0, STRIDE_BYTES);
	memcpy(w->bytes, front, sizeof front);
	w->n = sizeof front;
	int r = fill(w, e);
	if (r >= 0 && elf_read(window_view(w), &w->elf, &ignored) < 0)
		w->elf = (struct elf){ 0 };
	return r < 0 ? r : 1;
}

int window_next(struct window *w, struct error *e)
{
	memmove(w->bytes, w->bytes + w->limit, w->n - w->limit);
	w->n -= w->limit;
	w->base += w->limit;
	return fill(w, e);
}

void window_done(struct window *w)
{
	free(w->bytes);
}

/* A place where both the first and the last byte of the needle are right */
static block candidates(const char *at, size_t last, block first_byte, block last_byte)
{
	block b, c;
	memcpy(&b, at, sizeof b);
	memcpy(&c, at + last, sizeof c);
	return (block)((b == first_byte) & (c == last_byte));
}

/* One pass over a program of a hundred megabytes is what its readers cost; nearly all strides have
 * no candidate. */
size_t window_find(const struct window *w, str needle, size_t from)
{
	assert(needle.n);
	size_t end = MIN(w->limit, w->n + 1 - MIN(w->n + 1, needle.n)), last = needle.n - 1;
	block first_byte = block_of(needle.p[0]), last_byte = block_of(needle.p[last]);

	for (; from < end; from += STRIDE_BYTES) {
		const char *at = w->bytes + from;
		block all[STRIDE_BLOCKS];
		for (size_t i = 0; i < LEN(all); i++)
			all[i] = candidates(at + i * BLOCK_BYTES, last, first_byte, last_byte);
		for (uint64_t bits = stride_bits(all); bits; bits &= bits - 1) {
			size_t i = from + (size_t)__builtin_ctzll(bits);
			if (i < end && !memcmp(w->bytes + i, needle.p, needle.n))
				return i;
		}
	}
	return SIZE_MAX;
}
