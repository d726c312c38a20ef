/* net/server.h — HTTP/1.1 over TLS for programs: libevent moves the bytes in one loop, a bounded pool of
 * threads answers whole requests. Slow or hostile clients cost a socket and a few KiB, never a thread: the
 * head has a deadline, the body one and a ceiling, connections are counted in all and by address (of IPv6: by
 * /64). Hosts libevent. RFC 9112, RFC 9110; Server-sent events as in the HTML standard. What it refuses itself
 * is answered with JSON, {"error":{"code":"…","message":"…"}}. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct server;

struct server_options {        /* borrowed for server_open */
	const char *address;   /* "127.0.0.1", "::", … ; no name */
	uint16_t port;         /* 0: any free one, see server_port */
	const char *cert_file; /* PEM chain; NULL with plain only */
	const char *key_file;  /* PEM */
	bool plain;            /* no TLS: behind a proxy, on loopback only (ERR_USAGE else) */
	unsigned threads;      /* that answer; 0: 8 */
	unsigned waiting_max;  /* requests that wait for one; more are answered 503; 0: 256 */
	unsigned connections_max; /* 0: 1024 */
	unsigned per_address_max; /* 0: 256; not counted with plain */
	unsigned head_s, body_s, idle_s; /* 0: 10, 60, 75 */
	size_t body_max;       /* bytes, larger is 413; 0: 4 MiB */
	unsigned streams_max;  /* server-sent event streams at a time; 0: 100 */
};

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_OPTIONS,
	      METHOD_TRACE, METHOD_QUERY, /* known, so that what does not take them says 405 */ METHOD_COUNT };
const char *method_name(enum method m);

/* One request and its answer. Lives for the handler's call; everything in it is borrowed, memory comes
 * from its arena (8 MiB). HEAD is handed on as it is: the body that is answered is not sent. */
struct exchange {
	enum method method;
	str target;       /* as sent: path and query */
	str path;         /* percent-decoded ("%2F" too), "//" collapsed; always begins with '/'; NUL, broken
	                     escapes, what is not UTF-8 and the segments . and .. were refused with 400 */
	str query;        /* raw */
	str body;
	str peer;         /* address without port; behind a proxy the last X-Forwarded-For */
	bool https;       /* to the client: TLS here, or X-Forwarded-Proto behind a proxy */
	str host;         /* the Host header, checked to be host[:port] */
	struct arena *arena;
	uint64_t number;  /* of the request, for logs; from 1 */
	/* the answer: filled by the handler; status 0 is answered 500 */
	int status;
	const char *type; /* of the body, NULL: application/json; charset=utf-8 */
	struct buf answer;
	struct server_request *inner;
};

typedef void server_handler(void *ctx, struct exchange *x); /* any thread of the pool */

str exchange_header(const struct exchange *x, const char *name); /* any case; trimmed; empty when absent */
/* An answer's header; CR, LF and NUL end the value. What frames the message (Content-Length, Connection, Date, …)
 * is the server's and not taken. */
void exchange_add(struct exchange *x, const char *name, str value);
/* The answer's body is a file's, from offset on, instead of `answer`; fd is taken over, and one below 0 is
 * answered 500. */
void exchange_file(struct exchange *x, int fd, uint64_t offset, uint64_t bytes);

/* The answer becomes a stream of server-sent events: after the handler returned, `next` is called every
 * interval_ms from one thread of its own for all streams, and appends whole events to `out`; below 0 ends the
 * stream. `done` is called once in any case, also when this fails. ERR_THROTTLED when streams_max are open, and
 * when the server stops. A reader who is 1 MiB behind is cut. Such an answer's `status` 0 is 200. */
struct stream_source {
	int (*next)(void *ctx, struct buf *out);
	void (*done)(void *ctx);
	void *ctx;
	unsigned interval_ms;
};
int exchange_stream(struct exchange *x, const struct stream_source *s, struct error *e) must_use;

/* Binds, listens, and begins to answer. ERR_SYSTEM when the address is taken; ERR_FORMAT for a bad key. Raises this
 * process' soft limit of open files to what connections_max needs; where that is refused, fewer are taken. Its threads
 * have the caller's signal mask. */
int server_open(const struct server_options *o, server_handler *handler, void *ctx, struct server **out,
                struct error *e) must_use;
uint16_t server_port(const struct server *s);
/* Certificate and key are read again: for renewals. What is wrong leaves the old ones in place. */
int server_reload(struct server *s, struct error *e) must_use;
struct server_counts { uint64_t requests, refused, open, waiting, bytes_out; };
struct server_counts server_counts(const struct server *s);
/* No new connections, idle ones closed, streams ended, running requests answered within grace_ms; then everything
 * ends. A handler that runs longer is waited for, and its answer dropped. Not from a handler or a signal's. */
void server_stop(struct server *s, unsigned grace_ms);
void server_free(struct server *s); /* stops; NULL is fine */
