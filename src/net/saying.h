/* net/saying.h — what a connection writes: answers, refusals, files, events. The loop's thread
 * only. */
#pragma once
#include "net/hub.h"

/* An answer of the server's own, and its request dropped; without `keep` nothing is read any more.
 */
void saying_refuse(struct connection *c, int status, const char *why, bool keep);
enum step saying_pieces(struct connection *c); /* GO_ON when all of c->pieces is out */
enum step saying_answer(struct connection *c); /* the phase WRITE */
enum step saying_events(struct connection *c); /* the phase STREAM */
