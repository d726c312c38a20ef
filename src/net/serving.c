/* net/serving.c — the server of net/server.h: its listener, its loop, its beginning and end. What a
 * client says is read in net/connection.c, answers are made in net/exchange.c. */
#include "base/time.h"
#include "net/connection.h"
#include "net/server.h"
#include "net/tls.h"
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

enum { PAUSE_MS = 100, SPARE_FILES = 128 };

struct server {
	struct hub hub;
	server_handler *handler;
	void *ctx;
	char *cert_file, *key_file;
	int listener, poke;
	uint16_t port;
	struct event *on_listener, *on_poke, *on_pause, *on_grace;
	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* of what follows */
	SSL_CTX *tls;
	bool stop_asked, stopped;
	unsigned grace_ms;
};

static void poke(void *ctx) /* any thread: the loop looks around */
{
	struct server *s = ctx;
	uint64_t one = 1;
	ssize_t r = write(s->poke, &one, sizeof one);
	(void)r; /* a full counter pokes too */
}

static void answer(void *ctx, struct server_request *r)
{
	struct server *s = ctx;
	s->handler(s->ctx, &r->x);
	exchange_finish(r, s->hub.closing);
}

/* ---- the loop ---- */

static void accept_some(evutil_socket_t fd, short what, void *ctx)
{
	struct server *s = ctx;
	(void)what;
	for (unsigned i = 0; i < 64; i++) {
		struct sockaddr_storage from;
		socklen_t n = sizeof from;
		int client =
		        accept4(fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client < 0 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
			event_del(s->on_listener);
			event_add(s->on_pause, &(struct timeval){ .tv_usec = PAUSE_MS * 1000 });
		}
		if (client < 0)
			return;
		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		pthread_mutex_lock(&s->lock);
		SSL_CTX *tls = s->tls;
		if (tls)
			SSL_CTX_up_ref(tls);
		pthread_mutex_unlock(&s->lock);
		connection_open(&s->hub, client, (struct sockaddr *)&from, tls);
		SSL_CTX_free(tls);
	}
}

static void accept_again(evutil_socket_t fd, short what, void *ctx)
{
	struct server *s = ctx;
	(void)fd, (void)what;
	if (s->listener >= 0)
		event_add(s->on_listener, NULL);
}

static void end_if_empty(struct server *s)
{
	if (s->hub.stopping && !s->hub.open)
		event_base_loopbreak(s->hub.base);
}

static void begin_to_stop(struct server *s, unsigned grace_ms)
{
	s->hub.stopping = true;
	event_del(s->on_listener);
	close(s->listener);
	s->listener = -1;
	connection_stop_idle(&s->hub);
	event_add(s->on_grace, &(struct timeval){ .tv_sec = grace_ms / 1000,
	                                          .tv_usec = grace_ms % 1000 * 1000 });
}

static void look_around(evutil_socket_t fd, short what, void *ctx)
{
	struct server *s = ctx;
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof count);
	(void)n, (void)what;
	for (struct server_request *r = answerers_collect(s->hub.answerers), *next; r; r = next) {
		next = r->next;
		connection_answered(&s->hub, r);
	}
	connection_streams(&s->hub);
	pthread_mutex_lock(&s->lock);
	bool stop = s->stop_asked && !s->hub.stopping;
	unsigned grace_ms = s->grace_ms;
	pthread_mutex_unlock(&s->lock);
	if (stop)
		begin_to_stop(s, grace_ms);
	end_if_empty(s);
}

static void grace_over(evutil_socket_t fd, short what, void *ctx)
{
	struct server *s = ctx;
	(void)fd, (void)what;
	event_base_loopbreak(s->hub.base);
}

static void *loop(void *arg)
{
	struct server *s = arg;
	sigset_t pipe; /* OpenSSL writes to sockets whose reader has gone, without MSG_NOSIGNAL */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	event_base_loop(s->hub.base, EVLOOP_NO_EXIT_ON_EMPTY);
	connection_close_all(&s->hub);
	return NULL;
}

/* ---- its beginning ---- */

static bool is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >>
		               24 ==
		       127;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static int bind_to(struct server *s, const struct addrinfo *a, struct error *e)
{
	const struct server_options *o = &s->hub.o;
	struct sockaddr_storage bound = { 0 };
	socklen_t n = sizeof bound;
	s->listener = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->listener < 0)
		return error_errno(e, errno, "open a socket");
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (a->ai_family == AF_INET6)
		setsockopt(s->listener, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
	if (bind(s->listener, a->ai_addr, a->ai_addrlen) < 0 || listen(s->listener, 511) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&bound, &n) < 0) {
		int why = errno; /* EACCES is a low port here, of no other meaning */
		return error_set(e, ERR_SYSTEM, "listen on %s port %u: %s", o->address, o->port,
		                 strerror(why));
	}
	/* NOLINTBEGIN(clang-analyzer-core.CallAndMessage): getsockname filled it */
	s->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
	                                            : ((struct sockaddr_in *)&bound)->sin_port);
	/* NOLINTEND(clang-analyzer-core.CallAndMessage) */
	return 0;
}

static int start_listening(struct server *s, struct error *e)
{
	const struct server_options *o = &s->hub.o;
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		                  .ai_socktype = SOCK_STREAM };
	struct addrinfo *a;
	char port[8];
	snprintf(port, sizeof port, "%u", o->port);
	if (getaddrinfo(o->address, port, &hints, &a) != 0)
		return error_set(e, ERR_USAGE, "%s is no address to listen on", o->address);
	int r = o->plain && !is_loopback(a->ai_addr)
	                ? error_set(e, ERR_USAGE, "without TLS only on loopback, not on %s",
	                            o->address)
	                : bind_to(s, a, e);
	freeaddrinfo(a);
	return r;
}

static void fill(unsigned *value, unsigned what_0_means)
{
	if (!*value)
		*value = what_0_means;
}

static void fill_options(struct server_options *o)
{
	fill(&o->threads, 8);
	fill(&o->waiting_max, 256);
	fill(&o->connections_max, 1024);
	fill(&o->per_address_max, 256);
	fill(&o->head_s, 10);
	fill(&o->body_s, 60);
	fill(&o->idle_s, 75);
	fill(&o->streams_max, 100);
	if (!o->body_max)
		o->body_max = MIB(4);
	/* descriptors for all connections and some for those who answer */
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	rlim_t want = (rlim_t)o->connections_max + SPARE_FILES;
	if (files.rlim_cur < want) {
		files.rlim_cur = MIN(want, files.rlim_max);
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur < want)
		o->connections_max = files.rlim_cur > 2 * SPARE_FILES
		                             ? (unsigned)(files.rlim_cur - SPARE_FILES)
		                             : SPARE_FILES / 2;
}

static int make_loop(struct server *s, struct error *e)
{
	struct hub *h = &s->hub;
	struct event_config *config = event_config_new();
	if (config) {
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
		h->base = event_base_new_with_config(config);
		event_config_free(config);
	}
	s->poke = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (!h->base || s->poke < 0)
		return error_errno(e, errno, "make an event loop");
	h->scratch = malloc(HUB_SCRATCH_BYTES);
	s->on_listener = event_new(h->base, s->listener, EV_READ | EV_PERSIST, accept_some, s);
	s->on_poke = event_new(h->base, s->poke, EV_READ | EV_PERSIST, look_around, s);
	s->on_pause = evtimer_new(h->base, accept_again, s);
	s->on_grace = evtimer_new(h->base, grace_over, s);
	if (!h->scratch || !s->on_listener || !s->on_poke || !s->on_pause || !s->on_grace)
		return error_set(e, ERR_SYSTEM, "no memory for the event loop");
	event_add(s->on_listener, NULL);
	event_add(s->on_poke, NULL);
	return 0;
}

static int start(struct server *s, struct error *e)
{
	const struct server_options *o = &s->hub.o;
	int r = o->plain ? 0 : tls_server(s->cert_file, s->key_file, &s->tls, e);
	if (r == 0)
		r = start_listening(s, e);
	if (r == 0)
		r = make_loop(s, e);
	if (r == 0)
		r = streams_open(o->streams_max, poke, s, &s->hub.streams, e);
	struct answerers_work work = { .answer = answer,
		                       .ready = poke,
		                       .ctx = s,
		                       .threads = o->threads,
		                       .waiting_max = o->waiting_max };
	if (r == 0)
		r = answerers_open(&work, &s->hub.answerers, e);
	if (r < 0)
		return r;
	r = pthread_create(&s->thread, NULL, loop, s);
	s->running = r == 0;
	return r ? error_errno(e, r, "start a thread") : 0;
}

int server_open(const struct server_options *o, server_handler *handler, void *ctx,
                struct server **out, struct error *e)
{
	if (!o->plain && (!o->cert_file || !o->key_file))
		return error_set(e, ERR_USAGE, "TLS needs a certificate and its key");
	struct server *s = calloc(1, sizeof *s);
	if (!s)
		return error_set(e, ERR_SYSTEM, "no memory for the server");
	s->hub.o = *o;
	fill_options(&s->hub.o);
	s->hub.bodies_max = MAX(MIB(128), 4 * s->hub.o.body_max);
	s->handler = handler;
	s->ctx = ctx;
	s->listener = s->poke = -1;
	pthread_mutex_init(&s->lock, NULL);
	s->cert_file = o->plain ? NULL : strdup(o->cert_file);
	s->key_file = o->plain ? NULL : strdup(o->key_file);
	int r = start(s, e);
	if (r < 0) {
		server_free(s);
		return r;
	}
	*out = s;
	return 0;
}

uint16_t server_port(const struct server *s)
{
	return s->port;
}

int server_reload(struct server *s, struct error *e)
{
	SSL_CTX *fresh, *old;
	if (s->hub.o.plain)
		return 0;
	int r = tls_server(s->cert_file, s->key_file, &fresh, e);
	if (r < 0)
		return r;
	pthread_mutex_lock(&s->lock);
	old = s->tls;
	s->tls = fresh;
	pthread_mutex_unlock(&s->lock);
	SSL_CTX_free(old); /* connections that have it keep it */
	return 0;
}

struct server_counts server_counts(const struct server *s)
{
	const struct hub *h = &s->hub;
	return (struct server_counts){ .requests = h->requests,
		                       .refused = h->refused,
		                       .open = h->open_now,
		                       .waiting = answerers_waiting(h->answerers),
		                       .bytes_out = h->bytes_out };
}

/* ---- its end ---- */

void server_stop(struct server *s, unsigned grace_ms)
{
	pthread_mutex_lock(&s->lock);
	bool first = !s->stop_asked;
	s->stop_asked = true;
	s->grace_ms = grace_ms;
	s->hub.closing = true;
	pthread_mutex_unlock(&s->lock);
	if (!first || !s->running)
		return;
	streams_stop(s->hub.streams); /* their readers get what was said and a proper end */
	poke(s);
	pthread_join(s->thread, NULL);
	s->running = false;
	answerers_stop(s->hub.answerers);
	for (struct server_request *r = answerers_collect(s->hub.answerers), *next; r; r = next) {
		next = r->next;
		connection_answered(&s->hub, r);
	}
}

void server_free(struct server *s)
{
	if (!s)
		return;
	server_stop(s, 0);
	answerers_free(s->hub.answerers);
	streams_free(s->hub.streams);
	struct event *const events[] = { s->on_listener, s->on_poke, s->on_pause, s->on_grace };
	for (size_t i = 0; i < LEN(events); i++)
		if (events[i])
			event_free(events[i]);
	if (s->hub.base)
		event_base_free(s->hub.base);
	free(s->hub.scratch);
	SSL_CTX_free(s->tls);
	if (s->listener >= 0)
		close(s->listener);
	if (s->poke >= 0)
		close(s->poke);
	free(s->cert_file);
	free(s->key_file);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
