#include "net/saying.h"

enum { LINGER_MS = 2000 };

void saying_refuse(struct connection *c, int status, const char *why, bool keep)
{
	bool bodyless = c->request && c->request->x.method == METHOD_HEAD;
	c->hub->refused++;
	c->keep = keep && !c->hub->closing;
	c->unread = !keep;
	hub_drop_request(c);
	exchange_refusal(&c->out, status, why, status == 503 ? "Retry-After: 1\r\n" : "",
	                 bodyless && keep, !c->keep);
	c->pieces[0] = buf_view(&c->out);
	c->phase = WRITE;
	hub_deadline(c, c->hub->o.body_s * 1000);
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
enum step saying_pieces(struct connection *c)
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
	if ((!c->unread && c->in_at == c->in.n) || c->eof)
		return GONE;
	c->phase = LINGER; /* a close with bytes unread would take our answer back from the client's
	                      hands */
	hub_deadline(c, LINGER_MS);
	return GO_ON;
}

static enum step after_answer(struct connection *c)
{
	c->phase = WRITE;
	hub_drop_request(c);
	if (!c->keep || (c->hub->stopping && c->in_at == c->in.n))
		return linger(c);
	c->phase = IDLE;
	hub_deadline(c, c->hub->o.idle_s * 1000);
	return GO_ON;
}

enum step saying_answer(struct connection *c)
{
	enum step s = saying_pieces(c);
	if (s == GO_ON)
		s = write_file(c);
	if (s != GO_ON)
		return s;
	if (c->request && c->request->stream) {
		c->phase = STREAM;
		hub_deadline(c, c->hub->o.body_s * 1000);
		streams_start(c->hub->streams, c->request->stream);
		return GO_ON;
	}
	return after_answer(c);
}

enum step saying_events(struct connection *c)
{
	struct buf said cleanup(buf_done) = BUF(STREAMS_BEHIND_MAX);
	bool chunked = c->request->head.minor > 0;
	enum step s = saying_pieces(c);
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
