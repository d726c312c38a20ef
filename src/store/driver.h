/* store/driver.h — what a kind of store does for the rooms' own side of it (pool.c, statement.c):
 * one table of functions each in sqlite.c and postgres.c, and the beginnings of their structs.
 * Inside this room only. */
#pragma once
#include "store/db.h"

struct driver;

#define STORE_MIGRATE ((enum store_mode)2) /* a write that waits for as long as it takes */

/* What the store says of a failure beside the error: whether the whole transaction is worth another
 * try. */
enum again {
	AGAIN_NO,
	AGAIN_SOON, /* others were in the way, and nothing was kept */
	AGAIN_LOST, /* the connection is gone, before a commit was sent */
	AGAIN_NEVER /* the connection is gone, and with it the answer to a commit */
};

struct db { /* the driver's own fields follow */
	const struct driver *driver;
	struct db *next;      /* idle */
	uint64_t generation;  /* of the pool, when it was opened */
	enum store_mode mode; /* of the running or the last transaction */
	unsigned rows_open;
	bool failed; /* a statement did: the transaction ends there, and `first` says why */
	enum again again;
	struct error first;
};

struct rows {
	struct db *d;
};

struct place {           /* where a store is */
	const char *url; /* PostgreSQL's, with its password; SQLite's path */
	unsigned wait_ms, statement_ms;
};

struct driver {
	bool is_sqlite;
	/* ERR_UPSTREAM: worth another try while there is time */
	int (*open)(const struct place *p, struct db **out, struct error *e);
	void (*close)(struct db *d);
	/* alone: before others, where the store can; this was tried too often */
	int (*begin)(struct db *d, enum store_mode mode, bool alone, int64_t wait_ms,
	             struct error *e);
	int (*commit)(struct db *d, struct error *e);
	void (*rollback)(struct db *d);
	int64_t (*run)(struct db *d, const char *sql, const struct value *v, size_t n,
	               struct error *e);
	int (*run_many)(struct db *d, const char *sql, const struct value *v, size_t n, size_t rows,
	                struct error *e);
	int (*ask)(struct db *d, const char *sql, const struct value *v, size_t n,
	           struct rows **out, struct error *e);
	int (*script)(struct db *d, const char *sql, struct error *e); /* several statements */
	int (*next)(struct rows *r, struct error *e);
	int64_t (*as_int)(struct rows *r, int column);
	double (*as_real)(struct rows *r, int column);
	str (*as_text)(struct rows *r, int column);
	bool (*is_null)(struct rows *r, int column);
	void (*rows_free)(struct rows *r);
	/* outside of a transaction */
	int (*backup)(struct db *d, const char *path, struct error *e);
	int (*verify)(struct db *d, struct error *e);
};

extern const struct driver sqlite_driver, postgres_driver;
