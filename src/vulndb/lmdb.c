/* The builder writes without sync and without a writable map: a full disk is then an error of a
 * write, never a SIGBUS. Only the finished copy is synced, by its caller. */
#include "vulndb/lmdb.h"
#include <errno.h>
#include <lmdb.h>
#include <sys/stat.h>

enum { MAP_GIB = 16 };

struct lmdb {
	MDB_env *env;
	MDB_dbi dbi[TABLE_COUNT];
	uint64_t bytes;
};

struct lmdb_txn {
	struct lmdb *db;
	MDB_txn *txn;
};

struct lmdb_walk {
	MDB_cursor *cursor;
};

static const char *const tables[TABLE_COUNT] = { "meta", "packages", "advisories", "aliases", "facts",
	                                         "delta" };

static int failed(struct error *e, int rc, const char *what)
{
	if (rc == EIO) /* what LMDB makes of a short write */
		return error_set(e, ERR_SYSTEM, "%s: the disk is full, or fails", what);
	if (rc > 0)
		return error_errno(e, rc, "%s", what);
	if (rc == MDB_MAP_FULL)
		return error_set(e, ERR_LIMIT, "%s: larger than %d GiB", what, MAP_GIB);
	return error_set(e, ERR_FORMAT, "%s: %s", what, mdb_strerror(rc));
}

static int open_tables(struct lmdb *db, unsigned flags, struct error *e)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(db->env, NULL, flags & MDB_CREATE ? 0 : MDB_RDONLY, &txn);
	if (rc)
		return failed(e, rc, "begin");
	for (int t = 0; t < TABLE_COUNT && !rc; t++)
		rc = mdb_dbi_open(txn, tables[t], flags, &db->dbi[t]);
	if (rc) {
		mdb_txn_abort(txn);
		return rc == MDB_NOTFOUND ? error_set(e, ERR_UNSUPPORTED,
		                                      "made by another version of this program: "
		                                      "run `plimsoll db update`")
		                          : failed(e, rc, "no advisory database");
	}
	rc = mdb_txn_commit(txn);
	return rc ? failed(e, rc, "commit") : 0;
}

/* A file that ends before its last page would end its reader with SIGBUS. */
static int check_size(struct lmdb *db, uint64_t file_bytes, struct error *e)
{
	MDB_envinfo info;
	MDB_stat stat;
	int rc = mdb_env_info(db->env, &info);
	rc = rc ? rc : mdb_env_stat(db->env, &stat);
	if (rc)
		return failed(e, rc, "stat");
	if (((uint64_t)info.me_last_pgno + 1) * stat.ms_psize > file_bytes)
		return error_set(e, ERR_FORMAT, "the file is cut off");
	db->bytes = file_bytes;
	return 0;
}

static int open_env(const char *path, unsigned flags, size_t map, struct lmdb **out,
                    struct error *e)
{
	struct lmdb *db = calloc(1, sizeof *db);
	if (!db)
		abort();
	int rc = mdb_env_create(&db->env);
	rc = rc ? rc : mdb_env_set_maxdbs(db->env, TABLE_COUNT);
	rc = rc ? rc : mdb_env_set_mapsize(db->env, map);
	rc = rc ? rc : mdb_env_open(db->env, path, flags | MDB_NOSUBDIR | MDB_NOLOCK, 0644);
	int r = rc ? failed(e, rc, "open") : 0;
	if (r == 0 && flags & MDB_RDONLY)
		r = check_size(db, map, e);
	if (r == 0)
		r = open_tables(db, flags & MDB_RDONLY ? 0 : MDB_CREATE, e);
	if (r < 0) {
		lmdb_close(db);
		return error_in(e, "%s", path);
	}
	*out = db;
	return 0;
}

int lmdb_open(const char *path, struct lmdb **out, struct error *e)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return error_errno(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size < 4096)
		return error_set(e, ERR_FORMAT, "%s: no advisory database", path);
	return open_env(path, MDB_RDONLY | MDB_NOTLS, (size_t)st.st_size, out, e);
}

int lmdb_create(const char *path, struct lmdb **out, struct error *e)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return error_errno(e, errno, "%s", path);
	return open_env(path, MDB_NOSYNC | MDB_NOMETASYNC, (size_t)MAP_GIB << 30, out, e);
}

void lmdb_close(struct lmdb *db)
{
	if (!db)
		return;
	if (db->env)
		mdb_env_close(db->env);
	free(db);
}

uint64_t lmdb_bytes(const struct lmdb *db)
{
	return db->bytes;
}

int lmdb_copy(struct lmdb *db, int fd, struct error *e)
{
	int rc = mdb_env_copyfd2(db->env, fd, MDB_CP_COMPACT);
	return rc ? failed(e, rc, "copy") : 0;
}

int lmdb_begin(struct lmdb *db, bool write, struct lmdb_txn **out, struct error *e)
{
	struct lmdb_txn *t = malloc(sizeof *t);
	if (!t)
		abort();
	t->db = db;
	int rc = mdb_txn_begin(db->env, NULL, write ? 0 : MDB_RDONLY, &t->txn);
	if (rc) {
		free(t);
		return failed(e, rc, "begin");
	}
	*out = t;
	return 0;
}

int lmdb_commit(struct lmdb_txn *t, struct error *e)
{
	int rc = mdb_txn_commit(t->txn);
	free(t);
	return rc ? failed(e, rc, "commit") : 0;
}

void lmdb_abort(struct lmdb_txn *t)
{
	if (!t)
		return;
	mdb_txn_abort(t->txn);
	free(t);
}

static MDB_val to_val(str s)
{
	return (MDB_val){ s.n, (void *)(uintptr_t)s.p };
}

static int found(int rc, const MDB_val *k, const MDB_val *v, str *key, str *value, struct error *e)
{
	if (rc == MDB_NOTFOUND)
		return 0;
	if (rc)
		return failed(e, rc, "read");
	if (k)
		*key = str_mem(k->mv_data, k->mv_size);
	*value = str_mem(v->mv_data, v->mv_size);
	return 1;
}

int lmdb_get(struct lmdb_txn *t, enum lmdb_table table, str key, str *value, struct error *e)
{
	MDB_val k = to_val(key), v;
	return found(mdb_get(t->txn, t->db->dbi[table], &k, &v), NULL, &v, NULL, value, e);
}

int lmdb_put(struct lmdb_txn *t, enum lmdb_table table, str key, str value, struct error *e)
{
	MDB_val k = to_val(key), v = to_val(value);
	int rc = mdb_put(t->txn, t->db->dbi[table], &k, &v, 0);
	return rc ? failed(e, rc, "write") : 0;
}

int lmdb_walk(struct lmdb_txn *t, enum lmdb_table table, struct lmdb_walk **out, struct error *e)
{
	struct lmdb_walk *w = malloc(sizeof *w);
	if (!w)
		abort();
	int rc = mdb_cursor_open(t->txn, t->db->dbi[table], &w->cursor);
	if (rc) {
		free(w);
		return failed(e, rc, "walk");
	}
	*out = w;
	return 0;
}

void lmdb_walk_free(struct lmdb_walk *w)
{
	if (!w)
		return;
	mdb_cursor_close(w->cursor);
	free(w);
}

int lmdb_seek(struct lmdb_walk *w, str from, str *key, str *value, struct error *e)
{
	MDB_val k = to_val(from), v;
	int rc = mdb_cursor_get(w->cursor, &k, &v, from.n ? MDB_SET_RANGE : MDB_FIRST);
	return found(rc, &k, &v, key, value, e);
}

int lmdb_next(struct lmdb_walk *w, str *key, str *value, struct error *e)
{
	MDB_val k, v;
	int rc = mdb_cursor_get(w->cursor, &k, &v, MDB_NEXT);
	return found(rc, &k, &v, key, value, e);
}

int lmdb_remove(struct lmdb_walk *w, struct error *e)
{
	int rc = mdb_cursor_del(w->cursor, 0);
	return rc ? failed(e, rc, "remove") : 0;
}
