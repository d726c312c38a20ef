/* net/exchange.h — the inside of a request and its answer: from the loop, which read it, to the
 * thread that answers it, and back as bytes for the wire. One owner at a time, handed on through
 * net/answerers.h. */
#pragma once
#include "net/head.h"
#include "net/server.h"

struct connection;
struct stream;
struct streams;

enum { EXCHANGE_ANSWER_MAX = 64 << 20, EXCHANGE_INLINE_MAX = 16 << 10 };

struct server_request {
	struct exchange x;
	struct arena arena;
	struct head head;
	struct buf body;
	size_t counted_bytes; /* of the body, in the loop's sum */
	struct buf added;     /* header lines by the handler */
	struct buf first;     /* for the wire: head and a small body; the rest is x.answer */
	bool keep;
	int fd; /* of exchange_file, or -1 */
	bool is_file;
	uint64_t offset, bytes;
	struct streams *streams;
	struct stream *stream;         /* one reference */
	struct connection *connection; /* the loop's; NULL when it is gone */
	struct server_request *next;
};

struct server_request *exchange_new(void); /* NULL when memory is gone */
void exchange_free(
        struct server_request *r); /* NULL is fine; of a stream it gives its reference back */
/* Puts the answer's head (and a small body) into r->first. `close`: no request after this one. */
void exchange_finish(struct server_request *r, bool closes);
/* An answer of the server's own. `extra`: whole header lines, or "". `closes` as above; bodyless
 * for HEAD. */
void exchange_refusal(struct buf *out, int status, const char *message, const char *extra,
                      bool bodyless, bool closes);
