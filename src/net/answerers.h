/* net/answerers.h — threads that answer whole requests, behind a queue with an end. The loop pushes
 * and collects; a thread answers. Any thread. */
#pragma once
#include "net/exchange.h"

struct answerers;

struct answerers_work {
	void (*answer)(void *ctx, struct server_request *r); /* a thread of the pool */
	void (*ready)(void *ctx); /* the same: something can be collected */
	void *ctx;
	unsigned threads, waiting_max;
};

int answerers_open(const struct answerers_work *w, struct answerers **out,
                   struct error *e) must_use;
bool answerers_push(struct answerers *p,
                    struct server_request *r) must_use; /* false: as many wait as may */
struct server_request *
answerers_collect(struct answerers *p); /* a chain of what is answered; NULL for none */
size_t answerers_waiting(struct answerers *p);
/* No thread takes another one; those that run are waited for. What nobody took is among the
 * collected. */
void answerers_stop(struct answerers *p);
void answerers_free(struct answerers *p); /* stops; NULL is fine */
