/* A whole connection through a socketpair: the bytes in one piece and in three, as the first two
 * bytes say, are answered alike; the connection always comes to its end. */
#include "net/connection.h"
#include <assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { INPUT_MAX = 60 << 10 };

static struct hub hub;
static int poke_fd;

static void answer(void *ctx, struct server_request *r)
{
	(void)ctx;
	r->x.status = 200;
	buf_add(&r->x.answer, r->x.path);
	buf_add(&r->x.answer, r->x.body);
	exchange_add(&r->x, "X-Query", r->x.query);
	exchange_finish(r, false);
}

static void ready(void *ctx)
{
	uint64_t one = 1;
	(void)ctx;
	assert(write(poke_fd, &one, sizeof one) == sizeof one);
}

static void collect(evutil_socket_t fd, short what, void *ctx)
{
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof count);
	(void)what, (void)ctx, (void)n;
	for (struct server_request *r = answerers_collect(hub.answerers), *next; r; r = next) {
		next = r->next;
		connection_answered(&hub, r);
	}
}

static void open_hub(void)
{
	struct error e = { 0 };
	static const struct answerers_work work = {
		.answer = answer, .ready = ready, .threads = 1, .waiting_max = 4
	};
	if (hub.base)
		return;
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	hub.o = (struct server_options){ .plain = true,
		                         .connections_max = 4,
		                         .per_address_max = 4,
		                         .head_s = 5,
		                         .body_s = 5,
		                         .idle_s = 5,
		                         .body_max = 4096 };
	hub.bodies_max = 1 << 20;
	hub.base = event_base_new();
	hub.scratch = malloc(HUB_SCRATCH_BYTES);
	poke_fd = eventfd(0, EFD_NONBLOCK);
	event_add(event_new(hub.base, poke_fd, EV_READ | EV_PERSIST, collect, NULL), NULL);
	int r = answerers_open(&work, &hub.answerers, &e);
	assert(r == 0 && hub.base && hub.scratch);
}

static void take_answers(int fd, struct buf *out)
{
	char bytes[16384];
	ssize_t n;
	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		buf_add(out, str_mem(bytes, (size_t)n));
}

static void converse(const str *pieces, size_t n, struct buf *out)
{
	const struct sockaddr_in from = { .sin_family = AF_INET,
		                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int ends[2];
	int r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
	assert(r == 0);
	connection_open(&hub, ends[0], (const struct sockaddr *)&from, NULL);
	for (size_t i = 0; i < n; i++) {
		ssize_t sent = send(ends[1], pieces[i].p, pieces[i].n, MSG_NOSIGNAL);
		(void)sent; /* refused already, perhaps */
		event_base_loop(hub.base, EVLOOP_NONBLOCK);
	}
	shutdown(ends[1], SHUT_WR);
	while (hub.open) {
		take_answers(ends[1], out);
		event_base_loop(hub.base, EVLOOP_ONCE);
	}
	take_answers(ends[1], out);
	close(ends[1]);
}

/* Without the leave to send a body, which is given only to who has not sent it. */
static str next_status(str *answers)
{
	for (;;) {
		size_t at = str_find(*answers, STR("HTTP/1.1 "));
		str status = str_upto(str_from(*answers, at + 9), 3);
		*answers = str_from(*answers, at + 9);
		if (!str_eq(status, STR("100")))
			return status;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf whole cleanup(buf_done) = BUF(16 << 20), cut cleanup(buf_done) = BUF(16 << 20);
	if (n < 3 || n > INPUT_MAX)
		return 0;
	open_hub();
	str all = str_from(str_mem(data, n), 2);
	size_t a = all.n * data[0] / 256, b = a + (all.n - a) * data[1] / 256;
	const str three[] = { str_upto(all, a), str_mem(all.p + a, b - a), str_from(all, b) };
	converse(&all, 1, &whole);
	converse(three, 3, &cut);
	assert(!hub.body_bytes && !whole.failed);
	str x = buf_view(&whole), y = buf_view(&cut), s;
	if (all.n < HEAD_TARGET_MAX) /* which of two ceilings is met first depends on the cut */
		do {
			s = next_status(&x);
			assert(str_eq(s, next_status(&y)));
		} while (s.n);
	return 0;
}
