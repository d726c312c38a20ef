/* vulndb/fetcher.h — feeds of a network brought ahead of their reading, by a few threads: one
 * request at a time to a server, FETCHER_AHEAD feeds at most beyond the one that is read, so that
 * neither the publishers nor the disk are pressed. fetcher_take is for one thread. */
#pragma once
#include "vulndb/feed.h"

enum { FETCHER_THREADS = 4, FETCHER_AHEAD = 8 };

struct fetcher;

/* Starts at once. Feeds, sources, client and folder are borrowed until fetcher_free. */
struct fetcher *fetcher_new(const struct feeds *feeds, const struct shelf_sources *last,
                            struct client *net, const char *dir);
/* Waits for the i-th feed and gives what feed_fetch gave; its descriptor is the caller's, its
 * strings live until fetcher_free. Ask in order, each once. */
int fetcher_take(struct fetcher *f, size_t i, struct fetched *out, struct error *e) must_use;
void fetcher_free(struct fetcher *f); /* waits for requests under way; NULL is fine */

/* Of the last generation; NULL: it has none of this name */
const struct shelf_source *fetcher_last(const struct shelf_sources *last, str name);
