/* center/imagerows.h — rows of images by their ids, put together for lists: where they stand, what
 * they are, their tags, counts and state. Not cut by anybody's sight: the ids were. */
#pragma once
#include "center/imagestate.h"
#include "store/db.h"

struct image_row { /* a manifest in a repository */
	int64_t id, manifest_id, repository_id, registry_id;
	str subscription, resource_group, registry, registry_url, repository;
	str digest, media_type, kind;
	str tags; /* today's (or at `at`), one a line, sorted */
	str os, arch, variant;
	str distribution; /* PRETTY_NAME */
	str ecosystem;
	int64_t first_seen, pushed_at, pulled_at, deleted_at; /* 0: never */
	int64_t built_at, size_bytes, scanned_at;
	int64_t assessed_at; /* derived: scanned, re-assessed, or the last generation that was
	                        matched whole */
	int64_t running;     /* containers that run it now */
	enum image_state state;
	str cause; /* of what is not healthy or unhealthy: one sentence; else empty */
	struct tally tally;
};
struct image_list {
	struct image_row *v;
	size_t n, room;
	str next;
};

/* out[i] is that of ids[i], id 0 where there is none. `at` 0: today's tags. Without `counts` tally,
 * state, cause, running and assessed_at stay empty. */
int imagerows_load(struct db *d, struct arena *a, const int64_t *ids, size_t n, int64_t at,
                   bool counts, struct image_row *out, struct error *e) must_use;
