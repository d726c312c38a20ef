/* store/turn.h — so many at a time, first come first served: connections, and the one writer SQLite
 * has. Any thread. */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct waiter;

struct turn {
	pthread_mutex_t lock;
	unsigned free;
	struct waiter *first, **last;
};

void turn_init(struct turn *t, unsigned free);
void turn_done(struct turn *t);
bool turn_take(struct turn *t,
               int64_t until_ms); /* of time_mono_ms; false: none came free till then */
void turn_give(struct turn *t);
