/* net/connection.h — one client of the server, from its handshake to its farewell: reads heads and
 * bodies against deadlines and ceilings (net/hearing.c), hands requests to the threads, and writes
 * what comes back (net/saying.c). The loop's thread only. */
#pragma once
#include "net/hub.h"
#include <sys/socket.h>

/* Takes fd over. Refuses by closing it where connections_max or per_address_max are reached. */
void connection_open(struct hub *h, int fd, const struct sockaddr *from, SSL_CTX *tls);
/* An answer is back from the pool; its connection may have gone meanwhile. */
void connection_answered(struct hub *h, struct server_request *r);
void connection_streams(struct hub *h);   /* events may wait for those who read streams */
void connection_stop_idle(struct hub *h); /* closes all that wait for nothing */
void connection_close_all(struct hub *h);
