/* net/hub.h — what the loop and all its connections share, and what is known of one connection. The
 * loop's thread only, but for the counters. */
#pragma once
#include "net/answerers.h"
#include "net/chunks.h"
#include "net/exchange.h"
#include "net/streams.h"
#include "net/wire.h"
#include <event2/event.h>
#include <netinet/in.h>
#include <stdatomic.h>

struct hub {                     /* what the loop and all its connections share */
	struct server_options o; /* every 0 made its meaning */
	struct event_base *base;
	struct answerers *answerers;
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

enum phase { SHAKE, IDLE, HEAD, BODY, ANSWER, WRITE, STREAM, LINGER };
enum step { GO_ON, WAIT, GONE };

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
	str pieces[2];                    /* what is to be written, front first */
	uint64_t written, written_before; /* bytes, for those who read too slowly */
	bool eof, keep, unread;
	struct sockaddr_in6 from; /* IPv4 as ::ffff:… */
	char peer[INET6_ADDRSTRLEN];
};

void hub_deadline(struct connection *c, int64_t ms); /* from now on; 0: none */
/* The connection's request ends, or loses its connection where a thread has it. */
void hub_drop_request(struct connection *c);
