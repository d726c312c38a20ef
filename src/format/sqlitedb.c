/* SQLite over a spool. The rows are walked by number only and each blob is read piece by piece
 * through the incremental interface, so that one broken row, or one that is too large, costs that
 * row alone. */
#include "format/sqlitedb.h"
#include "base/buf.h"
#include <assert.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

enum {
	HEAP_BYTES = 24 << 20,   /* SQLite's own: pages, schema, statements */
	BUDGET_STEPS = 10000000, /* of its virtual machine, for a whole database: about 1 s */
	PROGRESS_STEPS = 1000,   /* how often that is looked at */
	CACHE_KIB = 2048,
	SQL_BYTES = 256,
	VFS_NAME_BYTES = 40,
	PAGE_SIZE_AT = 16, /* big-endian, 1 for 65,536 */
	ROW_BYTES_MIN = 3, /* of a row in the file, at the least: size, number, header */
};

struct sqlitedb {
	struct blobs blobs;
	struct spool *from;
	sqlite3_vfs vfs;
	char vfs_name[VFS_NAME_BYTES];
	sqlite3 *db;
	sqlite3_stmt *rows;
	sqlite3_blob *column_blob;
	const char *table, *column;
	struct buf value;
	uint64_t seen_bytes; /* no more than the file has, or rows are given twice */
	uint64_t steps;
	struct error read_error; /* of the spool, where that failed below SQLite */
};

/* --- the file system with one file --- */

struct spool_file {
	sqlite3_file file; /* first */
	struct sqlitedb *owner;
};

static int file_close(sqlite3_file *f)
{
	(void)f;
	return SQLITE_OK;
}

static int file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 offset)
{
	struct sqlitedb *s = ((struct spool_file *)f)->owner;
	uint64_t size = spool_size(s->from), left;

	if (n < 0 || offset < 0)
		return SQLITE_IOERR_READ;
	left = (uint64_t)offset < size ? size - (uint64_t)offset : 0;
	if (left < (uint64_t)n) { /* SQLite wants zeroes past the end */
		memset((char *)p + left, 0, (size_t)((uint64_t)n - left));
		if (left &&
		    spool_read(s->from, (uint64_t)offset, p, (size_t)left, &s->read_error) < 0)
			return SQLITE_IOERR_READ;
		return SQLITE_IOERR_SHORT_READ;
	}
	return spool_read(s->from, (uint64_t)offset, p, (size_t)n, &s->read_error) < 0
	               ? SQLITE_IOERR_READ
	               : SQLITE_OK;
}

static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 offset)
{
	(void)f, (void)p, (void)n, (void)offset;
	return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	(void)f, (void)size;
	return SQLITE_READONLY;
}

static int file_sync(sqlite3_file *f, int flags)
{
	(void)f, (void)flags;
	return SQLITE_OK;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *out)
{
	uint64_t size = spool_size(((struct spool_file *)f)->owner->from);
	*out = (sqlite3_int64)MIN(size, (uint64_t)INT64_MAX);
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *f, int level)
{
	(void)f, (void)level;
	return SQLITE_OK;
}

static int file_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
	(void)f, (void)op, (void)arg;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *f)
{
	(void)f;
	return 0; /* SQLite takes its default */
}

/* Immutable: no locks, no look for a journal, and write-ahead mode is read without its log. */
static int file_character(sqlite3_file *f)
{
	(void)f;
	return SQLITE_IOCAP_IMMUTABLE;
}

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *flags_out)
{
	static const sqlite3_io_methods methods = {
		.iVersion = 1,
		.xClose = file_close,
		.xRead = file_read,
		.xWrite = file_write,
		.xTruncate = file_truncate,
		.xSync = file_sync,
		.xFileSize = file_size,
		.xLock = file_lock,
		.xUnlock = file_lock,
		.xCheckReservedLock = file_reserved,
		.xFileControl = file_control,
		.xSectorSize = file_sector,
		.xDeviceCharacteristics = file_character,
	};
	struct spool_file *file = (struct spool_file *)f;

	(void)name;
	file->file.pMethods = NULL;
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN; /* journals, temporary files */
	file->file.pMethods = &methods;
	file->owner = v->pAppData;
	if (flags_out)
		*flags_out = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *v, const char *name, int sync)
{
	(void)v, (void)name, (void)sync;
	return SQLITE_IOERR_DELETE;
}

static int vfs_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v, (void)name, (void)flags;
	*out = 0; /* there is no other file */
	return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *v, const char *name, int room, char *out)
{
	(void)v;
	sqlite3_snprintf(room, out, "%s", name);
	return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *v, int n, char *out)
{
	(void)v;
	memset(out, 0, (size_t)MAX(n, 0)); /* names temporary files only, and there are none */
	return n;
}

static int vfs_sleep(sqlite3_vfs *v, int microseconds)
{
	(void)v, (void)microseconds;
	return 0;
}

static int vfs_time(sqlite3_vfs *v, double *out)
{
	(void)v;
	*out = 2440587.5; /* 1970 as a Julian day */
	return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *v, int n, char *out)
{
	(void)v, (void)n, (void)out;
	return 0;
}

static int add_vfs(struct sqlitedb *s)
{
	snprintf(s->vfs_name, sizeof s->vfs_name, "spool-%p", (void *)s);
	s->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = sizeof(struct spool_file),
		.mxPathname = 64,
		.zName = s->vfs_name,
		.pAppData = s,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_path,
		.xRandomness = vfs_randomness,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_last_error,
	};
	return sqlite3_vfs_register(&s->vfs, 0);
}

/* --- limits --- */

static int over_budget(void *arg)
{
	struct sqlitedb *s = arg;
	s->steps += PROGRESS_STEPS;
	return s->steps > BUDGET_STEPS;
}

/* What our own two statements need, and nothing that a schema could bring along. */
static int authorize(void *arg, int action, const char *what, const char *column,
                     const char *database, const char *trigger)
{
	const struct sqlitedb *s = arg;

	(void)column, (void)database;
	if (action == SQLITE_SELECT && !trigger)
		return SQLITE_OK;
	if (action == SQLITE_READ && !trigger && what &&
	    (!sqlite3_stricmp(what, s->table) || !sqlite3_stricmp(what, "sqlite_master") ||
	     !sqlite3_stricmp(what, "sqlite_schema")))
		return SQLITE_OK;
	return SQLITE_DENY;
}

static void set_limits(struct sqlitedb *s)
{
	static const struct {
		int id, value;
	} switches[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
	}, limits[] = {
		{ SQLITE_LIMIT_SQL_LENGTH, 1 << 16 },
		{ SQLITE_LIMIT_COLUMN, 64 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 32 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 2 },
		{ SQLITE_LIMIT_VDBE_OP, 5000 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 8 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 4 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};

	for (size_t i = 0; i < LEN(switches); i++)
		sqlite3_db_config(s->db, switches[i].id, switches[i].value, NULL);
	for (size_t i = 0; i < LEN(limits); i++)
		sqlite3_limit(s->db, limits[i].id, limits[i].value);
	sqlite3_progress_handler(s->db, PROGRESS_STEPS, over_budget, s);
}

/* --- opening --- */

/* SQLite's last failure as ours; a failure of the spool below it goes up as it is. */
static int fail(struct sqlitedb *s, int code, struct error *e)
{
	int primary = code & 0xff;

	if (s->read_error.code) {
		*e = s->read_error;
		return e->code;
	}
	if (primary == SQLITE_NOMEM || primary == SQLITE_INTERRUPT || primary == SQLITE_TOOBIG)
		return error_set(e, ERR_LIMIT, "SQLite: %s",
		                 primary == SQLITE_INTERRUPT ? "too many steps"
		                                             : sqlite3_errstr(primary));
	return error_set(e, ERR_FORMAT, "SQLite: %s",
	                 s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code));
}

static int run(struct sqlitedb *s, const char *sql, struct error *e)
{
	int code = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? 0 : fail(s, code, e);
}

static int prepare(struct sqlitedb *s, sqlite3_stmt **out, struct error *e, const char *fmt)
{
	char sql[SQL_BYTES];
	int code;

	sqlite3_snprintf(sizeof sql, sql, fmt, s->table);
	code = sqlite3_prepare_v2(s->db, sql, -1, out, NULL);
	return code == SQLITE_OK ? 0 : fail(s, code, e);
}

/* SQLite takes what a cut file lacks of its last page for zeroes, which would be a record's end. */
static int check_size(struct sqlitedb *s, struct error *e)
{
	unsigned char head[PAGE_SIZE_AT + 2];
	uint32_t page;
	int r = spool_read(s->from, 0, head, sizeof head, e);

	if (r < 0)
		return r;
	page = (uint32_t)head[PAGE_SIZE_AT] << 8 | head[PAGE_SIZE_AT + 1];
	page = page == 1 ? 65536 : page;
	if (!page || spool_size(s->from) % page)
		return error_set(e, ERR_FORMAT,
		                 "cut short: %" PRIu64 " bytes are not whole pages of %" PRIu32,
		                 spool_size(s->from), page);
	return 0;
}

/* A view or virtual table under the name would be a program of the file's maker. */
static int find_table(struct sqlitedb *s, struct error *e)
{
	sqlite3_stmt *found = NULL;
	int code, r = prepare(s, &found, e,
	                      "SELECT 1 FROM sqlite_master WHERE name = %Q AND type = 'table'"
	                      " AND rootpage > 0");

	if (r < 0)
		return r;
	code = sqlite3_step(found);
	if (code == SQLITE_DONE)
		r = error_set(e, ERR_FORMAT, "the database has no table %s", s->table);
	else if (code != SQLITE_ROW)
		r = fail(s, code, e);
	sqlite3_finalize(found);
	return r;
}

static int open_database(struct sqlitedb *s, struct error *e)
{
	char pragmas[SQL_BYTES];
	int code, r = check_size(s, e);

	if (r < 0)
		return r;
	if ((code = sqlite3_initialize()) != SQLITE_OK || (code = add_vfs(s)) != SQLITE_OK)
		return fail(s, code, e);
	sqlite3_hard_heap_limit64(HEAP_BYTES);
	code = sqlite3_open_v2(
	        "spool", &s->db,
	        SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, s->vfs_name);
	if (code != SQLITE_OK)
		return fail(s, code, e);
	set_limits(s);
	sqlite3_snprintf(
	        sizeof pragmas, pragmas,
	        "PRAGMA temp_store = memory; PRAGMA mmap_size = 0; PRAGMA cell_size_check = on;"
	        "PRAGMA cache_size = -%d; PRAGMA query_only = on",
	        CACHE_KIB);
	if ((r = run(s, pragmas, e)) < 0)
		return r;
	sqlite3_set_authorizer(s->db, authorize, s);
	if ((r = find_table(s, e)) < 0)
		return r;
	return prepare(s, &s->rows, e, "SELECT _rowid_ FROM \"%w\" NOT INDEXED ORDER BY _rowid_");
}

/* --- records --- */

static int open_value(struct sqlitedb *s, sqlite3_int64 row, struct error *e)
{
	int code;

	if (s->column_blob)
		code = sqlite3_blob_reopen(s->column_blob, row);
	else
		code = sqlite3_blob_open(s->db, "main", s->table, s->column, row, 0,
		                         &s->column_blob);
	if (code == SQLITE_OK)
		return 0;
	code = fail(s, code, e);
	sqlite3_blob_close(s->column_blob); /* it would give its failure again */
	s->column_blob = NULL;
	return code;
}

static int read_value(struct sqlitedb *s, sqlite3_int64 row, str *bytes, struct error *e)
{
	int n, code, r = open_value(s, row, e);
	char *p;

	if (r < 0)
		return r;
	n = sqlite3_blob_bytes(s->column_blob);
	if ((uint64_t)n > spool_size(s->from))
		return error_set(e, ERR_FORMAT, "a record of %d bytes in a file of %" PRIu64, n,
		                 spool_size(s->from));
	buf_clear(&s->value);
	p = buf_room(&s->value, (size_t)n);
	if (!p)
		return error_set(e, ERR_LIMIT, "a record of %d bytes", n);
	s->seen_bytes += (uint64_t)n;
	code = n ? sqlite3_blob_read(s->column_blob, p, n, 0) : SQLITE_OK;
	if (code != SQLITE_OK)
		return fail(s, code, e);
	buf_grown(&s->value, (size_t)n);
	*bytes = buf_view(&s->value);
	return 0;
}

static int next(struct blobs *b, struct blob *out, struct error *e)
{
	struct sqlitedb *s = (struct sqlitedb *)b;
	int code = sqlite3_step(s->rows), r;
	sqlite3_int64 row;

	if (code == SQLITE_DONE)
		return 0;
	if (code != SQLITE_ROW)
		return fail(s, code, e);
	row = sqlite3_column_int64(s->rows, 0);
	out->key = row > 0 ? (uint64_t)row : 0;
	r = read_value(s, row, &out->bytes, e);
	s->seen_bytes += ROW_BYTES_MIN;
	if (s->seen_bytes > spool_size(s->from))
		return error_set(e, ERR_FORMAT,
		                 "the database gives more than its %" PRIu64 " bytes",
		                 spool_size(s->from));
	if (r < 0 && r != ERR_FORMAT && (r != ERR_LIMIT || s->steps > BUDGET_STEPS))
		return r;
	out->damaged = r < 0;
	return 1;
}

static void release(struct blobs *b)
{
	struct sqlitedb *s = (struct sqlitedb *)b;
	sqlite3_blob_close(s->column_blob);
	sqlite3_finalize(s->rows);
	sqlite3_close(s->db);
	sqlite3_vfs_unregister(&s->vfs);
	buf_done(&s->value);
	free(s);
}

int sqlitedb_open(struct spool *from, const char *table, const char *column, size_t max_bytes,
                  struct blobs **out, struct error *e)
{
	static const struct blobs_ops ops = { .next = next, .free = release };
	struct sqlitedb *s = malloc(sizeof *s);
	int r;

	assert(s);
	*s = (struct sqlitedb){ .blobs.ops = &ops,
		                .from = from,
		                .table = table,
		                .column = column,
		                .value = BUF(max_bytes) };
	r = open_database(s, e);
	if (r < 0)
		release(&s->blobs);
	else
		*out = &s->blobs;
	return r;
}
