#include "net/streams.h"
#include "base/time.h"
#include <pthread.h>
#include <time.h>

struct stream {
	struct stream_source source;
	struct buf waiting; /* said, and not yet taken */
	int64_t due_ms, said_ms;
	bool started, ended, done, abandoned;
	bool busy; /* its source is being called, without the lock */
	struct stream *next;
};

struct streams {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool running, stopping;
	struct stream *all;
	unsigned n, max;
	void (*ready)(void *ctx);
	void *ctx;
};

/* Unlinks and frees what both sides have left. With the lock held. */
static void sweep(struct streams *s)
{
	for (struct stream **at = &s->all, *one; (one = *at);) {
		if (!one->done || !one->abandoned || one->busy) {
			at = &one->next;
			continue;
		}
		*at = one->next;
		buf_done(&one->waiting);
		free(one);
	}
}

static void finish(struct streams *s,
                   struct stream *one) /* with the lock held; lets go of it meanwhile */
{
	one->ended = one->done = one->busy = true;
	pthread_mutex_unlock(&s->lock);
	if (one->source.done)
		one->source.done(one->source.ctx);
	pthread_mutex_lock(&s->lock);
	one->busy = false;
	s->n--;
}

static void ask(struct streams *s, struct stream *one, int64_t now) /* the same */
{
	struct buf said cleanup(buf_done) = BUF(STREAMS_BEHIND_MAX);
	int r = 0;
	if (one->due_ms <= now) {
		pthread_mutex_unlock(&s->lock);
		r = one->source.next(one->source.ctx, &said);
		pthread_mutex_lock(&s->lock);
		one->due_ms = now + MAX(one->source.interval_ms, 1u);
	}
	if (!said.n && now - one->said_ms >= STREAMS_BEAT_MS)
		buf_add(&said, STR(":\n\n"));
	if (said.n) {
		buf_add(&one->waiting, buf_view(&said));
		one->said_ms = now;
	}
	if (said.failed)
		one->waiting.failed = true;
	one->ended = r < 0 || one->waiting.failed;
	if (said.n || one->ended)
		s->ready(s->ctx);
}

/* The one that has waited longest for a call, or NULL and when the next one wants it. */
static struct stream *next_due(struct streams *s, int64_t now, int64_t *when)
{
	struct stream *first = NULL;
	*when = now + 1000;
	for (struct stream *one = s->all; one; one = one->next) {
		if (!one->done && (one->abandoned || one->ended || s->stopping))
			return one;
		if (one->done || !one->started)
			continue;
		int64_t due = MIN(one->due_ms, one->said_ms + STREAMS_BEAT_MS);
		if (due < *when) {
			*when = due;
			first = one;
		}
	}
	return *when <= now ? first : NULL;
}

static void *run(void *arg)
{
	struct streams *s = arg;
	int64_t when;
	pthread_mutex_lock(&s->lock);
	for (;;) {
		int64_t now = time_mono_ms();
		struct stream *one = next_due(s, now, &when);
		if (one && (one->abandoned || one->ended || s->stopping)) {
			finish(s, one);
			s->ready(s->ctx);
			sweep(s);
		} else if (one) {
			ask(s, one, now);
		} else if (s->stopping) {
			break;
		} else {
			struct timespec until = { .tv_sec = when / 1000,
				                  .tv_nsec = when % 1000 * 1000000 };
			pthread_cond_timedwait(&s->changed, &s->lock, &until);
		}
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

int streams_open(unsigned max, void (*ready)(void *ctx), void *ctx, struct streams **out,
                 struct error *e)
{
	struct streams *s = calloc(1, sizeof *s);
	pthread_condattr_t steady;
	if (!s)
		return error_set(e, ERR_SYSTEM, "no memory for the streams");
	s->max = max;
	s->ready = ready;
	s->ctx = ctx;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &steady);
	pthread_condattr_destroy(&steady);
	int r = pthread_create(&s->thread, NULL, run, s);
	s->running = r == 0;
	if (r) {
		streams_free(s);
		return error_errno(e, r, "start a thread");
	}
	*out = s;
	return 0;
}

int streams_reserve(struct streams *s, const struct stream_source *source, struct stream **out,
                    struct error *e)
{
	struct stream *one = calloc(1, sizeof *one);
	pthread_mutex_lock(&s->lock);
	bool full = !one || s->stopping || s->n >= s->max;
	if (!full) {
		*one = (struct stream){ .source = *source,
			                .waiting = BUF(STREAMS_BEHIND_MAX),
			                .next = s->all };
		s->all = one;
		s->n++;
	}
	pthread_mutex_unlock(&s->lock);
	if (!full) {
		*out = one;
		return 0;
	}
	free(one);
	if (source->done)
		source->done(source->ctx);
	return error_set(e, ERR_THROTTLED, "%u event streams are open", s->max);
}

static void tell(struct streams *s)
{
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void streams_start(struct streams *s, struct stream *one)
{
	pthread_mutex_lock(&s->lock);
	one->started = true;
	one->said_ms = one->due_ms = time_mono_ms();
	tell(s);
}

int streams_take(struct streams *s, struct stream *one, struct buf *out)
{
	pthread_mutex_lock(&s->lock);
	int r = one->waiting.failed ? -1 : one->ended ? 0 : 1;
	if (r >= 0) {
		buf_add(out, buf_view(&one->waiting));
		buf_clear(&one->waiting);
	}
	pthread_mutex_unlock(&s->lock);
	return r;
}

void streams_abandon(struct streams *s, struct stream *one)
{
	pthread_mutex_lock(&s->lock);
	one->abandoned = true;
	sweep(s);
	tell(s);
}

void streams_stop(struct streams *s)
{
	pthread_mutex_lock(&s->lock);
	bool running = s->running;
	s->running = false;
	s->stopping = true;
	tell(s);
	if (running)
		pthread_join(s->thread, NULL);
}

void streams_free(struct streams *s)
{
	if (!s)
		return;
	streams_stop(s);
	for (struct stream *one = s->all, *next; one; one = next) {
		next = one->next;
		buf_done(&one->waiting);
		free(one);
	}
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
