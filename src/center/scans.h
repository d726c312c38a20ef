/* center/scans.h — each time that a digest was read, or was to be: when, why, how far it is, how
 * long each stage took. Any thread. */
#pragma once
#include "center/paging.h"
#include "center/sight.h"

enum scan_state { SCAN_RUNNING, SCAN_DONE, SCAN_FAILED, SCAN_STATE_COUNT };

struct scan_row {
	int64_t id, manifest_id, registry_id;
	str registry, repository, digest;
	str reason; /* push, import, sync, pulled, running, asked */
	enum scan_state state;
	int64_t accepted_ms, started_ms, ended_ms; /* ended 0: not yet */
	str stages;   /* JSON {"queued": 12, …}, ms of each stage that is over */
	str progress; /* JSON {"layer","layers","bytes","size"} */
	str why; /* of a failed one; of a running one that was killed the same, once it is taken
	            again */
};
struct scan_list {
	struct scan_row *v;
	size_t n, room;
	str next;
};

/* Begins; earlier ones of the manifest and registry that still "run" were killed, and are failed.
 * *id. */
int scans_begin(struct db *d, const struct scan_row *s, int64_t *id, struct error *e) must_use;
int scans_tell(struct db *d, int64_t id, str stages, str progress, struct error *e) must_use;
int scans_end(struct db *d, int64_t id, enum scan_state state, int64_t ended_ms, str stages,
              str why, struct error *e) must_use;

struct scan_filter { /* 0 and empty: any */
	int64_t registry_id, manifest_id;
	str repository, digest;
	int state; /* -1: any */
};
#define SCAN_FILTER ((struct scan_filter){ .state = -1 })
/* Newest first */
int scans_list(struct db *d, struct arena *a, const struct sight *s, const struct scan_filter *f,
               const struct paging *p, struct scan_list *out, struct error *e) must_use;
int scans_get(struct db *d, struct arena *a, const struct sight *s, int64_t id,
              struct scan_row *out, struct error *e) must_use; /* 1, or 0 */
int scans_sweep(struct db *d, int64_t before_ms,
                struct error *e) must_use; /* ended before; how many */

const char *scan_state_word(enum scan_state s); /* "running", "done", "failed" */
bool scan_state_parse(str word, enum scan_state *out);
