#include "base/vec.h"

void *vec_grow(struct arena *a, void **v, size_t *n, size_t *room, size_t size)
{
	if (*n == *room) {
		size_t more;
		void *p;
		if (ckd_mul(&more, *room, 2u)) {
			a->failed = true;
			return NULL;
		}
		more = MAX(more, (size_t)8);
		p = arena_array(a, more, size);
		if (!p)
			return NULL;
		if (*n)
			memcpy(p, *v, *n * size);
		*v = p;
		*room = more;
	}
	return (char *)*v + (*n)++ * size;
}
