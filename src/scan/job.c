#include "scan/job.h"
#include "base/time.h"
#include "policy/vexread.h"
#include "sys/proc.h"
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

enum { FEED_BYTES = 1 << 18, STALL_MS = 300000 };
#define NOT_ITS_TURN INT64_MAX

/* A worker at work: one thread feeds it, the caller's own reads its answer. */
struct feeding {
	const struct job *job;
	struct proc *to;
	struct stream *from;
	struct error e;   /* of the feeding; looked at after the join */
	bool worker_gone; /* it stopped reading before the end: the rest was only checked */
	bool unchecked;   /* the rest need not be read */
	_Atomic int64_t
	        since_ms; /* since when it is the worker's turn; NOT_ITS_TURN while fetching */
};

static void feed_request(struct feeding *f)
{
	struct buf request cleanup(buf_done) = BUF(MIB(4));

	worker_request_write(&request, f->job->wanted);
	if (proc_write(f->to, request.p, request.n, &f->e) < 0)
		f->worker_gone = true;
}

static ssize_t fetch(struct feeding *f, char *part)
{
	atomic_store(&f->since_ms, NOT_ITS_TURN);
	ssize_t got = stream_read(f->from, part, FEED_BYTES, &f->e);
	atomic_store(&f->since_ms, time_mono_ms());
	return got;
}

static void *feed(void *arg)
{
	struct feeding *f = arg;
	char *part = malloc(FEED_BYTES);
	ssize_t got;

	assert(part);
	feed_request(f);
	while ((got = fetch(f, part)) > 0) {
		if (!f->worker_gone && proc_write(f->to, part, (size_t)got, &f->e) < 0)
			f->worker_gone = true; /* its end will be told by proc_end; the digest is
			                          still checked */
		if (f->worker_gone && f->unchecked)
			break;
		if (f->job->fed)
			f->job->fed(f->job->fed_ctx, (uint64_t)got);
	}
	if (got >= 0) /* that it stopped reading is told by how it ended */
		f->e = (struct error){ 0 };
	proc_close_in(f->to);
	free(part);
	return NULL;
}

/* --- the answer: a stream that gives up on a worker that takes too long over its turn --- */

struct answer {
	struct stream s;
	struct feeding *f;
};

/* Bytes from the worker, or its end. A worker that drips its answer is as halted as a silent one.
 */
static ssize_t answer_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct answer *a = (struct answer *)s;
	struct pollfd ready = { .fd = a->f->to->out, .events = POLLIN };

	for (;;) {
		int64_t since = atomic_load(&a->f->since_ms);
		if (since != NOT_ITS_TURN && time_mono_ms() - since > STALL_MS) {
			kill(a->f->to->pid, SIGKILL);
			return error_set(e, ERR_LIMIT, "the jailed reader came to a halt");
		}
		int r = poll(&ready, 1, 1000);
		if (r < 0 && errno != EINTR)
			return error_errno(e, errno, "wait for a worker");
		if (r > 0)
			break;
	}
	ssize_t got = read(ready.fd, p, n);
	return got < 0 ? error_errno(e, errno, "read a worker's answer") : got;
}

static void answer_free(struct stream *s)
{
	(void)s; /* on the stack of run() */
}

/* An answer is whole when the worker has closed its end behind it and is gone; what more it says,
 * or a wait for nothing, makes the whole of it worthless. */
static int see_off(struct answer *a, const struct taker *t, struct error *e)
{
	char more;
	ssize_t got = t->at < t->n ? 1 : answer_read(&a->s, &more, 1, e);

	if (got < 0)
		return (int)got;
	if (got > 0 || !proc_ends(a->f->to))
		return error_set(e, ERR_CRASH, "the jailed reader went on behind its answer");
	return 0;
}

typedef int take_answer(struct taker *t, void *out, struct error *e);

/* Feeds `stored` to a worker of a kind and takes its answer. Below 0: fetching failed; *jailed says
 * what became of the worker. */
static int run(const struct job *j, const char *kind, struct stream *stored, struct arena *arena,
               take_answer *take_it, void *out, struct error *jailed, struct error *e)
{
	static const struct stream_ops ops = { answer_read, answer_free };
	struct stream *from cleanup(stream_cleanup) = stored;
	struct proc worker;
	struct feeding f = { .job = j, .to = &worker, .from = from, .since_ms = time_mono_ms() };
	struct answer answer = { { .ops = &ops }, &f };
	autofree struct taker *t = malloc(sizeof *t);
	pthread_t feeder;
	struct error ended = { 0 };
	bool own_end;
	int r = proc_start_worker(kind, j->spool_fd, &worker, e), answered;

	assert(t);
	*t = TAKER(&answer.s, arena);
	if (r < 0)
		return r;
	r = pthread_create(&feeder, NULL, feed, &f);
	if (r) {
		proc_kill(&worker);
		return error_errno(e, r, "start a thread");
	}
	answered = take_it(t, out, jailed);
	if (answered >= 0)
		answered = see_off(&answer, t, jailed);
	own_end = answered >= 0 || proc_ends(&worker);
	if (!own_end)
		kill(worker.pid, SIGKILL); /* whatever it still wants to say is not believed */
	pthread_join(feeder, NULL);
	r = proc_end(&worker, &ended);
	if (f.e.code) {
		*e = f.e;
		return e->code;
	}
	if (r < 0 && own_end &&
	    jailed->code != ERR_LIMIT) /* how it died says more than where its answer broke off */
		*jailed = ended;
	return 0;
}

static int take_layer(struct taker *t, void *out, struct error *e)
{
	return layer_result_take(t, out, e);
}

int job_layer(const struct job *j, struct stream *stored, struct layer_result *out, struct error *e)
{
	struct error jailed = { 0 };
	int r = run(j, "layer", stored, out->arena, take_layer, out, &jailed, e);

	if (r >= 0 && jailed.code)
		out->end = jailed;
	return r;
}

int job_archive(const struct job *j, struct stream *stored, struct archive_found *out,
                struct error *e)
{
	struct error jailed = { 0 };
	int r = run(j, "archive", stored, out->arena, answers_archive, out, &jailed, e);

	if (r >= 0 && jailed.code)
		out->end = jailed;
	return r;
}

int job_sbom(const struct job *j, struct stream *stored, struct claims *out, struct error *e)
{
	struct error jailed = { 0 };
	int r = run(j, "sbom", stored, out->result.arena, answers_sbom, out, &jailed, e);

	if (r >= 0 && jailed.code)
		out->result.end = jailed;
	return r;
}

int job_vex(const struct job *j, struct stream *stored, struct arena *a, struct vex_document *out,
            struct error *e)
{
	struct error jailed = { 0 };
	struct vex_document found = *out;
	int r = run(j, "vex", stored, a, answers_vex, &found, &jailed, e);

	if (r >= 0 && jailed.code) {
		*e = jailed;
		r = e->code;
	}
	if (r >= 0)
		*out = found;
	return r;
}

/* --- seekable layers --- */

int job_table(const struct job *j, struct stream *json, uint64_t blob_end, struct toc *out,
              struct error *e)
{
	struct buf head cleanup(buf_done) = BUF(64);
	struct error jailed = { 0 };
	int r;

	buf_u64(&head, blob_end);
	r = run(j, "table", stream_prefixed(buf_view(&head), json), out->arena, answers_table, out,
	        &jailed, e);
	if (r >= 0 && jailed.code)
		*e = jailed;
	return e->code < 0 ? e->code : r;
}

struct inflated { /* a worker whose answer is read as a stream */
	struct stream s;
	struct job job;
	struct proc worker;
	struct stream *pieces;
	struct feeding f;
	struct answer answer;
	pthread_t feeder;
	bool over;
};

static int finish(struct inflated *z, struct error *e)
{
	int r;

	pthread_join(z->feeder, NULL);
	r = proc_end(&z->worker, e);
	z->over = true;
	if (!z->f.e.code)
		return r;
	*e = z->f.e; /* what could not be fetched is why the worker ended */
	return e->code;
}

static ssize_t inflated_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct inflated *z = (struct inflated *)s;
	struct error ignored = { 0 };
	ssize_t got;

	if (z->over)
		return 0;
	int64_t since = atomic_load(&z->f.since_ms);
	if (since != NOT_ITS_TURN) /* while nobody read, it could not go on */
		atomic_compare_exchange_strong(&z->f.since_ms, &since, time_mono_ms());
	got = answer_read(&z->answer.s, p, n, e);
	if (got > 0)
		return got;
	if (got < 0 || !proc_ends(&z->worker))
		kill(z->worker.pid, SIGKILL);
	return got < 0 ? (finish(z, &ignored), got) : finish(z, e);
}

static void inflated_free(struct stream *s)
{
	struct inflated *z = (struct inflated *)s;
	struct error ignored = { 0 };

	if (!z->over) {
		kill(z->worker.pid, SIGKILL);
		(void)!finish(z, &ignored);
	}
	stream_free(z->pieces);
	free(z);
}

int job_inflate(struct stream *pieces, struct stream **out, struct error *e)
{
	static const struct stream_ops ops = { inflated_read, inflated_free },
	                               answers = { answer_read, answer_free };
	struct inflated *z = calloc(1, sizeof *z);
	int r;

	assert(z);
	r = proc_start_worker("inflate", -1, &z->worker, e);
	if (r < 0) {
		stream_free(pieces);
		free(z);
		return r;
	}
	z->s.ops = &ops;
	z->pieces = pieces;
	z->job.spool_fd = -1;
	z->f = (struct feeding){ .job = &z->job,
		                 .to = &z->worker,
		                 .from = pieces,
		                 .unchecked = true,
		                 .since_ms = time_mono_ms() };
	z->answer = (struct answer){ { .ops = &answers }, &z->f };
	r = pthread_create(&z->feeder, NULL, feed, &z->f);
	if (r) {
		proc_kill(&z->worker);
		stream_free(pieces);
		free(z);
		return error_errno(e, r, "start a thread");
	}
	*out = &z->s;
	return 0;
}
