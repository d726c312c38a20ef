/* net/hearing.h — what a connection reads: heads, bodies, and nothing more while an answer is made.
 * The loop's thread only. */
#pragma once
#include "net/hub.h"

enum step hearing_head(struct connection *c); /* the phases IDLE and HEAD */
enum step
hearing_body(struct connection *c); /* the phase BODY; hands the request over at its end */
str hearing_unread(const struct connection *c); /* what came and is not yet understood */
