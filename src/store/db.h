/* store/db.h — the center's memory: SQLite (embedded, WAL) or PostgreSQL and what speaks its protocol
 * (YugabyteDB, CockroachDB), behind one interface. SQL is written once, in what both understand:
 * placeholders $1…, ON CONFLICT, RETURNING, no extensions, no advisory locks. Where they differ, a word in
 * braces stands for the store's own:
 *   {id}          primary key that counts itself       {bytes}   BLOB, BYTEA
 *   {text}        TEXT that sorts bytewise             {skip locked}  FOR UPDATE SKIP LOCKED, or nothing
 *   {for update}  FOR UPDATE, or nothing
 * Integers are BIGINT, truth is 0 or 1 in a BIGINT, dates are seconds since 1970 UTC in a BIGINT, numbers
 * DOUBLE PRECISION. Hosts SQLite (sqlite.c) and libpq (postgres.c).
 *
 * A store is for any thread; a db is one connection, lent to one thread at a time. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"

struct store;
struct db;

struct store_options {
	const char *url;       /* "postgresql://…", "sqlite:PATH" or a bare path; a password in it is never shown */
	unsigned connections;  /* most that are lent at a time; 0: 8 */
	unsigned wait_ms;      /* for a free connection, for a lock, for a server that comes back; 0: 10,000 */
	unsigned statement_ms; /* the longest that a statement may take on PostgreSQL; 0: 120,000 */
};

/* Opens, and moves the schema forward to this program's version (store/migrate.h). ERR_UNSUPPORTED when the
 * store is of a later version, ERR_UPSTREAM when the server does not answer. */
int store_open(const struct store_options *o, struct store **out, struct error *e) must_use;
void store_close(struct store *s); /* NULL is fine; nothing may be lent */
bool store_is_sqlite(const struct store *s);
/* Does it answer, within a second? (SELECT 1) */
int store_check(struct store *s, struct error *e) must_use;
/* SQLite reads the whole file and finds damage; PostgreSQL's is its own affair: as store_check. */
int store_verify(struct store *s, struct error *e) must_use;
/* A whole copy of SQLite's file while it is used, mode 0600, on the disk when this returns; a file of that name
 * is replaced. ERR_UNSUPPORTED on PostgreSQL, which has pg_dump. */
int store_backup(struct store *s, const char *path, struct error *e) must_use;

/* --- values --- */

enum value_kind { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BYTES };
struct value {
	enum value_kind kind;
	int64_t i;
	double f;
	str s; /* borrowed for the call; TEXT must be UTF-8 without NUL: what is not is mended to U+FFFD */
};
#define V_INT(x)   ((struct value){ .kind = VALUE_INT, .i = (x) })
#define V_REAL(x)  ((struct value){ .kind = VALUE_REAL, .f = (x) })
#define V_TEXT(x)  ((struct value){ .kind = VALUE_TEXT, .s = (x) })
#define V_C(x)     ((struct value){ .kind = VALUE_TEXT, .s = str_c(x) })
#define V_BYTES(x) ((struct value){ .kind = VALUE_BYTES, .s = (x) })
#define V_NULL     ((struct value){ 0 })
/* NULL for an empty str, for 0: of a kind (in .i), for PostgreSQL wants to know a placeholder's type */
#define V_SOME(x)  ((x).n ? V_TEXT(x) : ((struct value){ .i = VALUE_TEXT }))
#define V_TIME(x)  ((x) ? V_INT(x) : ((struct value){ .i = VALUE_INT }))

/* --- transactions --- */

/* Runs `work` in a transaction of a connection of its own: committed when it gives 0 or more, rolled back when
 * below. What the store refuses because of others (serialization failure, deadlock, busy, a lost connection
 * before the commit was sent) is tried again from the start, 10 times at most with growing pauses: `work` may run
 * more than once and touches nothing outside but through its ctx, which it fills anew. Gives work's result.
 * A connection lost during COMMIT is ERR_UPSTREAM: whether it counted is not known, so work is idempotent.
 *
 * Both modes see one snapshot (PostgreSQL: REPEATABLE READ), and what two of them write to the same row comes one
 * after the other. A row that was only read may be changed by others meanwhile: whoever decides by it takes it
 * with {for update}, or writes ON CONFLICT.
 * A statement that fails ends the transaction: what follows in it is refused, and nothing of it is kept even when
 * work gives 0. Where a row may be there already, say ON CONFLICT. No store_do within a store_do. */
enum store_mode { STORE_READ, STORE_WRITE }; /* READ: a snapshot, and writes are refused */
typedef int store_work(void *ctx, struct db *d, struct error *e);
int store_do(struct store *s, enum store_mode mode, store_work *work, void *ctx, struct error *e) must_use;

/* --- statements; inside store_do only --- */

/* No rows wanted. Gives how many were changed. A broken unique key is ERR_CONFLICT. */
#define db_run(d, e, sql, ...) \
	db_run_n((d), (sql), (const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ } + 1, \
	         LEN(((const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ })) - 1, (e))
int64_t db_run_n(struct db *d, const char *sql, const struct value *v, size_t n, struct error *e) must_use;

/* The same statement for many rows of n values each (pipelined where there is a network). */
int db_run_many(struct db *d, const char *sql, const struct value *v, size_t n, size_t rows,
                struct error *e) must_use;

/* Rows. Columns are read by their place; a row's texts live until the next rows_next. A NULL reads as 0 or
 * the empty str. Several may be open at a time on one db. */
struct rows;
#define db_ask(d, e, out, sql, ...) \
	db_ask_n((d), (sql), (const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ } + 1, \
	         LEN(((const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ })) - 1, (out), (e))
int db_ask_n(struct db *d, const char *sql, const struct value *v, size_t n, struct rows **out,
             struct error *e) must_use;
int rows_next(struct rows *r, struct error *e) must_use; /* 1 a row, 0 the end */
int64_t rows_int(struct rows *r, int column);
double rows_real(struct rows *r, int column);
str rows_text(struct rows *r, int column); /* TEXT and BYTES */
bool rows_null(struct rows *r, int column);
void rows_free(struct rows *r); /* NULL is fine */
static inline void rows_cleanup(struct rows **r)
{
	rows_free(*r);
}
/* one row of one integer: 1 and *out, or 0 when there is none */
#define db_int(d, e, out, sql, ...) \
	db_int_n((d), (sql), (const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ } + 1, \
	         LEN(((const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ })) - 1, (out), (e))
int db_int_n(struct db *d, const char *sql, const struct value *v, size_t n, int64_t *out,
             struct error *e) must_use;

bool db_is_sqlite(const struct db *d);

/* --- statements put together --- */

struct query { /* text and its values, in step: QUERY("SELECT …", …) then query_add */
	struct arena *a;
	struct buf text;
	VEC(struct value) values;
};
#define QUERY(arena_) ((struct query){ .a = (arena_), .text = BUF(1 << 20) })
/* Text with ? for each value that follows; "??" is a question mark. */
#define query_add(q, sql, ...) \
	query_add_n((q), (sql), (const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ } + 1, \
	            LEN(((const struct value[]){ V_NULL __VA_OPT__(,) __VA_ARGS__ })) - 1)
void query_add_n(struct query *q, const char *sql, const struct value *v, size_t n);
/* "(?, ?, …)" of ids; of none "(NULL)", which nothing is in */
void query_ids(struct query *q, const int64_t *ids, size_t n);
int query_ask(struct query *q, struct db *d, struct rows **out, struct error *e) must_use;
void query_done(struct query *q); /* the text; values are the arena's */
