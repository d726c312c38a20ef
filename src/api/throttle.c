#include "api/throttle.h"
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

enum { SETS = 2048, WAYS = 4 };

struct bucket {
	uint64_t name; /* 0: free */
	int64_t seen_ms;
	double left;
};

struct throttle {
	pthread_mutex_t lock;
	uint64_t seed; /* which names meet in a set is not to be known outside */
	struct bucket buckets[SETS][WAYS];
};

struct throttle *throttle_new(void)
{
	struct throttle *t = calloc(1, sizeof *t);

	if (!t)
		abort();
	assert(getrandom(&t->seed, sizeof t->seed, 0) == sizeof t->seed);
	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void throttle_free(struct throttle *t)
{
	if (t)
		pthread_mutex_destroy(&t->lock);
	free(t);
}

static struct bucket *find(struct throttle *t, char kind, str name, unsigned full, int64_t now_ms)
{
	uint64_t h = STR_HASH_START ^ t->seed;
	struct bucket *set, *oldest;

	h = str_hash_byte(h, kind);
	for (size_t i = 0; i < name.n; i++)
		h = str_hash_byte(h, name.p[i]);
	h = str_hash_end(h);
	h += !h;
	set = oldest = t->buckets[h % SETS];
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].name == h)
			return &set[i];
		if (set[i].seen_ms < oldest->seen_ms)
			oldest = &set[i];
	}
	*oldest = (struct bucket){ h, now_ms, full };
	return oldest;
}

bool throttle_take(struct throttle *t, char kind, str name, unsigned per_minute, unsigned cost,
                   int64_t now_ms, unsigned *left, unsigned *wait_s)
{
	double each_ms = per_minute / 60000.0, needed = cost ? cost : 1;
	struct bucket *b;
	bool may;

	pthread_mutex_lock(&t->lock);
	b = find(t, kind, name, per_minute, now_ms);
	if (now_ms > b->seen_ms)
		b->left =
		        MIN((double)per_minute, b->left + (double)(now_ms - b->seen_ms) * each_ms);
	b->seen_ms = now_ms;
	may = b->left >= needed;
	if (may)
		b->left -= cost;
	else
		*wait_s = 1 + (unsigned)((needed - b->left) / each_ms / 1000);
	*left = (unsigned)b->left;
	pthread_mutex_unlock(&t->lock);
	return may;
}
