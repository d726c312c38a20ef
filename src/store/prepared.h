/* store/prepared.h — the statements a connection keeps prepared: bounded, the one longest unused
 * goes first. One thread. */
#pragma once
#include "base/str.h"

enum { PREPARED_MAX = 192 };

struct prepared_slot {
	char *key; /* NULL: free */
	size_t n;
	uint64_t hash, used;
	bool busy; /* its rows are being read: it stays */
	void *handle;
};

struct prepared {
	struct prepared_slot slots[PREPARED_MAX];
	uint64_t clock;
};

struct prepared_slot *prepared_find(struct prepared *p, str key); /* NULL: it is not there */
/* A slot for a new key; `drop` ends what was in it. NULL when all are busy or memory is gone. */
struct prepared_slot *prepared_add(struct prepared *p, str key,
                                   void (*drop)(void *ctx, void *handle), void *ctx);
void prepared_clear(struct prepared *p, void (*drop)(void *ctx, void *handle), void *ctx);
