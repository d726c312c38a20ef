#include "vulndb/fetcher.h"
#include <pthread.h>
#include <stdlib.h>

enum { SLOT_BYTES = 1 << 20, SILENCES_MAX = 2 };

enum slot_state { SLOT_WAITS, SLOT_RUNS, SLOT_DONE };

struct slot {
	enum slot_state state;
	int result;
	struct fetched got;
	struct error e;
	struct arena kept;
};

struct server {
	str name; /* "https://host" */
	bool busy;
	unsigned silences; /* in a row */
};

struct fetcher {
	const struct feeds *feeds;
	const struct shelf_sources *last;
	struct client *net;
	const char *dir;
	pthread_mutex_t lock;
	pthread_cond_t moved; /* a slot or `wanted` did */
	struct slot *slots;
	struct server *servers; /* one a feed at most */
	size_t servers_n, wanted;
	bool stop;
	pthread_t threads[FETCHER_THREADS];
	size_t threads_n;
};

const struct shelf_source *fetcher_last(const struct shelf_sources *last, str name)
{
	for (size_t i = 0; i < last->list.n; i++)
		if (str_eq(last->list.v[i].name, name))
			return &last->list.v[i];
	return NULL;
}

static struct server *server_of(struct fetcher *f, const char *url)
{
	str s = str_c(url);
	size_t host = str_find(s, STR("://")) + 3;
	s = str_upto(s, host + str_chr(str_from(s, host), '/'));
	for (size_t i = 0; i < f->servers_n; i++)
		if (str_eq(f->servers[i].name, s))
			return &f->servers[i];
	f->servers[f->servers_n] = (struct server){ .name = s };
	return &f->servers[f->servers_n++];
}

/* The first feed that may start now; SIZE_MAX: none */
static size_t next_slot(struct fetcher *f)
{
	size_t end = MIN(f->feeds->list.n, f->wanted + FETCHER_AHEAD);
	for (size_t i = f->wanted; i < end; i++)
		if (f->slots[i].state == SLOT_WAITS &&
		    !server_of(f, f->feeds->list.v[i].where)->busy)
			return i;
	return SIZE_MAX;
}

/* A server that did not answer twice is not waited for again. */
static void fetch(struct fetcher *f, size_t i)
{
	const struct feed *feed = &f->feeds->list.v[i];
	struct slot *s = &f->slots[i];
	struct server *server = server_of(f, feed->where);
	s->state = SLOT_RUNS;
	if (server->silences >= SILENCES_MAX) {
		s->result = error_set(&s->e, ERR_UPSTREAM, "not tried: %.*s failed twice",
		                      STR_FMT(server->name));
	} else {
		server->busy = true;
		pthread_mutex_unlock(&f->lock);
		int r = feed_fetch(feed, fetcher_last(f->last, feed->name), f->net, f->dir,
		                   &s->kept, &s->got, &s->e);
		pthread_mutex_lock(&f->lock);
		s->result = r;
		server->busy = false;
		server->silences = r < 0 && error_again(r) ? server->silences + 1 : 0;
	}
	s->state = SLOT_DONE;
	pthread_cond_broadcast(&f->moved);
}

static void *run(void *arg)
{
	struct fetcher *f = arg;
	pthread_mutex_lock(&f->lock);
	while (!f->stop && f->wanted < f->feeds->list.n) {
		size_t i = next_slot(f);
		if (i == SIZE_MAX)
			pthread_cond_wait(&f->moved, &f->lock);
		else
			fetch(f, i);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

struct fetcher *fetcher_new(const struct feeds *feeds, const struct shelf_sources *last,
                            struct client *net, const char *dir)
{
	struct fetcher *f = calloc(1, sizeof *f);
	size_t n = feeds->list.n;
	if (!f || !(f->slots = calloc(n + 1, sizeof *f->slots)) ||
	    !(f->servers = calloc(n + 1, sizeof *f->servers)))
		abort();
	f->feeds = feeds;
	f->last = last;
	f->net = net;
	f->dir = dir;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->moved, NULL);
	for (size_t i = 0; i < n; i++) {
		f->slots[i].got.fd = -1;
		f->slots[i].kept = ARENA(SLOT_BYTES);
	}
	while (f->threads_n < FETCHER_THREADS &&
	       pthread_create(&f->threads[f->threads_n], NULL, run, f) == 0)
		f->threads_n++;
	return f;
}

int fetcher_take(struct fetcher *f, size_t i, struct fetched *out, struct error *e)
{
	struct slot *s = &f->slots[i];
	pthread_mutex_lock(&f->lock);
	f->wanted = i;
	pthread_cond_broadcast(&f->moved);
	if (!f->threads_n) /* no thread could be made: this one does it */
		fetch(f, i);
	while (s->state != SLOT_DONE)
		pthread_cond_wait(&f->moved, &f->lock);
	*out = s->got;
	s->got.fd = -1;
	pthread_mutex_unlock(&f->lock);
	if (s->result < 0)
		*e = s->e;
	return s->result;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->stop = true;
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
	for (size_t i = 0; i < f->threads_n; i++)
		pthread_join(f->threads[i], NULL);
	for (size_t i = 0; i < f->feeds->list.n; i++) {
		if (f->slots[i].got.fd >= 0)
			close(f->slots[i].got.fd);
		arena_done(&f->slots[i].kept);
	}
	pthread_cond_destroy(&f->moved);
	pthread_mutex_destroy(&f->lock);
	free(f->slots);
	free(f->servers);
	free(f);
}
