/* center/generations.h — generations of the advisory database that the center has seen, in the
 * order of their ids. */
#pragma once
#include "center/paging.h"

struct generation {
	int64_t id;
	int64_t number;  /* of the advisory database */
	str state;       /* digest of its content: what tells generations apart */
	int64_t data_at; /* newest record; 0: not known */
	str sources;     /* JSON [{"name","date","records"}] */
	int64_t seen_at;
	int64_t changed;    /* keys; below 0: all */
	int64_t matched_at; /* the last time that every package was known to be matched with it; 0:
	                       not yet */
};
struct generation_list {
	struct generation *v;
	size_t n, room;
};

/* g without id, seen_at, matched_at. The newest one with that state is it; else a new row, also
 * when an older one had that state (the data went back). *id. 1: new. */
int generations_note(struct db *d, const struct generation *g, int64_t now, int64_t *id,
                     struct error *e) must_use;
/* Every package and profile was matched with it, or it was looked and there are no newer data. */
int generations_matched(struct db *d, int64_t id, int64_t now, struct error *e) must_use;
int generations_current(struct db *d, struct arena *a, struct generation *out,
                        struct error *e) must_use; /* 1, or 0 */
/* The last one that was matched whole */
int generations_complete(struct db *d, struct arena *a, struct generation *out,
                         struct error *e) must_use;
int generations_get(struct db *d, struct arena *a, int64_t id, struct generation *out,
                    struct error *e) must_use;
/* Which one was current at that time: 1, or 0 when there was none */
int generations_at(struct db *d, int64_t at, int64_t *id, struct error *e) must_use;
/* Newest first */
int generations_list(struct db *d, struct arena *a, size_t limit, struct generation_list *out,
                     struct error *e) must_use;
