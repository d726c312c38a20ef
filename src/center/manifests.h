/* center/manifests.h — digests, each once for the fleet: what is at them, and how far they are. */
#pragma once
#include "center/paging.h"

// clang-format off
#define MANIFEST_STATES(X) \
	X(WAITING,     "waiting") \
	X(SCANNED,     "scanned") \
	X(FAILED,      "failed") \
	X(UNSUPPORTED, "unsupported")
#define MANIFEST_KINDS(X) \
	X(UNKNOWN, "unknown") \
	X(IMAGE,   "image") \
	X(INDEX,   "index") \
	X(OTHER,   "other") /* a chart, a signature: unsupported */
// clang-format on

enum manifest_state {
#define X(name, word) MANIFEST_##name,
	MANIFEST_STATES(X)
#undef X
	        MANIFEST_STATE_COUNT
};
enum manifest_kind {
#define X(name, word) MANIFEST_KIND_##name,
	MANIFEST_KINDS(X)
#undef X
	        MANIFEST_KIND_COUNT
};

struct manifest_row {
	int64_t id;
	str digest, media_type;
	enum manifest_kind kind;
	enum manifest_state state;
	str state_why;
	int64_t profile_id; /* 0: none yet */
	int64_t packages;
	str scanner; /* version that read it */
	int64_t first_seen, scanned_at, assessed_at;
};

const char *manifest_state_word(enum manifest_state s);
const char *manifest_kind_word(enum manifest_kind k);

/* There from now on: its id. What was unknown of kind and media type is filled in; running images
 * of that digest are tied to it. */
int manifests_use(struct db *d, str digest, str media_type, enum manifest_kind kind, int64_t now,
                  int64_t *id, struct error *e) must_use;
/* 1, or 0 */
int manifests_find(struct db *d, struct arena *a, str digest, struct manifest_row *out,
                   struct error *e) must_use;
int manifests_get(struct db *d, struct arena *a, int64_t id, struct manifest_row *out,
                  struct error *e) must_use;
/* It could not be read, or is nothing that is read; what an earlier scan found stays known. An
 * index whose images are known: SCANNED (images_set_children). */
int manifests_note(struct db *d, int64_t id, enum manifest_state state, str why, int64_t now,
                   struct error *e) must_use;
/* Its findings are of current data now (re-assessed). */
int manifests_note_assessed(struct db *d, const int64_t *ids, size_t n, int64_t now,
                            struct error *e) must_use;
