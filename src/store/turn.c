/* Each waiter sleeps on a condition of its own and is handed its turn by the one who gives one
 * back: nobody overtakes, and nobody wakes in vain. */
#include "store/turn.h"
#include <assert.h>
#include <stddef.h>
#include <time.h>

struct waiter {
	pthread_cond_t called;
	struct waiter *next;
	bool has_turn;
};

void turn_init(struct turn *t, unsigned free)
{
	*t = (struct turn){ .free = free, .last = &t->first };
	pthread_mutex_init(&t->lock, NULL);
}

void turn_done(struct turn *t)
{
	assert(!t->first);
	pthread_mutex_destroy(&t->lock);
}

static void leave(struct turn *t, struct waiter *w)
{
	struct waiter **at = &t->first;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (!*at)
		t->last = at;
}

/* in line until called or until then; the lock is held */
static bool wait_turn(struct turn *t, int64_t until_ms)
{
	struct timespec until = { .tv_sec = until_ms / 1000,
		                  .tv_nsec = (until_ms % 1000) * 1000000 };
	struct waiter w = { 0 };
	pthread_condattr_t how;

	pthread_condattr_init(&how);
	pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
	pthread_cond_init(&w.called, &how);
	pthread_condattr_destroy(&how);
	*t->last = &w;
	t->last = &w.next;
	while (!w.has_turn && pthread_cond_timedwait(&w.called, &t->lock, &until) == 0)
		;
	if (!w.has_turn)
		leave(t, &w);
	pthread_cond_destroy(&w.called);
	return w.has_turn;
}

bool turn_take(struct turn *t, int64_t until_ms)
{
	bool got;

	pthread_mutex_lock(&t->lock);
	got = t->free && !t->first;
	if (got)
		t->free--;
	else
		got = wait_turn(t, until_ms);
	pthread_mutex_unlock(&t->lock);
	return got;
}

void turn_give(struct turn *t)
{
	struct waiter *w;

	pthread_mutex_lock(&t->lock);
	w = t->first;
	if (w) { /* handed over: it is never free in between */
		leave(t, w);
		w->has_turn = true;
		pthread_cond_signal(&w->called);
	} else {
		t->free++;
	}
	pthread_mutex_unlock(&t->lock);
}
