/* SQLite 3.40: write-ahead log, each commit synced before it is told (synchronous FULL: with NORMAL
 * the last commits may go with the power). https://www.sqlite.org/wal.html, pragma.html. One
 * connection, one thread. */
#include "store/dialect.h"
#include "store/driver.h"
#include "store/prepared.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	CACHE_KIB = 16384,
	MMAP_BYTES = 256 << 20,
	LOG_BYTES = 64 << 20, /* what a checkpoint leaves of the write-ahead log */
	SQL_BYTES_MAX = 4 << 20,
	KEPT_SQL_BYTES = 8192,
	MIGRATE_WAIT_MS = 3600000,
};

struct sqlite {
	struct db db; /* first */
	sqlite3 *q;
	char *path;
	struct prepared kept;
};

struct sqlite_rows {
	struct rows rows; /* first */
	sqlite3_stmt *st;
	struct prepared_slot *slot; /* NULL: the statement is the rows' own */
};

static struct sqlite *of(struct db *d)
{
	return (struct sqlite *)d;
}

/* --- what went wrong --- */

static int refuse_constraint(int code, const char *why, struct error *e)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return error_set(e, ERR_CONFLICT, "%s", why);
	default:
		return error_set(e, ERR_USAGE, "%s", why);
	}
}

static int refuse_read_only(const struct sqlite *s, int code, struct error *e)
{
	if (code == SQLITE_READONLY && s->db.mode == STORE_READ)
		return error_set(e, ERR_USAGE, "a write within a transaction that reads");
	return error_set(e, ERR_DENIED, "%s cannot be written", s->path);
}

static int refuse_file(const struct sqlite *s, const char *what, int fallback, struct error *e)
{
	int sys = sqlite3_system_errno(s->q);
	return error_errno(e, sys ? sys : fallback, "%s: %s", s->path, what), e->code = ERR_SYSTEM;
}

/* the last failure on this connection as an error; notes whether another try may help */
static int refuse(struct sqlite *s, struct error *e)
{
	int code = sqlite3_extended_errcode(s->q);
	const char *why = sqlite3_errmsg(s->q);

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return refuse_constraint(code, why, e);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		s->db.again = AGAIN_SOON;
		return error_set(e, ERR_SYSTEM, "%s: locked by another process", s->path);
	case SQLITE_FULL:
		return refuse_file(s, "the disk is full", ENOSPC, e);
	case SQLITE_IOERR:
		return refuse_file(s, why, EIO, e);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(e, ERR_SYSTEM, "%s: the store is damaged (%s): restore a backup",
		                 s->path, why);
	case SQLITE_READONLY:
		return refuse_read_only(s, code, e);
	case SQLITE_CANTOPEN:
		return refuse_file(s, "open", ENOENT, e);
	case SQLITE_NOMEM:
		return error_set(e, ERR_SYSTEM, "%s: no memory", s->path);
	case SQLITE_TOOBIG:
		return error_set(e, ERR_LIMIT, "a value or statement over SQLite's limit");
	default:
		return error_set(e, ERR_SYSTEM, "%s: %s", s->path, why);
	}
}

static int execute(struct sqlite *s, const char *sql, struct error *e)
{
	return sqlite3_exec(s->q, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : refuse(s, e);
}

/* --- statements --- */

static void drop(void *ctx, void *handle)
{
	(void)ctx;
	sqlite3_finalize(handle);
}

static int prepare(struct sqlite *s, const char *sql, sqlite3_stmt **out, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(SQL_BYTES_MAX);
	int code;

	dialect_write(&dialect_sqlite, str_c(sql), &text);
	if (text.failed)
		return error_set(e, ERR_LIMIT, "a statement of more than %d bytes", SQL_BYTES_MAX);
	code = sqlite3_prepare_v3(s->q, text.p, (int)text.n, SQLITE_PREPARE_PERSISTENT, out, NULL);
	if (code != SQLITE_OK) {
		refuse(s, e);
		return error_in(e, "%.80s", sql);
	}
	return 0;
}

/* a statement of its own where the kept one is busy; *slot is NULL then */
static int statement(struct sqlite *s, const char *sql, sqlite3_stmt **out,
                     struct prepared_slot **slot, struct error *e)
{
	str key = str_c(sql);

	*slot = prepared_find(&s->kept, key);
	if (*slot && !(*slot)->busy) {
		*out = (*slot)->handle;
		return 0;
	}
	if (prepare(s, sql, out, e) < 0)
		return e->code;
	if (*slot || key.n > KEPT_SQL_BYTES) /* busy, or put together for once */
		*slot = NULL;
	else
		*slot = prepared_add(&s->kept, key, drop, NULL);
	if (*slot)
		(*slot)->handle = *out;
	return 0;
}

static void statement_end(sqlite3_stmt *st, struct prepared_slot *slot)
{
	if (!slot) {
		sqlite3_finalize(st);
		return;
	}
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	slot->busy = false;
}

static int bind_value(sqlite3_stmt *st, int at, const struct value *v, sqlite3_destructor_type keep)
{
	switch (v->kind) {
	case VALUE_INT:
		return sqlite3_bind_int64(st, at, v->i);
	case VALUE_REAL:
		return sqlite3_bind_double(st, at, v->f);
	case VALUE_TEXT:
		return sqlite3_bind_text64(st, at, v->s.n ? v->s.p : "", v->s.n, keep, SQLITE_UTF8);
	case VALUE_BYTES:
		return sqlite3_bind_blob64(st, at, v->s.n ? v->s.p : "", v->s.n, keep);
	case VALUE_NULL:
	default:
		return sqlite3_bind_null(st, at);
	}
}

static int bind(struct sqlite *s, sqlite3_stmt *st, const struct value *v, size_t n,
                sqlite3_destructor_type keep, struct error *e)
{
	int places = sqlite3_bind_parameter_count(st);

	if ((size_t)places != n)
		return error_set(e, ERR_USAGE, "%d placeholders and %zu values: %.80s", places, n,
		                 sqlite3_sql(st));
	for (int i = 0; i < places; i++)
		if (bind_value(st, i + 1, &v[i], keep) != SQLITE_OK)
			return refuse(s, e);
	return 0;
}

static int step_all(struct sqlite *s, sqlite3_stmt *st, struct error *e)
{
	int code;

	do
		code = sqlite3_step(st);
	while (code == SQLITE_ROW);
	if (code == SQLITE_DONE)
		return 0;
	refuse(s, e);
	return e->code == ERR_CONFLICT ? e->code : error_in(e, "%.80s", sqlite3_sql(st));
}

static int run_many(struct db *d, const char *sql, const struct value *v, size_t n, size_t rows,
                    struct error *e)
{
	struct sqlite *s = of(d);
	struct prepared_slot *slot = NULL;
	sqlite3_stmt *st = NULL;
	int r = statement(s, sql, &st, &slot, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < rows && r >= 0; i++) {
		r = bind(s, st, v + i * n, n, SQLITE_STATIC, e);
		if (r >= 0)
			r = step_all(s, st, e);
		sqlite3_reset(st);
	}
	statement_end(st, slot);
	return r;
}

static int64_t run(struct db *d, const char *sql, const struct value *v, size_t n, struct error *e)
{
	sqlite3 *q = of(d)->q;
	int64_t before = sqlite3_total_changes64(q);
	int r = run_many(d, sql, v, n, 1, e);

	if (r < 0)
		return r;
	return sqlite3_total_changes64(q) == before ? 0 : sqlite3_changes64(q);
}

static int ask(struct db *d, const char *sql, const struct value *v, size_t n, struct rows **out,
               struct error *e)
{
	struct sqlite *s = of(d);
	struct sqlite_rows *r;
	struct prepared_slot *slot = NULL;
	sqlite3_stmt *st = NULL;

	if (statement(s, sql, &st, &slot, e) < 0)
		return e->code;
	r = bind(s, st, v, n, SQLITE_TRANSIENT, e) < 0 ? NULL : malloc(sizeof *r);
	if (!r) {
		statement_end(st, slot);
		return e->code ? e->code : error_set(e, ERR_SYSTEM, "no memory for rows");
	}
	*r = (struct sqlite_rows){ { d }, st, slot };
	if (slot)
		slot->busy = true;
	*out = &r->rows;
	return 0;
}

static int script(struct db *d, const char *sql, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(SQL_BYTES_MAX);

	dialect_write(&dialect_sqlite, str_c(sql), &text);
	buf_addc(&text, '\0');
	if (text.failed)
		return error_set(e, ERR_LIMIT, "a script of more than %d bytes", SQL_BYTES_MAX);
	return execute(of(d), text.p, e);
}

/* --- rows --- */

static sqlite3_stmt *row(struct rows *r)
{
	return ((struct sqlite_rows *)r)->st;
}

static int next(struct rows *r, struct error *e)
{
	int code = sqlite3_step(row(r));

	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	refuse(of(r->d), e);
	return error_in(e, "%.80s", sqlite3_sql(row(r)));
}

static int64_t as_int(struct rows *r, int column)
{
	return sqlite3_column_int64(row(r), column);
}

static double as_real(struct rows *r, int column)
{
	return sqlite3_column_double(row(r), column);
}

static str as_text(struct rows *r, int column)
{
	const void *p = sqlite3_column_type(row(r), column) == SQLITE_BLOB
	                        ? sqlite3_column_blob(row(r), column)
	                        : sqlite3_column_text(row(r), column);

	return (str){ p, p ? (size_t)sqlite3_column_bytes(row(r), column) : 0 };
}

static bool is_null(struct rows *r, int column)
{
	return sqlite3_column_type(row(r), column) == SQLITE_NULL;
}

static void free_rows(struct rows *r)
{
	struct sqlite_rows *own = (struct sqlite_rows *)r;

	statement_end(own->st, own->slot);
	free(own);
}

/* --- transactions --- */

static int begin(struct db *d, enum store_mode mode, bool alone, int64_t wait_ms, struct error *e)
{
	(void)alone; /* a writer always is */
	struct sqlite *s = of(d);
	int r;

	sqlite3_busy_timeout(s->q, (int)(mode == STORE_MIGRATE ? MIGRATE_WAIT_MS : wait_ms));
	if (mode == STORE_MIGRATE) /* tables may be made anew; commit looks at what they refer to */
		r = execute(s, "PRAGMA query_only = 0; PRAGMA foreign_keys = 0; BEGIN IMMEDIATE",
		            e);
	else if (mode == STORE_WRITE)
		r = execute(s,
		            d->mode == mode ? "BEGIN IMMEDIATE"
		                            : "PRAGMA query_only = 0; BEGIN IMMEDIATE",
		            e);
	else
		r = execute(s, d->mode == mode ? "BEGIN" : "PRAGMA query_only = 1; BEGIN", e);
	d->mode = mode;
	d->again = AGAIN_NO; /* whoever holds the lock had the whole wait to let go */
	return r;
}

static int check_references(struct sqlite *s, struct error *e)
{
	sqlite3_stmt *st = NULL;
	int code;

	if (prepare(s, "PRAGMA foreign_key_check", &st, e) < 0)
		return e->code;
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		error_set(e, ERR_CONFLICT, "a row of %s refers to none of %s",
		          (const char *)sqlite3_column_text(st, 0),
		          (const char *)sqlite3_column_text(st, 2));
	else if (code != SQLITE_DONE)
		refuse(s, e);
	sqlite3_finalize(st);
	return code == SQLITE_DONE ? 0 : e->code;
}

static void rollback(struct db *d)
{
	struct sqlite *s = of(d);

	if (!sqlite3_get_autocommit(s->q)) /* a full disk has rolled back by itself */
		sqlite3_exec(s->q, "ROLLBACK", NULL, NULL, NULL);
	if (d->mode == STORE_MIGRATE)
		sqlite3_exec(s->q, "PRAGMA foreign_keys = 1", NULL, NULL, NULL);
}

static int commit(struct db *d, struct error *e)
{
	struct sqlite *s = of(d);
	int r = d->mode == STORE_MIGRATE ? check_references(s, e) : 0;

	if (r >= 0)
		r = execute(s, "COMMIT", e);
	if (r >= 0 && d->mode == STORE_MIGRATE)
		r = execute(s, "PRAGMA foreign_keys = 1", e);
	return r;
}

/* --- open and close --- */

static void close_db(struct db *d)
{
	struct sqlite *s = of(d);

	prepared_clear(&s->kept, drop, NULL);
	sqlite3_close(s->q); /* the last one writes the log back and removes it */
	free(s->path);
	free(s);
}

/* The file is made here, for its owner alone: SQLite would ask the umask. Its log gets the same
 * mode. It is not opened: to close it would drop the locks that this process has on it
 * (sqlite.org/howtocorrupt.html, 2.2). */
static int make_file(const char *path, struct error *e)
{
	if (mknod(path, S_IFREG | 0600, 0) < 0 && errno != EEXIST)
		return error_errno(e, errno, "%s", path);
	return 0;
}

static int set_up(struct sqlite *s, struct error *e)
{
	sqlite3_stmt *st = NULL;
	char pragmas[320];
	bool wal;

	snprintf(pragmas, sizeof pragmas,
	         "PRAGMA synchronous = FULL; PRAGMA foreign_keys = 1; PRAGMA temp_store = MEMORY;"
	         "PRAGMA cache_size = -%d; PRAGMA mmap_size = %d; PRAGMA journal_size_limit = %d;"
	         "PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1",
	         CACHE_KIB, MMAP_BYTES, LOG_BYTES);
	if (prepare(s, "PRAGMA journal_mode = WAL", &st, e) < 0)
		return e->code;
	wal = sqlite3_step(st) == SQLITE_ROW &&
	      str_eq_nocase(str_c((const char *)sqlite3_column_text(st, 0)), STR("wal"));
	if (!wal && sqlite3_errcode(s->q) == SQLITE_ROW)
		error_set(e, ERR_UNSUPPORTED, "%s: no write-ahead log on this file system",
		          s->path);
	else if (!wal)
		refuse(s, e);
	sqlite3_finalize(st);
	return wal ? execute(s, pragmas, e) : e->code;
}

static int open_db(const struct place *p, struct db **out, struct error *e)
{
	struct sqlite *s = calloc(1, sizeof *s);
	int r = make_file(p->url, e);

	if (!s || r < 0) {
		free(s);
		return r < 0 ? r : error_set(e, ERR_SYSTEM, "no memory for a connection");
	}
	s->db.driver = &sqlite_driver;
	s->db.mode = STORE_WRITE; /* query_only is off */
	s->path = strdup(p->url);
	if (sqlite3_open_v2(p->url, &s->q,
	                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	                    NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(s->q, (int)p->wait_ms);
		r = set_up(s, e);
	} else {
		r = refuse(s, e);
	}
	if (r < 0)
		close_db(&s->db);
	else
		*out = &s->db;
	return r;
}

/* --- care --- */

static int sync_file(const char *path, struct error *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? error_errno(e, errno, "%s", path) : 0;
}

static int sync_folder(const char *path, struct error *e)
{
	str dir = str_dir(str_c(path));
	char name[4096];

	snprintf(name, sizeof name, "%.*s",
	         STR_FMT(dir.n            ? dir
	                 : path[0] == '/' ? STR("/")
	                                  : STR(".")));
	return sync_file(name, e);
}

static int copy_into(struct sqlite *s, const char *path, struct error *e)
{
	struct value v = V_C(path);
	sqlite3_stmt *st = NULL;
	int r = prepare(s, "VACUUM INTO $1", &st, e);

	if (r < 0)
		return r;
	r = bind(s, st, &v, 1, SQLITE_STATIC, e);
	if (r >= 0 && sqlite3_step(st) != SQLITE_DONE)
		r = refuse(s, e);
	sqlite3_finalize(st);
	return r;
}

/* Under a name of its own until it is whole and on the disk. */
static int backup(struct db *d, const char *path, struct error *e)
{
	struct sqlite *s = of(d);
	autofree char *part = NULL;
	int r;

	if (asprintf(&part, "%s.%ld.part", path, (long)getpid()) < 0)
		return error_set(e, ERR_SYSTEM, "no memory for a name");
	unlink(part);
	if (sqlite3_exec(s->q, "PRAGMA query_only = 0", NULL, NULL, NULL) != SQLITE_OK)
		return refuse(s, e);
	d->mode = STORE_WRITE;
	r = make_file(part, e);
	if (r >= 0)
		r = copy_into(s, part, e);
	if (r >= 0)
		r = sync_file(part, e);
	if (r >= 0 && rename(part, path) < 0)
		r = error_errno(e, errno, "%s", path);
	if (r >= 0)
		return sync_folder(path, e);
	unlink(part);
	return error_in(e, "backup");
}

static int verify(struct db *d, struct error *e)
{
	struct sqlite *s = of(d);
	sqlite3_stmt *st = NULL;
	str said;
	int r = prepare(s, "PRAGMA integrity_check(1)", &st, e);

	if (r < 0)
		return r;
	if (sqlite3_step(st) != SQLITE_ROW) {
		r = refuse(s, e);
	} else {
		said = str_c((const char *)sqlite3_column_text(st, 0));
		if (!str_eq(said, STR("ok")))
			r = error_set(e, ERR_SYSTEM,
			              "%s: the store is damaged (%.*s): restore a backup", s->path,
			              STR_FMT(said));
	}
	sqlite3_finalize(st);
	return r;
}

const struct driver sqlite_driver = {
	.is_sqlite = true,
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
