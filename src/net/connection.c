#include "net/connection.h"
#include "base/time.h"
#include "net/chunks.h"
#include "net/wire.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

enum phase { SHAKE, IDLE, HEAD, BODY, ANSWER, WRITE, STREAM, LINGER };
enum step { GO_ON, WAIT, GONE };
enum { LINGER_MS = 2000, WRITE_LEAST_BYTES = 16 << 10 };

struct connection {
	struct hub *hub;
	struct connection *prev, *next;
	struct wire wire;
	struct event *readable, *writable, *timer;
	bool reads, writes; /* which events are on */
	enum phase phase;
	int64_t deadline_ms, timer_ms; /* wanted, and as it is set; 0: none */
	struct buf in;                 /* bytes not yet understood, from in_at on */
	size_t in_at, looked_at;
	struct server_request *request;
	struct chunks chunks;
	uint64_t body_left;
	struct buf out;                   /* bytes of our own making */
	str pieces[3];                    /* what is to be written, front first */
	uint64_t written, written_before; /* bytes, for those who read too slowly */
	bool eof, keep, unread;
	struct sockaddr_in6 from; /* IPv4 as ::ffff:… */
	char peer[INET6_ADDRSTRLEN];
};

static void on_ready(evutil_socket_t fd, short what, void *ctx);
static void on_timer(evutil_socket_t fd, short what, void *ctx);

static void set_deadline(struct connection *c, int64_t ms)
{
	c->deadline_ms = ms ? time_mono_ms() + ms : 0;
}

/* ---- its end ---- */

static void drop_request(struct connection *c)
{
	struct server_request *r = take(c->request);
	if (!r)
		return;
	r->connection = NULL;
	if (c->phase == ANSWER)
		return; /* a thread has it: it ends in connection_answered */
	c->hub->body_bytes -= r->counted_bytes;
	exchange_free(r);
}

static void close_connection(struct connection *c)
{
	struct hub *h = c->hub;
	drop_request(c);
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

/* ---- writing ---- */

static void refuse(struct connection *c, int status, const char *why, bool keep)
{
	bool bodyless = c->request && c->request->x.method == METHOD_HEAD;
	c->hub->refused++;
	c->keep = keep && !c->hub->closing;
	c->unread = !keep;
	drop_request(c);
	exchange_refusal(&c->out, status, why, status == 503 ? "Retry-After: 1\r\n" : "",
	                 bodyless && keep, !c->keep);
	c->pieces[0] = buf_view(&c->out);
	c->phase = WRITE;
	set_deadline(c, c->hub->o.body_s * 1000);
}

static enum step write_piece(struct connection *c, str *piece)
{
	ssize_t n = wire_write(&c->wire, *piece);
	if (n == WIRE_AGAIN)
		return WAIT;
	if (n < 0)
		return GONE;
	*piece = str_from(*piece, (size_t)n);
	c->written += (size_t)n;
	c->hub->bytes_out += (size_t)n;
	return GO_ON;
}

/* GO_ON when all pieces are out */
static enum step write_pieces(struct connection *c)
{
	for (size_t i = 0; i < LEN(c->pieces); i++)
		while (c->pieces[i].n) {
			enum step s = write_piece(c, &c->pieces[i]);
			if (s != GO_ON)
				return s;
		}
	buf_clear(&c->out);
	return GO_ON;
}

/* The next piece of a file, read in the loop: what is sent lies in the page cache as a rule. */
static enum step write_file(struct connection *c)
{
	struct server_request *r = c->request;
	while (r && r->is_file && r->bytes) {
		size_t n = (size_t)MIN(r->bytes, (uint64_t)HUB_SCRATCH_BYTES);
		ssize_t got = pread(r->fd, c->hub->scratch, n, (off_t)r->offset);
		if (got <= 0)
			return GONE; /* shorter than was promised: the reader notices by its length
			              */
		str piece = str_mem(c->hub->scratch, (size_t)got);
		enum step s = write_piece(c, &piece);
		if (s != GO_ON)
			return s;
		r->offset += (size_t)got - piece.n;
		r->bytes -= (size_t)got - piece.n;
	}
	return GO_ON;
}

static enum step linger(struct connection *c)
{
	wire_farewell(&c->wire);
	if (!c->unread || c->eof)
		return GONE;
	c->phase = LINGER; /* a close with bytes unread would take our answer back from the client's
	                      hands */
	set_deadline(c, LINGER_MS);
	return GO_ON;
}

static enum step after_answer(struct connection *c)
{
	c->phase = WRITE;
	drop_request(c);
	if (!c->keep || (c->hub->stopping && c->in_at == c->in.n))
		return linger(c);
	c->phase = IDLE;
	set_deadline(c, c->hub->o.idle_s * 1000);
	return GO_ON;
}

static enum step write_answer(struct connection *c)
{
	enum step s = write_pieces(c);
	if (s == GO_ON)
		s = write_file(c);
	if (s != GO_ON)
		return s;
	if (c->request && c->request->stream) {
		c->phase = STREAM;
		set_deadline(c, c->hub->o.body_s * 1000);
		streams_start(c->hub->streams, c->request->stream);
		return GO_ON;
	}
	return after_answer(c);
}

/* ---- streams ---- */

static enum step carry_events(struct connection *c)
{
	struct buf said cleanup(buf_done) = BUF(STREAMS_BEHIND_MAX);
	bool chunked = c->request->head.minor > 0;
	enum step s = write_pieces(c);
	if (s != GO_ON)
		return s;
	int more = streams_take(c->hub->streams, c->request->stream, &said);
	if (more < 0 || said.failed)
		return GONE;
	if (said.n && chunked)
		buf_printf(&c->out, "%zx\r\n", said.n);
	buf_add(&c->out, buf_view(&said));
	if (said.n && chunked)
		buf_add(&c->out, STR("\r\n"));
	if (!more && chunked)
		buf_add(&c->out, STR("0\r\n\r\n"));
	c->pieces[0] = buf_view(&c->out);
	if (!more) {
		streams_abandon(c->hub->streams, take(c->request->stream));
		c->phase = WRITE;
		return GO_ON;
	}
	return said.n ? GO_ON : WAIT;
}

/* ---- reading ---- */

static enum step read_more(struct connection *c)
{
	ssize_t n = wire_read(&c->wire, c->hub->scratch, HUB_SCRATCH_BYTES);
	if (n == WIRE_AGAIN)
		return WAIT;
	if (n == WIRE_BROKEN)
		return GONE;
	if (n == WIRE_END) {
		c->eof = true;
		return GO_ON;
	}
	if (c->in_at) {
		memmove(c->in.p, c->in.p + c->in_at, c->in.n - c->in_at);
		c->in.n -= c->in_at;
		c->looked_at -= c->in_at;
		c->in_at = 0;
	}
	buf_add(&c->in, str_mem(c->hub->scratch, (size_t)n));
	return c->in.failed ? GONE : GO_ON;
}

static str unread(const struct connection *c)
{
	return str_from(buf_view(&c->in), c->in_at);
}

static void consumed(struct connection *c, size_t n)
{
	c->in_at += n;
	c->looked_at = c->in_at;
	if (c->in_at == c->in.n) {
		buf_done(&c->in); /* who idles holds no memory */
		c->in = BUF(HUB_SCRATCH_BYTES + HEAD_BYTES_MAX + 4);
		c->in_at = c->looked_at = 0;
	}
}

/* Behind a proxy, who asked it: the last entry is the proxy's own, those before it are the client's
 * claims. */
static str forwarded_peer(struct connection *c, struct server_request *r)
{
	str value = head_last_field(&r->head, "x-forwarded-for");
	size_t comma = str_rchr(value, ',');
	str last = str_trim(comma < value.n ? str_from(value, comma + 1) : value);
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN + 1];
	if (last.n > 2 && last.p[0] == '[')
		last = str_upto(str_from(last, 1), str_chr(last, ']') - 1);
	else if (str_chr(last, ':') == str_rchr(last, ':'))
		last = str_upto(last, str_chr(last, ':'));
	snprintf(text, sizeof text, "%.*s", STR_FMT(last));
	if (last.n < sizeof text &&
	    (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1))
		return last;
	return str_c(c->peer);
}

static void describe(struct connection *c, struct server_request *r)
{
	struct exchange *x = &r->x;
	bool plain = c->hub->o.plain;
	x->method = r->head.method;
	x->target = r->head.target;
	x->path = r->head.path;
	x->query = r->head.query;
	x->host = r->head.host;
	x->number = ++c->hub->number;
	x->peer = arena_str(&r->arena, plain ? forwarded_peer(c, r) : str_c(c->peer));
	x->https = !plain ||
	           str_eq_nocase(head_last_field(&r->head, "x-forwarded-proto"), STR("https"));
	r->streams = c->hub->streams;
	r->connection = c;
	r->keep = r->head.keep;
}

static enum step hand_over(struct connection *c)
{
	struct server_request *r = c->request;
	r->x.body = buf_view(&r->body);
	c->keep = r->keep;
	if (!answerers_push(c->hub->pool, r)) {
		refuse(c, 503, "too many requests wait", c->keep);
		return GO_ON;
	}
	c->hub->requests++;
	c->phase = ANSWER;
	set_deadline(c, 0);
	return WAIT;
}

static enum step start_body(struct connection *c)
{
	struct server_request *r = c->request;
	if (r->head.length > c->hub->o.body_max) {
		refuse(c, 413, "the body is too large", false);
		return GO_ON;
	}
	c->chunks = (struct chunks){ 0 };
	c->body_left = r->head.length;
	r->body = BUF(c->hub->o.body_max);
	c->phase = BODY;
	set_deadline(c, c->hub->o.body_s * 1000);
	if (r->head.expects && c->in_at == c->in.n && (r->head.chunked || r->head.length)) {
		buf_add(&c->out, STR("HTTP/1.1 100 Continue\r\n\r\n"));
		c->pieces[0] = buf_view(&c->out);
		return write_pieces(c) == GO_ON ? GO_ON : GONE; /* 25 bytes into an empty socket */
	}
	return GO_ON;
}

static enum step take_head(struct connection *c, size_t n)
{
	struct server_request *r = exchange_new();
	const char *why = "no memory";
	int status = 503;
	c->request = r;
	if (r) {
		str head = arena_str(&r->arena, str_upto(unread(c), n));
		status = head_parse(head, &r->arena, &r->head, &why);
	}
	if (status) {
		refuse(c, status, why, false);
		return GO_ON;
	}
	consumed(c, n);
	describe(c, r);
	return start_body(c);
}

static enum step read_head(struct connection *c)
{
	while (unread(c).n && c->in_at == c->looked_at && strchr("\r\n", unread(c).p[0]) &&
	       unread(c).p[0])
		consumed(c, 1); /* empty lines before a request: RFC 9112 section 2.2 */
	str have = unread(c);
	if (have.n && c->phase == IDLE) {
		c->phase = HEAD;
		set_deadline(c, c->hub->o.head_s * 1000);
	}
	size_t from = c->looked_at - c->in_at;
	from -= MIN(from, 3u);
	size_t end = from + str_find(str_from(have, from), STR("\r\n\r\n"));
	if (end < have.n && end + 4 <= HEAD_BYTES_MAX)
		return take_head(c, end + 4);
	c->looked_at = c->in.n;
	size_t line = str_chr(have, '\n');
	if (line == have.n && have.n > HEAD_TARGET_MAX + 64)
		refuse(c, 414, "the target is too long", false);
	else if (have.n >= HEAD_BYTES_MAX)
		refuse(c, 431, "the head is too large", false);
	else if (c->eof)
		return GONE;
	else
		return read_more(c);
	return GO_ON;
}

static bool within_bodies(struct connection *c)
{
	struct server_request *r = c->request;
	c->hub->body_bytes += r->body.n - r->counted_bytes;
	r->counted_bytes = r->body.n;
	return c->hub->body_bytes <= c->hub->bodies_max;
}

static enum step read_body(struct connection *c)
{
	struct server_request *r = c->request;
	str have = unread(c), rest = have;
	int ended;
	if (r->head.chunked) {
		ended = chunks_feed(&c->chunks, &rest, &r->body);
	} else {
		str part = str_upto(have, (size_t)MIN(c->body_left, (uint64_t)have.n));
		buf_add(&r->body, part);
		rest = str_from(have, part.n);
		c->body_left -= part.n;
		ended = r->body.failed ? -413 : c->body_left == 0;
	}
	consumed(c, have.n - rest.n);
	if (ended < 0) {
		refuse(c, -ended,
		       ended == -413 ? "the body is too large" : "the chunked body is malformed",
		       false);
	} else if (!within_bodies(c)) {
		refuse(c, 503, "too many large requests at a time", false);
	} else if (ended) {
		return hand_over(c);
	} else if (c->eof) {
		return GONE;
	} else {
		return read_more(c);
	}
	return GO_ON;
}

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

/* ---- the machine ---- */

static enum step shake(struct connection *c)
{
	int r = wire_shake(&c->wire);
	if (r == 1)
		c->phase = HEAD; /* within the deadline of the handshake */
	return r == 1 ? GO_ON : r == WIRE_AGAIN ? WAIT : GONE;
}

static enum step step(struct connection *c)
{
	switch (c->phase) {
	case SHAKE:
		return shake(c);
	case IDLE:
	case HEAD:
		return read_head(c);
	case BODY:
		return read_body(c);
	case ANSWER:
		return WAIT;
	case WRITE:
		return write_answer(c);
	case STREAM:
		return read_stream(c) == GONE ? GONE : carry_events(c);
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
		set_deadline(c, c->hub->o.body_s * 1000);
		watch(c);
	} else if ((c->phase == HEAD && unread(c).n) || c->phase == BODY) {
		refuse(c, 408,
		       c->phase == HEAD ? "the head took too long" : "the body took too long",
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
	set_deadline(c, h->o.head_s * 1000);
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
	set_deadline(c, h->o.body_s * 1000);
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
		    (c->phase == HEAD && !unread(c).n))
			close_connection(c);
	}
}

void connection_close_all(struct hub *h)
{
	while (h->all)
		close_connection(h->all);
}
