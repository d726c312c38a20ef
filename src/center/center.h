/* center/center.h — what every module of the center is handed: where it remembers, what time it is, and the key
 * that opens its secrets. Borrowed by all; any thread. */
#pragma once
#include "base/clock.h"
#include "store/db.h"

struct vault; /* center/vault.h */

struct center {
	struct store *store;
	struct clock clock;
	struct vault *vault;
	const char *data_dir; /* what the process keeps in files: advisory database, layer cache, certificate */
	void (*wake)(void *ctx); /* the workers of this process: something was put into the queue; NULL: none */
	void *wake_ctx;
};

static inline void center_wake(const struct center *c)
{
	if (c->wake)
		c->wake(c->wake_ctx);
}

static inline int64_t center_now(const struct center *c)
{
	return clock_now(&c->clock);
}

static inline int64_t center_now_ms(const struct center *c)
{
	return clock_now_ms(&c->clock);
}
