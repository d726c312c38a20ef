#include "base/vec.h"

bool vec_make_room(struct arena *a, void **v, size_t n, size_t *room, size_t more, size_t size)
{
	size_t want;
	void *p;

	if (*room - n >= more)
		return true;
	if (ckd_add(&want, n, more)) {
		a->failed = true;
		return false;
	}
	p = arena_array(a, want, size);
	if (!p)
		return false;
	if (n)
		memcpy(p, *v, n * size);
	*v = p;
	*room = want;
	return true;
}

void *vec_grow(struct arena *a, void **v, size_t *n, size_t *room, size_t size)
{
	if (*n == *room && !vec_make_room(a, v, *n, room, MAX(*n, (size_t)8), size))
		return NULL;
	return (char *)*v + (*n)++ * size;
}
