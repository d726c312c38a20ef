/* PostgreSQL 15 through libpq, in what CockroachDB and YugabyteDB speak too. Transactions are
 * REPEATABLE READ: a snapshot, and a write to a row that another has changed meanwhile is a
 * serialization failure, run again by the pool. Values go and come in binary. One connection, one
 * thread. */
#include "base/time.h"
#include "store/dialect.h"
#include "store/pglink.h"
#include "store/pgvalue.h"
#include "store/prepared.h"
#include <assert.h>
#include <limits.h>
#include <stdio.h>

enum {
	SQL_BYTES_MAX = 4 << 20,
	KEPT_SQL_BYTES = 8192, /* what is longer was put together for once */
	VALUES_MAX = 65535,    /* the protocol's */
	PIPELINE_ROWS = 256,   /* their answers fit the sockets' buffers while we still send */
	MIGRATE_ANSWER_MS = 3600000,
	ROLLBACK_ANSWER_MS = 5000,
	NAME_BYTES = 24,
};

struct postgres {
	struct db db; /* first */
	struct pglink link;
	struct prepared kept;
	uint64_t serial;
	enum { BARRIER_UNKNOWN, BARRIER_NONE, BARRIER_THERE } barrier;
};

struct pg_rows {
	struct rows rows; /* first */
	PGresult *all;
	int at;
	char (*scratch)[PGVALUE_TEXT_BYTES]; /* one a column, for numbers asked as text */
};

static struct postgres *of(struct db *d)
{
	return (struct postgres *)d;
}

static int told(struct postgres *p, int r) /* the pool hears what the link knows */
{
	if (r < 0 && p->link.again != AGAIN_NO)
		p->db.again = p->link.again;
	return r;
}

/* --- values --- */

struct sent { /* a row of values as libpq takes them */
	const char **values;
	int *lengths, *formats;
	Oid *types;
	uint64_t *wire; /* integers and numbers, high byte first */
	void *memory;
};

static void sent_done(struct sent *s)
{
	free(s->memory);
}

static int sent_init(struct sent *s, size_t n, struct error *e)
{
	size_t one =
	        sizeof *s->wire + sizeof *s->values + 2 * sizeof *s->lengths + sizeof *s->types;

	if (n > VALUES_MAX)
		return error_set(e, ERR_LIMIT, "%zu values for one statement", n);
	s->memory = calloc(n + 1, one);
	if (!s->memory)
		return error_set(e, ERR_SYSTEM, "no memory for %zu values", n);
	s->wire = s->memory;
	s->values = (const char **)(s->wire + n);
	s->lengths = (int *)(s->values + n);
	s->formats = s->lengths + n;
	s->types = (Oid *)(s->formats + n);
	return 0;
}

static Oid type_of(const struct value *v)
{
	static const Oid types[] = { [VALUE_NULL] = 0,
		                     [VALUE_INT] = PG_INT8,
		                     [VALUE_REAL] = PG_FLOAT8,
		                     [VALUE_TEXT] = PG_TEXT,
		                     [VALUE_BYTES] = PG_BYTEA };
	/* a NULL may know of what kind it would be; else the statement tells */
	size_t kind = v->kind == VALUE_NULL ? (size_t)v->i : v->kind;
	return kind < LEN(types) ? types[kind] : 0;
}

static void send_number(struct sent *s, size_t i, const void *value)
{
	uint64_t v;

	memcpy(&v, value, sizeof v);
	s->wire[i] = __builtin_bswap64(v); /* x86-64 and arm64 have the low byte first */
	s->values[i] = (const char *)&s->wire[i];
	s->lengths[i] = sizeof v;
}

static int send_values(struct sent *s, const struct value *v, size_t n, struct error *e)
{
	assert(!n || s->types);
	for (size_t i = 0; i < n; i++) {
		s->types[i] = type_of(&v[i]);
		s->formats[i] = 1;
		s->values[i] = NULL;
		if (v[i].kind == VALUE_INT) {
			send_number(s, i, &v[i].i);
		} else if (v[i].kind == VALUE_REAL) {
			send_number(s, i, &v[i].f);
		} else if (v[i].kind != VALUE_NULL) {
			if (v[i].s.n > INT_MAX / 2)
				return error_set(e, ERR_LIMIT, "a value of %zu bytes", v[i].s.n);
			s->values[i] = v[i].s.n ? v[i].s.p : "";
			s->lengths[i] = (int)v[i].s.n;
		}
	}
	return 0;
}

/* --- statements --- */

static const char *name_of(uint64_t serial, char out[NAME_BYTES])
{
	snprintf(out, NAME_BYTES, "p%llu", (unsigned long long)serial);
	return out;
}

static void drop(void *ctx, void *handle)
{
	struct postgres *p = ctx;
	char sql[64], name[NAME_BYTES];
	struct error quiet = { 0 };

	snprintf(sql, sizeof sql, "DEALLOCATE %s", name_of((uint64_t)(uintptr_t)handle, name));
	told(p, pglink_run(&p->link, sql, NULL, &quiet));
}

static void forget(void *ctx, void *handle)
{
	(void)ctx, (void)handle; /* it goes with the connection */
}

static int write_sql(const char *sql, struct buf *out, struct error *e)
{
	dialect_write(&dialect_postgres, str_c(sql), out);
	buf_addc(out, '\0');
	return out->failed
	               ? error_set(e, ERR_LIMIT, "a statement of more than %d bytes", SQL_BYTES_MAX)
	               : 0;
}

static int prepare(struct postgres *p, const char *sql, str key, const struct sent *s, size_t n,
                   struct prepared_slot **out, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(SQL_BYTES_MAX);
	char name[NAME_BYTES];

	if (write_sql(sql, &text, e) < 0)
		return e->code;
	if (!PQsendPrepare(p->link.c, name_of(++p->serial, name), text.p, (int)n, s->types))
		return pglink_lost(&p->link, e);
	if (pglink_result(&p->link, NULL, e) < 0)
		return error_in(e, "%.80s", sql);
	*out = prepared_add(&p->kept, key, drop, p);
	if (!*out)
		return error_set(e, ERR_SYSTEM, "no memory for a statement");
	(*out)->handle = (void *)(uintptr_t)p->serial;
	return 0;
}

/* prepared for the kinds of these values */
static int statement(struct postgres *p, const char *sql, const struct sent *s, size_t n,
                     struct prepared_slot **out, struct error *e)
{
	struct buf key cleanup(buf_done) = BUF(SQL_BYTES_MAX);

	buf_add(&key, str_c(sql));
	buf_addc(&key, '\0');
	buf_add(&key, str_mem(s->types, n * sizeof *s->types));
	if (key.failed)
		return error_set(e, ERR_LIMIT, "a statement of more than %d bytes", SQL_BYTES_MAX);
	*out = prepared_find(&p->kept, buf_view(&key));
	return *out ? 0 : prepare(p, sql, buf_view(&key), s, n, out, e);
}

static int send_prepared(struct postgres *p, const struct prepared_slot *slot, const struct sent *s,
                         size_t n, struct error *e)
{
	char name[NAME_BYTES];

	assert(slot);
	name_of((uint64_t)(uintptr_t)slot->handle, name);
	if (!PQsendQueryPrepared(p->link.c, name, (int)n, s->values, s->lengths, s->formats, 1))
		return pglink_lost(&p->link, e);
	return 0;
}

static int send_once(struct postgres *p, const char *sql, const struct sent *s, size_t n,
                     struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(SQL_BYTES_MAX);

	if (write_sql(sql, &text, e) < 0)
		return e->code;
	if (!PQsendQueryParams(p->link.c, text.p, (int)n, s->types, s->values, s->lengths,
	                       s->formats, 1))
		return pglink_lost(&p->link, e);
	return 0;
}

static int execute(struct postgres *p, const char *sql, const struct value *v, size_t n,
                   PGresult **out, struct error *e)
{
	struct sent s cleanup(sent_done) = { 0 };
	struct prepared_slot *slot = NULL;
	int r;

	if (sent_init(&s, n, e) < 0 || send_values(&s, v, n, e) < 0)
		return e->code;
	if (strlen(sql) > KEPT_SQL_BYTES)
		r = send_once(p, sql, &s, n, e);
	else
		r = (r = statement(p, sql, &s, n, &slot, e)) < 0 ? r
		                                                 : send_prepared(p, slot, &s, n, e);
	if (r >= 0)
		r = pglink_result(&p->link, out, e);
	if (r < 0 && e->code == ERR_SYSTEM)
		error_in(e, "%.80s", sql);
	return told(p, r);
}

static int64_t changed(PGresult *r)
{
	uint64_t n = 0;

	if (!str_starts(str_c(PQcmdStatus(r)), STR("SELECT")))
		(void)str_u64(str_c(PQcmdTuples(r)), &n);
	return (int64_t)n;
}

static int64_t run(struct db *d, const char *sql, const struct value *v, size_t n, struct error *e)
{
	PGresult *r = NULL;
	int64_t count;

	if (execute(of(d), sql, v, n, &r, e) < 0)
		return e->code;
	count = changed(r);
	PQclear(r);
	return count;
}

/* --- many rows --- */

/* the answers of a pipeline up to its mark; the first failure counts */
static int pipeline_answers(struct postgres *p, struct error *e)
{
	int failed = 0;

	for (;;) {
		PGresult *r;
		ExecStatusType status;

		if (pglink_answer(&p->link, &r, failed ? &(struct error){ 0 } : e) < 0)
			return failed ? failed : e->code;
		status = PQresultStatus(r);
		if (r && status == PGRES_FATAL_ERROR && !failed)
			failed = pglink_refuse(&p->link, r, e);
		PQclear(r);
		if (status == PGRES_PIPELINE_SYNC)
			return failed;
		if (PQstatus(p->link.c) == CONNECTION_BAD)
			return failed ? failed : pglink_lost(&p->link, e);
	}
}

static int pipeline(struct postgres *p, const struct prepared_slot *slot, struct sent *s,
                    const struct value *v, size_t n, size_t rows, struct error *e)
{
	for (size_t i = 0; i < rows; i++)
		if (send_values(s, v + i * n, n, e) < 0 || send_prepared(p, slot, s, n, e) < 0)
			return e->code;
	if (!PQpipelineSync(p->link.c))
		return pglink_lost(&p->link, e);
	return pipeline_answers(p, e);
}

/* how many rows from here have values of the same types: a statement is prepared for them */
static size_t alike(const struct value *v, size_t n, size_t rows)
{
	size_t i = 1;

	for (; i < MIN(rows, (size_t)PIPELINE_ROWS); i++)
		for (size_t k = 0; k < n; k++)
			if (type_of(&v[i * n + k]) != type_of(&v[k]))
				return i;
	return i;
}

static int run_alike(struct postgres *p, const char *sql, struct sent *s, const struct value *v,
                     size_t n, size_t rows, struct error *e)
{
	struct prepared_slot *slot = NULL;
	int r;

	if (send_values(s, v, n, e) < 0 || statement(p, sql, s, n, &slot, e) < 0)
		return e->code;
	if (!PQenterPipelineMode(p->link.c))
		return pglink_lost(&p->link, e);
	r = pipeline(p, slot, s, v, n, rows, e);
	if (!PQexitPipelineMode(p->link.c) && r >= 0)
		r = pglink_lost(&p->link, e);
	return r;
}

static int run_many(struct db *d, const char *sql, const struct value *v, size_t n, size_t rows,
                    struct error *e)
{
	struct postgres *p = of(d);
	struct sent s cleanup(sent_done) = { 0 };
	int r = sent_init(&s, n, e);

	for (size_t done = 0, some; r >= 0 && done < rows; done += some) {
		some = alike(v + done * n, n, rows - done);
		r = run_alike(p, sql, &s, v + done * n, n, some, e);
	}
	if (r < 0 && e->code == ERR_SYSTEM)
		error_in(e, "%.80s", sql);
	return told(p, r);
}

/* --- rows --- */

static int check_types(const PGresult *r, struct error *e)
{
	for (int i = 0; i < PQnfields(r); i++)
		if (!pgvalue_is_known(PQftype(r, i)))
			return error_set(e, ERR_UNSUPPORTED,
			                 "column %s is of a type (%u) that is not read",
			                 PQfname(r, i), PQftype(r, i));
	return 0;
}

static int ask(struct db *d, const char *sql, const struct value *v, size_t n, struct rows **out,
               struct error *e)
{
	struct pg_rows *r;
	PGresult *all = NULL;

	if (execute(of(d), sql, v, n, &all, e) < 0)
		return e->code;
	r = check_types(all, e) < 0 ? NULL : calloc(1, sizeof *r);
	if (r)
		r->scratch = calloc((size_t)PQnfields(all) + 1, sizeof *r->scratch);
	if (!r || !r->scratch) {
		PQclear(all);
		free(r);
		return e->code ? e->code : error_set(e, ERR_SYSTEM, "no memory for rows");
	}
	r->rows.d = d;
	r->all = all;
	r->at = -1;
	*out = &r->rows;
	return 0;
}

static int next(struct rows *rows, struct error *e)
{
	struct pg_rows *r = (struct pg_rows *)rows;

	(void)e;
	if (r->at < PQntuples(r->all))
		r->at++;
	return r->at < PQntuples(r->all);
}

static bool is_null(struct rows *rows, int column)
{
	struct pg_rows *r = (struct pg_rows *)rows;
	return PQgetisnull(r->all, r->at, column);
}

static str wire(const struct pg_rows *r, int column)
{
	return (str){ PQgetvalue(r->all, r->at, column),
		      (size_t)PQgetlength(r->all, r->at, column) };
}

static int64_t as_int(struct rows *rows, int column)
{
	struct pg_rows *r = (struct pg_rows *)rows;
	return is_null(rows, column) ? 0 : pgvalue_int(PQftype(r->all, column), wire(r, column));
}

static double as_real(struct rows *rows, int column)
{
	struct pg_rows *r = (struct pg_rows *)rows;
	return is_null(rows, column) ? 0 : pgvalue_real(PQftype(r->all, column), wire(r, column));
}

static str as_text(struct rows *rows, int column)
{
	struct pg_rows *r = (struct pg_rows *)rows;
	return is_null(rows, column)
	               ? (str){ 0 }
	               : pgvalue_text(PQftype(r->all, column), wire(r, column), r->scratch[column]);
}

static void free_rows(struct rows *rows)
{
	struct pg_rows *r = (struct pg_rows *)rows;

	PQclear(r->all);
	free(r->scratch);
	free(r);
}

/* --- transactions --- */

static int script(struct db *d, const char *sql, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(SQL_BYTES_MAX);

	if (write_sql(sql, &text, e) < 0)
		return e->code;
	return told(of(d), pglink_run(&of(d)->link, text.p, NULL, e));
}

static void rollback(struct db *d)
{
	struct postgres *p = of(d);
	struct error quiet = { 0 };

	if (PQtransactionStatus(p->link.c) == PQTRANS_IDLE)
		return;
	p->link.answer_ms = ROLLBACK_ANSWER_MS;
	if (d->again != AGAIN_LOST && d->again != AGAIN_NEVER &&
	    pglink_run(&p->link, "ROLLBACK", NULL, &quiet) < 0) /* it is no use any more */
		d->again = d->again == AGAIN_SOON ? AGAIN_LOST : AGAIN_NEVER;
}

/* Writers share the table schema_version, and one that others were in the way of too often has it
 * alone: it waits for those before it, and those after it wait. LOCK takes no snapshot, so what it
 * then sees is current. CockroachDB and YugabyteDB have no such lock and do without. */
static int find_barrier(struct postgres *p, struct error *e)
{
	PGresult *answer = NULL;
	int r = pglink_run(&p->link,
	                   "SELECT CASE WHEN to_regclass('schema_version') IS NOT NULL"
	                   " AND version() LIKE 'PostgreSQL%' AND version() NOT LIKE '%-YB-%'"
	                   " THEN 'yes' ELSE 'no' END",
	                   &answer, e);

	if (r >= 0)
		p->barrier = strcmp(PQgetvalue(answer, 0, 0), "yes") ? BARRIER_NONE : BARRIER_THERE;
	PQclear(answer);
	return r;
}

static const char *begin_write(const struct postgres *p, bool alone)
{
	if (p->barrier != BARRIER_THERE)
		return "BEGIN ISOLATION LEVEL REPEATABLE READ";
	return alone ? "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = 1000;"
	               "LOCK TABLE schema_version IN EXCLUSIVE MODE"
	             : "BEGIN ISOLATION LEVEL REPEATABLE READ;"
	               "LOCK TABLE schema_version IN ROW EXCLUSIVE MODE";
}

static const char *begin_words(const struct postgres *p, enum store_mode mode, bool alone)
{
	if (mode == STORE_READ)
		return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
	if (mode == STORE_WRITE)
		return begin_write(p, alone);
	/* after its wait for others it sees what they did */
	return "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0;"
	       "SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
}

static int begin(struct db *d, enum store_mode mode, bool alone, int64_t wait_ms, struct error *e)
{
	struct postgres *p = of(d);
	int r = 0;

	(void)wait_ms; /* the session's lock_timeout has it */
	p->link.answer_ms = mode == STORE_MIGRATE ? MIGRATE_ANSWER_MS : p->link.limit_ms;
	p->link.again = AGAIN_NO;
	p->link.committing = false;
	d->mode = mode;
	if (mode == STORE_MIGRATE)
		p->barrier = BARRIER_UNKNOWN; /* the table may be made now */
	else if (mode == STORE_WRITE && p->barrier == BARRIER_UNKNOWN)
		r = find_barrier(p, e);
	if (r >= 0)
		r = pglink_run(&p->link, begin_words(p, mode, alone), NULL, e);
	if (r < 0 && alone &&
	    p->link.again == AGAIN_NO) /* somebody takes long: in line once more */
		p->link.again = AGAIN_SOON;
	return told(p, r);
}

/* A transaction that had failed answers COMMIT with ROLLBACK. */
static int commit(struct db *d, struct error *e)
{
	struct postgres *p = of(d);
	PGresult *answer = NULL;
	int r;

	if (!pglink_alive(&p->link))
		return told(p, pglink_lost(&p->link, e));
	p->link.committing = d->mode != STORE_READ;
	r = pglink_run(&p->link, "COMMIT", &answer, e);
	p->link.committing = false;
	if (r >= 0 && strcmp(PQcmdStatus(answer), "COMMIT") != 0)
		r = error_set(e, ERR_SYSTEM, "%s: the transaction was not kept", p->link.name);
	PQclear(answer);
	return told(p, r);
}

/* --- open, close and care --- */

static void close_db(struct db *d)
{
	struct postgres *p = of(d);

	prepared_clear(&p->kept, forget, NULL);
	pglink_close(&p->link);
	free(p);
}

static int open_db(const struct place *where, struct db **out, struct error *e)
{
	struct postgres *p = calloc(1, sizeof *p);

	if (!p)
		return error_set(e, ERR_SYSTEM, "no memory for a connection");
	p->db.driver = &postgres_driver;
	if (pglink_open(&p->link, where, e) < 0) {
		free(p);
		return e->code;
	}
	*out = &p->db;
	return 0;
}

static int backup(struct db *d, const char *path, struct error *e)
{
	(void)d, (void)path;
	return error_set(e, ERR_UNSUPPORTED,
	                 "a store on PostgreSQL is backed up with pg_dump, also while it is used");
}

static int verify(struct db *d, struct error *e)
{
	return told(of(d), pglink_run(&of(d)->link, "SELECT 1", NULL, e));
}

const struct driver postgres_driver = {
	.open = open_db,
	.close = close_db,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.run = run,
	.run_many = run_many,
	.ask = ask,
	.script = script,
	.next = next,
	.as_int = as_int,
	.as_real = as_real,
	.as_text = as_text,
	.is_null = is_null,
	.rows_free = free_rows,
	.backup = backup,
	.verify = verify,
};
