/* api/hookread.h — what registries send to /hooks, as events: Docker distribution's notifications, webhooks of Azure
 * Container Registry and of Harbor (its own form and CloudEvents), Azure Event Grid. The body says itself which it
 * is; content types do not count, senders set them as they like. Input: hostile, at most HOOK_BYTES_MAX.
 *
 * One event that is damaged does not cost the others of its batch: it is counted and left out, as are blobs, charts,
 * and actions that nobody knows. Repository, tag and digest follow the OCI distribution specification where an
 * event is kept. An event without an id gets the digest of what it says, so that its repeats are one. */
#pragma once
#include "center/events.h"

enum { HOOK_BYTES_MAX = 1 << 20 };

struct hook_batch {
	VEC(struct event) events; /* strings in the arena */
	size_t left_out;          /* known, and nothing for us: blobs, charts, pings, unknown actions */
	size_t damaged;
	str why;                  /* what was wrong with the first damaged one */
	str validation;           /* of Event Grid: the code that the answer gives back; empty: none asked */
};

/* ERR_FORMAT: no JSON, or none of these; ERR_LIMIT: more than EVENT_BATCH_MAX events. */
int hookread(str body, struct arena *a, struct hook_batch *out, struct error *e) must_use;
