/* Few enough to be looked through one by one: a statement's hash is compared first. */
#include "store/prepared.h"
#include <stdlib.h>

struct prepared_slot *prepared_find(struct prepared *p, str key)
{
	uint64_t hash = str_hash(key);

	for (size_t i = 0; i < PREPARED_MAX; i++) {
		struct prepared_slot *s = &p->slots[i];
		if (s->hash == hash && s->key && str_eq((str){ s->key, s->n }, key)) {
			s->used = ++p->clock;
			return s;
		}
	}
	return NULL;
}

static void empty(struct prepared_slot *s, void (*drop)(void *ctx, void *handle), void *ctx)
{
	if (!s->key)
		return;
	drop(ctx, s->handle);
	free(s->key);
	*s = (struct prepared_slot){ 0 };
}

struct prepared_slot *prepared_add(struct prepared *p, str key,
                                   void (*drop)(void *ctx, void *handle), void *ctx)
{
	struct prepared_slot *oldest = NULL;
	char *copy;

	for (size_t i = 0; i < PREPARED_MAX; i++) {
		struct prepared_slot *s = &p->slots[i];
		if (!s->busy && (!oldest || s->used < oldest->used))
			oldest = s;
	}
	copy = oldest ? malloc(key.n + 1) : NULL;
	if (!copy)
		return NULL;
	empty(oldest, drop, ctx);
	memcpy(copy, key.p, key.n);
	copy[key.n] = '\0';
	*oldest = (struct prepared_slot){
		.key = copy, .n = key.n, .hash = str_hash(key), .used = ++p->clock
	};
	return oldest;
}

void prepared_clear(struct prepared *p, void (*drop)(void *ctx, void *handle), void *ctx)
{
	for (size_t i = 0; i < PREPARED_MAX; i++)
		empty(&p->slots[i], drop, ctx);
}
