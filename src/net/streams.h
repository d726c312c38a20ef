/* net/streams.h — all streams of server-sent events: one thread asks their sources in turn, the
 * loop carries away what they said. A stream ends when its source says so, when its reader has gone
 * or is STREAMS_BEHIND_MAX behind. */
#pragma once
#include "net/server.h"

struct streams;
struct stream;

enum { STREAMS_BEHIND_MAX = 1 << 20, STREAMS_BEAT_MS = 15000 };

/* `ready` is called in the thread of the streams when there is something to take. */
int streams_open(unsigned max, void (*ready)(void *ctx), void *ctx, struct streams **out,
                 struct error *e) must_use;
/* A place for one, not yet asked. On failure the source's `done` is called here. */
int streams_reserve(struct streams *s, const struct stream_source *source, struct stream **out,
                    struct error *e) must_use;
void streams_start(struct streams *s, struct stream *one);
/* Appends what waits to `out`: 1 more may come, 0 that was all, below 0 the reader was too slow. */
int streams_take(struct streams *s, struct stream *one, struct buf *out);
void streams_abandon(struct streams *s,
                     struct stream *one); /* the caller forgets it; `done` follows */
void streams_stop(
        struct streams *s); /* ends all: `done` is called for every one before this returns */
void streams_free(struct streams *s); /* stops; NULL is fine */
