/* vulndb/ingest.h — `db update`: feeds read one by one in jailed workers, a new database written
 * beside the old one and put in its place by rename. A broken feed leaves its last good rows in
 * place. The same feeds give the same database. Memory: one record, and LMDB's changed pages. One
 * thread. */
#pragma once
#include "base/error.h"
#include "base/vec.h"

enum ingest_state {
	INGEST_READ,
	INGEST_UNCHANGED, /* rows taken over */
	INGEST_MISSING,   /* the mirror never had it */
	INGEST_FAILED,    /* rows taken over, if there were any */
	INGEST_DROPPED,   /* was there before, is no feed of this mirror */
};

struct ingest_feed {
	str name;
	enum ingest_state state;
	uint64_t records, skipped;
	str why; /* failed: the error; else the first record left out, or empty */
};

struct ingest_options {
	const char *db_path;
	const char *from; /* folder or URL of a mirror; NULL: the publishers */
	const char *own;  /* folder of OSV records (name.json) of one's own, one feed more; may be
	                     NULL */
	bool own_only;    /* no other feeds */
	bool redhat;      /* Red Hat's VEX archive from its publisher too */
	bool in_process;  /* parse without a jailed worker: for tests only */
	bool insecure;
	const char *ca_file; /* certificates to trust too (PEM); may be NULL */
	/* told when a feed begins ("" for state reading) and every some thousand records; may be
	 * NULL */
	void (*progress)(void *ctx, str feed, const char *what, uint64_t count);
	void *progress_ctx;
};

struct ingest_summary {
	VEC(struct ingest_feed) feeds;
	unsigned failed; /* feeds */
	bool installed;  /* false: nothing was new */
	uint64_t generation, records, packages, bytes;
	uint64_t changed_packages, changed_advisories; /* since the last generation */
	bool whole;                                    /* all is new: the two above are 0 */
};

/* 0 also when feeds failed (see failed), as long as there is data to install or in place. Strings
 * in `a`. ERR_DENIED when another update runs on this database. */
int ingest_run(const struct ingest_options *o, struct arena *a, struct ingest_summary *out,
               struct error *e) must_use;
