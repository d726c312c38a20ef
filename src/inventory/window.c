#include "inventory/window.h"

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
	w->bytes = malloc(WINDOW_BYTES + WINDOW_AHEAD_BYTES);
	if (!w->bytes)
		return error_set(e, ERR_LIMIT, "no memory for a window");
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

size_t window_find(const struct window *w, str needle, size_t from)
{
	const char *hit;

	if (from >= w->limit)
		return SIZE_MAX;
	hit = memmem(w->bytes + from, MIN(w->limit + needle.n - 1, w->n) - from, needle.p,
	             needle.n);
	return hit ? (size_t)(hit - w->bytes) : SIZE_MAX;
}
