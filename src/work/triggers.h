/* work/triggers.h — what makes jobs beside events: somebody asks, and the clock. Any thread. */
#pragma once
#include "center/jobs.h"

struct scan_order {
	int64_t registry_id;
	str repository, digest;
	str reason; /* push, import, sync, pulled, running, asked */
	enum job_priority priority;
	int64_t accepted_ms; /* when it was asked for; 0: now */
	bool child;          /* an image of an index that was pushed: that one is billed */
	bool untagged; /* pushed by digest alone: may be an image of an index that comes after it */
	bool anew;     /* read again, whatever is known of the digest */
};
int trigger_scan(const struct center *c, const struct scan_order *o, int64_t *job,
                 struct error *e) must_use;
int trigger_scan_in(const struct center *c, struct db *d, const struct scan_order *o, int64_t *job,
                    struct error *e) must_use;

/* All of a registry, or of one repository (empty: all) */
int trigger_sync(const struct center *c, int64_t registry_id, str repository,
                 enum job_priority priority, int64_t *job, struct error *e) must_use;

struct import_order {
	str source;                 /* any registry's NAME[:TAG|@DIGEST] */
	str username, password_ref; /* of the source; the reference is file:PATH or env:NAME; may be
	                               empty */
	int64_t registry_id;        /* into this one */
	str repository, tag;        /* an empty tag: by digest only */
	bool force; /* move a tag that is there already; else ERR_CONFLICT of the job */
};
int trigger_import(const struct center *c, const struct import_order *o, int64_t *job,
                   struct error *e) must_use;

int trigger_refresh(const struct center *c, int64_t *job,
                    struct error *e) must_use; /* the advisory database, now */
/* Everything is matched again with the data that is there */
int trigger_rematch(const struct center *c, bool all, int64_t *job, struct error *e) must_use;
