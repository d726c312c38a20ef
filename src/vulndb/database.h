/* vulndb/database.h — an open generation as the modules of this room see it. */
#pragma once
#include "vulndb/shelf.h"
#include "vulndb/vulndb.h"

struct vulndb { /* does not change once it is open */
	struct lmdb *db;
	struct arena arena;
	struct shelf_head head;
	struct shelf_sources sources;
	str rated_by; /* sources of severity that are preferred; set once, before the first match */
	VEC(str) tracked;                /* releases that Debian's tracker decides about */
	struct look_tools *_Atomic idle; /* of the last look, for the next: opening costs more than
	                                    most looks; NULL while one has them */
};

struct look_tools { /* of one look at a time */
	struct lmdb_txn *txn;
	struct lmdb_walk *packages, *advisories, *aliases;
	struct unpacker *unpacker;
	struct arena scratch;
};

/* One look: a transaction and a walk over each table that is asked for; ends with look_done. */
struct look {
	struct vulndb *db;
	struct lmdb_txn *txn;
	struct lmdb_walk *packages, *advisories, *aliases;
	struct unpacker **unpacker;
	struct arena *scratch; /* empty at first, and again at the end */
	struct look_tools *tools;
};

int look_open(struct vulndb *db, struct look *out, struct error *e) must_use;
void look_done(struct look *l);
