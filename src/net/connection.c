#include "net/connection.h"
#include "base/time.h"
#include "net/hearing.h"
#include "net/saying.h"
#include <arpa/inet.h>
#include <errno.h>

enum { WRITE_LEAST_BYTES = 16 << 10 };

static void on_ready(evutil_socket_t fd, short what, void *ctx);
static void on_timer(evutil_socket_t fd, short what, void *ctx);

static void close_connection(struct connection *c)
{
	struct hub *h = c->hub;
	hub_drop_request(c);
	if (c->readable)
		event_free(c->readable);
	if (c->writable)
		event_free(c->writable);
	if (c->timer)
		event_free(c->timer);
	wire_close(&c->wire);
	buf_done(&c->in);
	buf_done(&c->out);
	if (c->prev)
		c->prev->next = c->next;
	else
		h->all = c->next;
	if (c->next)
		c->next->prev = c->prev;
	h->open_now = --h->open;
	free(c);
	if (h->stopping && !h->open)
		event_base_loopbreak(h->base);
}

/* ---- the machine ---- */

static enum step read_away(struct connection *c) /* what nobody wants any more */
{
	for (;;) {
		ssize_t n = recv(c->wire.fd, c->hub->scratch, HUB_SCRATCH_BYTES, 0);
		if (n <= 0)
			return n < 0 && errno == EAGAIN ? WAIT : GONE;
	}
}

static enum step
read_stream(struct connection *c) /* a reader says no more, and its end ends the stream */
{
	ssize_t n;
	while ((n = wire_read(&c->wire, c->hub->scratch, HUB_SCRATCH_BYTES)) > 0)
		;
	return n == WIRE_AGAIN ? WAIT : GONE;
}

static enum step shake(struct connection *c)
{
	int r = wire_shake(&c->wire);
	if (r == WIRE_AGAIN)
		return WAIT;
	if (r == WIRE_NO_TLS)
		saying_refuse(c, 400, "this port speaks TLS: ask with https://", false);
	else if (r == 1)
		c->phase = HEAD; /* within the deadline of the handshake */
	else
		return GONE;
	return GO_ON;
}

static enum step step(struct connection *c)
{
	switch (c->phase) {
	case SHAKE:
		return shake(c);
	case IDLE:
	case HEAD:
		return hearing_head(c);
	case BODY:
		return hearing_body(c);
	case ANSWER:
		return WAIT;
	case WRITE:
		return saying_answer(c);
	case STREAM:
		return read_stream(c) == GONE ? GONE : saying_events(c);
	default:
		return read_away(c);
	}
}

static void set_event(struct event *ev, bool *is_on, bool want)
{
	if (*is_on == want)
		return;
	*is_on = want;
	if (want)
		event_add(ev, NULL);
	else
		event_del(ev);
}

static void watch(struct connection *c)
{
	bool waits =
	        c->phase == ANSWER; /* reading stays on until it disturbs: the answer comes soon */
	bool reads =
	        c->phase == STREAM || c->phase == LINGER || (waits ? c->reads : c->wire.needs_read);
	bool writes = !waits && c->phase != LINGER &&
	              (c->phase == STREAM ? c->pieces[0].n > 0 : c->wire.needs_write);
	set_event(c->readable, &c->reads, reads);
	set_event(c->writable, &c->writes, writes);
	if (c->timer_ms == c->deadline_ms)
		return;
	c->timer_ms = c->deadline_ms;
	if (!c->deadline_ms) {
		event_del(c->timer);
		return;
	}
	int64_t ms = MAX(c->deadline_ms - time_mono_ms(), (int64_t)1);
	event_add(c->timer, &(struct timeval){ .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 });
}

static void run(struct connection *c)
{
	enum step s;
	do
		s = step(c);
	while (s == GO_ON);
	if (s == GONE)
		close_connection(c);
	else
		watch(c);
}

static void on_ready(evutil_socket_t fd, short what, void *ctx)
{
	struct connection *c = ctx;
	(void)fd;
	if (c->phase == ANSWER && (what & EV_READ))
		set_event(c->readable, &c->reads, false);
	else
		run(c);
}

static bool too_slow(struct connection *c) /* of those who are written to */
{
	bool slow = c->pieces[0].n + c->pieces[1].n + (c->request && c->request->is_file) > 0 &&
	            c->written - c->written_before < WRITE_LEAST_BYTES;
	if (c->phase == STREAM) /* little is said there */
		slow = c->pieces[0].n && c->written == c->written_before;
	c->written_before = c->written;
	return slow;
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
	struct connection *c = ctx;
	(void)fd, (void)what;
	c->timer_ms = 0;
	if ((c->phase == WRITE || c->phase == STREAM) && !too_slow(c)) {
		hub_deadline(c, c->hub->o.body_s * 1000);
		watch(c);
	} else if ((c->phase == HEAD && hearing_unread(c).n) || c->phase == BODY) {
		saying_refuse(c, 408,
		              c->phase == HEAD ? "the head took too long"
		                               : "the body took too long",
		              false);
		run(c);
	} else {
		close_connection(c);
	}
}

/* ---- its beginning, and the hub's calls ---- */

static void name_peer(struct connection *c, const struct sockaddr *from)
{
	c->from = (struct sockaddr_in6){ 0 };
	if (from->sa_family == AF_INET6) {
		memcpy(&c->from, from, sizeof c->from);
	} else {
		const struct sockaddr_in *v4 = (const void *)from;
		memset(c->from.sin6_addr.s6_addr + 10, 0xff, 2);
		memcpy(c->from.sin6_addr.s6_addr + 12, &v4->sin_addr, 4);
	}
	if (IN6_IS_ADDR_V4MAPPED(&c->from.sin6_addr))
		inet_ntop(AF_INET, c->from.sin6_addr.s6_addr + 12, c->peer, sizeof c->peer);
	else
		inet_ntop(AF_INET6, &c->from.sin6_addr, c->peer, sizeof c->peer);
}

/* Of one house: an IPv4 address, or a /64, of which everyone has all addresses. */
static bool same_house(const struct connection *a, const struct connection *b)
{
	bool v4 = IN6_IS_ADDR_V4MAPPED(&a->from.sin6_addr);
	return !memcmp(&a->from.sin6_addr, &b->from.sin6_addr, v4 ? 16 : 8);
}

static bool has_place(struct hub *h, const struct connection *c)
{
	unsigned same = 0;
	struct connection *idle = NULL;
	for (struct connection *o = h->all; o; o = o->next) {
		same += same_house(o, c);
		if (o->phase == IDLE && (!idle || o->deadline_ms < idle->deadline_ms))
			idle = o;
	}
	if (!h->o.plain && same >= h->o.per_address_max)
		return false;
	if (h->open < h->o.connections_max)
		return true;
	if (idle) /* who only holds its place gives it to who asks */
		close_connection(idle);
	return idle != NULL;
}

void connection_open(struct hub *h, int fd, const struct sockaddr *from, SSL_CTX *tls)
{
	struct connection *c = calloc(1, sizeof *c);
	if (c)
		name_peer(c, from);
	bool taken = c && !h->stopping && has_place(h, c);
	if (!taken)
		close(fd);
	if (!taken || !wire_open(&c->wire, fd, tls)) {
		free(c);
		h->refused++;
		return;
	}
	c->hub = h;
	c->next = h->all;
	if (h->all)
		h->all->prev = c;
	h->all = c;
	h->open_now = ++h->open;
	c->out = BUF(STREAMS_BEHIND_MAX + 64);
	c->in = BUF(HUB_SCRATCH_BYTES + HEAD_BYTES_MAX + 4);
	c->readable = event_new(h->base, fd, EV_READ | EV_PERSIST, on_ready, c);
	c->writable = event_new(h->base, fd, EV_WRITE | EV_PERSIST, on_ready, c);
	c->timer = evtimer_new(h->base, on_timer, c);
	hub_deadline(c, h->o.head_s * 1000);
	if (c->readable && c->writable && c->timer)
		run(c);
	else
		close_connection(c);
}

void connection_answered(struct hub *h, struct server_request *r)
{
	struct connection *c = r->connection;
	if (!c) {
		h->body_bytes -= r->counted_bytes;
		exchange_free(r);
		return;
	}
	c->keep = r->keep;
	c->pieces[0] = buf_view(&r->first);
	c->pieces[1] = buf_view(&r->x.answer);
	c->phase = WRITE;
	c->written_before = c->written;
	hub_deadline(c, h->o.body_s * 1000);
	run(c);
}

void connection_streams(struct hub *h)
{
	for (struct connection *c = h->all, *next; c; c = next) {
		next = c->next;
		if (c->phase == STREAM)
			run(c);
	}
}

void connection_stop_idle(struct hub *h)
{
	for (struct connection *c = h->all, *next; c; c = next) {
		next = c->next;
		if (c->phase == SHAKE || c->phase == IDLE || c->phase == LINGER ||
		    (c->phase == HEAD && !hearing_unread(c).n))
			close_connection(c);
	}
}

void connection_close_all(struct hub *h)
{
	while (h->all)
		close_connection(h->all);
}
