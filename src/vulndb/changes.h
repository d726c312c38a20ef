/* vulndb/changes.h — what two generations differ in, by the names under which rows are asked for.
 * One thread. */
#pragma once
#include "vulndb/shelf.h"

enum { CHANGES_MAX = 200000, CHANGES_BYTES = 160 << 20 };

struct changes {
	VEC(str) list; /* keys of the table `delta`, ascending: advisories, then packages */
	uint64_t packages, advisories; /* how many of each */
	bool whole;                    /* more than CHANGES_MAX: all is new, and none is named */
};

/* Keys in `a`, which needs CHANGES_BYTES. */
int changes_find(struct lmdb_txn *old, struct lmdb_txn *now, struct arena *a, struct changes *out,
                 struct error *e) must_use;
/* SHA-256 in hex of all rows but meta and delta: the same content, the same state. */
int changes_state(struct lmdb_txn *t, struct arena *a, str *out, struct error *e) must_use;
