/* vulndb/feedpipe.h — a feed reader's answer as a stream with a clock: the reader works while the
 * parent waits, so the sum of the waits is its time, whether it is silent or drips. */
#pragma once
#include "stream/stream.h"

/* Bytes of fd (borrowed), for at most wait_s of waiting in all: then ERR_LIMIT. */
struct stream *feedpipe_open(int fd, unsigned wait_s);
