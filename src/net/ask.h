/* net/ask.h — one request until there is an answer worth handing on: redirects, authorization,
 * retries. What is in flight is a struct ask. One thread at a time. Not for other rooms. */
#pragma once
#include "net/transfer.h"
#include "net/url.h"
#include <pthread.h>

struct client {
	char *ca_file, *unix_socket;
	bool insecure, plain_http;
	unsigned connect_s, timeout_s;
	void (*note)(void *ctx, const char *what);
	void *note_ctx;
	pthread_mutex_t lock; /* guards the lanes */
	struct lane *lanes;
	unsigned lane_count;
};

struct ask {
	const struct client *client;
	struct lane *lane;         /* lent by the caller before ask_send */
	struct transfer *transfer; /* the answer's body */
	struct arena arena;
	struct request q; /* strings are copies in the arena */
	struct url url;
	str shown; /* for messages */
	struct secret authorization, body;
	str validator;       /* a strong ETag, for If-Range */
	int64_t deadline_ms; /* on time_mono_ms; 0: none */
	enum fault fault;    /* of the last failure */
};

/* After a failure ask_done is due all the same. */
int ask_init(struct ask *k, const struct client *c, const struct request *q,
             struct error *e) must_use;
int ask_send(struct ask *k, uint64_t from, struct response *r, struct error *e) must_use;
void ask_done(struct ask *k); /* the lane stays the caller's */

void ask_say(const struct ask *k, const char *what); /* through the client's note */
/* Half a second, doubled each time, less up to a half so that many clients do not march in step. */
int64_t ask_back_off_ms(unsigned tries);
void ask_sleep_ms(int64_t ms);
