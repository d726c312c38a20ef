/* net/connection.h — one client of the server, from its handshake to its farewell: reads heads and
 * bodies against deadlines and ceilings, hands requests to the pool, and writes what comes back.
 * The loop's thread only. */
#pragma once
#include "net/answerers.h"
#include "net/exchange.h"
#include "net/streams.h"
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <sys/socket.h>

struct connection;

struct hub {                     /* what the loop and all its connections share */
	struct server_options o; /* every 0 made its meaning */
	struct event_base *base;
	struct answerers *pool;
	struct streams *streams;
	struct connection *all;
	unsigned open;
	size_t body_bytes, bodies_max; /* of all requests in memory */
	uint64_t number;
	bool stopping;
	char *scratch; /* HUB_SCRATCH_BYTES, for one read or write at a time */
	_Atomic uint64_t requests, refused, open_now, bytes_out;
	_Atomic bool closing; /* answers say Connection: close */
};

enum { HUB_SCRATCH_BYTES = 64 << 10 };

/* Takes fd over. Refuses by closing it where connections_max or per_address_max are reached. */
void connection_open(struct hub *h, int fd, const struct sockaddr *from, SSL_CTX *tls);
/* An answer is back from the pool; its connection may have gone meanwhile. */
void connection_answered(struct hub *h, struct server_request *r);
void connection_streams(struct hub *h);   /* events may wait for those who read streams */
void connection_stop_idle(struct hub *h); /* closes all that wait for nothing */
void connection_close_all(struct hub *h);
