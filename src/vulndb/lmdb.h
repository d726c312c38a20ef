/* vulndb/lmdb.h — ordered tables of bytes in one file. Hosts LMDB: nothing else includes it. Read
 * side: mapped, read-only, without a lock file, so that it works on a read-only file system and is
 * not disturbed when the file is replaced by rename. Write side: one process, which holds its file.
 */
#pragma once
#include "base/error.h"
#include "base/str.h"

enum lmdb_table {
	TABLE_META,
	TABLE_PACKAGES,
	TABLE_ADVISORIES,
	TABLE_ALIASES,
	TABLE_FACTS,
	TABLE_DELTA,
	TABLE_COUNT
};
enum { LMDB_KEY_BYTES = 511 };

struct lmdb;      /* an open file; any thread */
struct lmdb_txn;  /* a look at it, or a change; one thread */
struct lmdb_walk; /* a place in a table; ends before its transaction */

/* ERR_NOTFOUND when there is none; ERR_FORMAT when it is none of ours, or cut off. */
int lmdb_open(const char *path, struct lmdb **out, struct error *e) must_use;
/* A new, empty file for writing; an old one is replaced. */
int lmdb_create(const char *path, struct lmdb **out, struct error *e) must_use;
void lmdb_close(struct lmdb *db);           /* NULL is fine */
uint64_t lmdb_bytes(const struct lmdb *db); /* size of the file that was opened */
/* All of it, without gaps and in order, to a descriptor at its start. */
int lmdb_copy(struct lmdb *db, int fd, struct error *e) must_use;

int lmdb_begin(struct lmdb *db, bool write, struct lmdb_txn **out, struct error *e) must_use;
int lmdb_commit(struct lmdb_txn *t, struct error *e) must_use; /* ends it in any case */
void lmdb_abort(struct lmdb_txn *t);                           /* ends it; NULL is fine */
static inline void lmdb_abort_p(struct lmdb_txn **t)
{
	lmdb_abort(*t);
}

/* 1 found, 0 not. Values are borrowed until the transaction ends (or the next change). */
int lmdb_get(struct lmdb_txn *t, enum lmdb_table table, str key, str *value,
             struct error *e) must_use;
int lmdb_put(struct lmdb_txn *t, enum lmdb_table table, str key, str value,
             struct error *e) must_use;

int lmdb_walk(struct lmdb_txn *t, enum lmdb_table table, struct lmdb_walk **out,
              struct error *e) must_use;
void lmdb_walk_free(struct lmdb_walk *w); /* NULL is fine */
static inline void lmdb_walk_cleanup(struct lmdb_walk **w)
{
	lmdb_walk_free(*w);
}
/* The first key at or behind `from`: 1, or 0 at the end. */
int lmdb_seek(struct lmdb_walk *w, str from, str *key, str *value, struct error *e) must_use;
int lmdb_next(struct lmdb_walk *w, str *key, str *value, struct error *e) must_use;
/* Take the row away on which the walk stands; the next lmdb_next gives the one behind it. */
int lmdb_remove(struct lmdb_walk *w, struct error *e) must_use;
