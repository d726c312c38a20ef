#include "net/answerers.h"
#include <pthread.h>

struct answerers {
	struct answerers_work work;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct server_request *first, **last; /* that wait */
	struct server_request *answered, **answered_last;
	size_t waiting;
	bool stopping;
	unsigned running;
	pthread_t *threads;
};

static struct server_request *take_one(struct answerers *p)
{
	pthread_mutex_lock(&p->lock);
	while (!p->first && !p->stopping)
		pthread_cond_wait(&p->more, &p->lock);
	struct server_request *r = p->stopping ? NULL : p->first;
	if (r) {
		p->first = r->next;
		if (!p->first)
			p->last = &p->first;
		p->waiting--;
	}
	pthread_mutex_unlock(&p->lock);
	return r;
}

static void *work(void *arg)
{
	struct answerers *p = arg;
	struct server_request *r;
	while ((r = take_one(p))) {
		p->work.answer(p->work.ctx, r);
		r->next = NULL;
		pthread_mutex_lock(&p->lock);
		bool first = !p->answered;
		*p->answered_last = r;
		p->answered_last = &r->next;
		pthread_mutex_unlock(&p->lock);
		if (first) /* who is told once collects all */
			p->work.ready(p->work.ctx);
	}
	return NULL;
}

int answerers_open(const struct answerers_work *w, struct answerers **out, struct error *e)
{
	struct answerers *p = calloc(1, sizeof *p);
	if (p)
		p->threads = calloc(w->threads, sizeof *p->threads);
	if (!p || !p->threads) {
		free(p);
		return error_set(e, ERR_SYSTEM, "no memory for the threads that answer");
	}
	p->work = *w;
	p->last = &p->first;
	p->answered_last = &p->answered;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	for (; p->running < w->threads; p->running++) {
		int r = pthread_create(&p->threads[p->running], NULL, work, p);
		if (r) {
			answerers_free(p);
			return error_errno(e, r, "start a thread");
		}
	}
	*out = p;
	return 0;
}

bool answerers_push(struct answerers *p, struct server_request *r)
{
	pthread_mutex_lock(&p->lock);
	bool taken = !p->stopping && p->waiting < p->work.waiting_max;
	if (taken) {
		r->next = NULL;
		*p->last = r;
		p->last = &r->next;
		p->waiting++;
		pthread_cond_signal(&p->more);
	}
	pthread_mutex_unlock(&p->lock);
	return taken;
}

struct server_request *answerers_collect(struct answerers *p)
{
	pthread_mutex_lock(&p->lock);
	struct server_request *all = p->answered;
	p->answered = NULL;
	p->answered_last = &p->answered;
	pthread_mutex_unlock(&p->lock);
	return all;
}

size_t answerers_waiting(struct answerers *p)
{
	pthread_mutex_lock(&p->lock);
	size_t n = p->waiting;
	pthread_mutex_unlock(&p->lock);
	return n;
}

void answerers_stop(struct answerers *p)
{
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (; p->running; p->running--)
		pthread_join(p->threads[p->running - 1], NULL);
	*p->answered_last = p->first; /* unanswered: their status is 0 */
	if (p->first)
		p->answered_last = p->last;
	p->first = NULL;
	p->last = &p->first;
	p->waiting = 0;
}

void answerers_free(struct answerers *p)
{
	if (!p)
		return;
	answerers_stop(p);
	for (struct server_request *r = answerers_collect(p), *next; r; r = next) {
		next = r->next;
		exchange_free(r);
	}
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
}
