/* base/vec.h — a growing array of values in an arena. A struct declares one with VEC(type); when the
 * arena is spent, vec_push gives NULL and the arena remembers. Old storage stays in the arena: at
 * most twice the final size is used. One thread. */
#pragma once
#include "base/arena.h"

#define VEC(type) \
	struct { \
		type *v; \
		size_t n, room; \
	}

/* Pointer to a new zeroed last element, valid until the next push; NULL when the arena is spent. */
#define vec_push(a, vec) \
	((__typeof__((vec)->v))vec_grow((a), (void **)&(vec)->v, &(vec)->n, &(vec)->room, \
					sizeof *(vec)->v))
/* Append a value; false when the arena is spent. */
#define vec_add(a, vec, value) \
	({ \
		__typeof__((vec)->v) slot_ = vec_push((a), (vec)); \
		if (slot_) \
			*slot_ = (value); \
		slot_ != NULL; \
	})

/* Room for `more` elements at once, where their number is known; false when the arena is spent. */
#define vec_reserve(a, vec, more) \
	vec_make_room((a), (void **)&(vec)->v, (vec)->n, &(vec)->room, (more), sizeof *(vec)->v)

void *vec_grow(struct arena *a, void **v, size_t *n, size_t *room, size_t size);
bool vec_make_room(struct arena *a, void **v, size_t n, size_t *room, size_t more, size_t size);
