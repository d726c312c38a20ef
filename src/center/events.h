/* center/events.h — what registries tell: pushed, pulled, deleted. An event is in the store before
 * it is answered, and a worker makes state of it afterwards (work/intake.h). Repeats of a
 * (registry, source) are harmless. Any thread. */
#pragma once
#include "center/center.h"

enum event_kind {
	EVENT_PUSH = 1, /* a manifest or an index; blobs are none of ours */
	EVENT_PULL,
	EVENT_DELETE, /* of a digest (of all its tags), else of a tag, else of the whole repository
	               */
	EVENT_FOUND,  /* as pushed, but nobody told: a sync saw it */
	EVENT_IMPORT  /* as pushed, by our own import */
};

enum { EVENT_BATCH_MAX = 1000, EVENT_TEXT_MAX = 512, EVENT_KEPT_S = 30 * 86400 };

struct event {
	str source; /* the sender's own id of it: required, at most EVENT_TEXT_MAX bytes as all
	               texts here */
	enum event_kind kind;
	str repository;  /* required */
	str tag, digest; /* a push or pull has a digest */
	str media_type;
	str agent; /* User-Agent of whoever did it: a pull by plimsoll itself is not kept */
	int64_t happened_at; /* as the sender says; 0, or more than 10 minutes ahead: now */
	/* of stored ones */
	int64_t id, accepted_ms;
};

/* All of them durable, in one transaction, before it returns. *fresh (may be NULL): how many were
 * new and kept. ERR_FORMAT names the event that lacks what it needs, or more than EVENT_BATCH_MAX:
 * none is kept then. */
int events_accept(const struct center *c, int64_t registry_id, const struct event *v, size_t n,
                  size_t *fresh, struct error *e) must_use;

/* --- for workers --- */

struct event_list {
	VEC(struct event) events;
};
/* Registries with open events get a job each (JOB_EVENTS, subject: the registry's id), if there is
 * none yet. How many. */
int events_call(const struct center *c, struct error *e) must_use;
/* The next open ones of a registry in their order, in a transaction of the caller's */
int events_next_in(struct db *d, int64_t registry_id, size_t limit, struct arena *a,
                   struct event_list *out, struct error *e) must_use;
int events_close_in(const struct center *c, struct db *d, const struct event_list *list,
                    struct error *e) must_use;
int events_open(const struct center *c, int64_t *count, int64_t *oldest_ms,
                struct error *e) must_use;
/* Closed ones older than EVENT_KEPT_S go; how many */
int events_sweep(const struct center *c, struct error *e) must_use;
