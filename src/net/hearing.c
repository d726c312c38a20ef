#include "net/hearing.h"
#include "net/saying.h"
#include <arpa/inet.h>
#include <stdio.h>

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

str hearing_unread(const struct connection *c)
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
	if (!answerers_push(c->hub->answerers, r)) {
		saying_refuse(c, 503, "too many requests wait", c->keep);
		return GO_ON;
	}
	c->hub->requests++;
	c->phase = ANSWER;
	hub_deadline(c, 0);
	return WAIT;
}

static enum step start_body(struct connection *c)
{
	struct server_request *r = c->request;
	if (r->head.length > c->hub->o.body_max) {
		saying_refuse(c, 413, "the body is too large", false);
		return GO_ON;
	}
	c->chunks = (struct chunks){ 0 };
	c->body_left = r->head.length;
	r->body = BUF(c->hub->o.body_max);
	c->phase = BODY;
	hub_deadline(c, c->hub->o.body_s * 1000);
	if (r->head.expects && c->in_at == c->in.n && (r->head.chunked || r->head.length)) {
		buf_add(&c->out, STR("HTTP/1.1 100 Continue\r\n\r\n"));
		c->pieces[0] = buf_view(&c->out);
		return saying_pieces(c) == GO_ON ? GO_ON : GONE; /* 25 bytes into an empty socket */
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
		str head = arena_str(&r->arena, str_upto(hearing_unread(c), n));
		status = head_parse(head, &r->arena, &r->head, &why);
	}
	if (status) {
		saying_refuse(c, status, why, false);
		return GO_ON;
	}
	consumed(c, n);
	describe(c, r);
	return start_body(c);
}

enum step hearing_head(struct connection *c)
{
	while (hearing_unread(c).n && c->in_at == c->looked_at &&
	       strchr("\r\n", hearing_unread(c).p[0]) && hearing_unread(c).p[0])
		consumed(c, 1); /* empty lines before a request: RFC 9112 section 2.2 */
	str have = hearing_unread(c);
	if (have.n && c->phase == IDLE) {
		c->phase = HEAD;
		hub_deadline(c, c->hub->o.head_s * 1000);
	}
	size_t from = c->looked_at - c->in_at;
	from -= MIN(from, 3u);
	size_t end = from + str_find(str_from(have, from), STR("\r\n\r\n"));
	if (end < have.n && end + 4 <= HEAD_BYTES_MAX)
		return take_head(c, end + 4);
	c->looked_at = c->in.n;
	size_t line = str_chr(have, '\n');
	if (line == have.n && have.n > HEAD_TARGET_MAX + 64)
		saying_refuse(c, 414, "the target is too long", false);
	else if (have.n >= HEAD_BYTES_MAX)
		saying_refuse(c, 431, "the head is too large", false);
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

enum step hearing_body(struct connection *c)
{
	struct server_request *r = c->request;
	str have = hearing_unread(c), rest = have;
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
		saying_refuse(c, -ended,
		              ended == -413 ? "the body is too large"
		                            : "the chunked body is malformed",
		              false);
	} else if (!within_bodies(c)) {
		saying_refuse(c, 503, "too many large requests at a time", false);
	} else if (ended) {
		return hand_over(c);
	} else if (c->eof) {
		return GONE;
	} else {
		return read_more(c);
	}
	return GO_ON;
}
