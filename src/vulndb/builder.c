#include "vulndb/builder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

enum {
	COMMIT_BYTES = 4 << 20, /* of values; keeps LMDB's changed pages below about 100 MB */
	COMMIT_ROWS = 8000,
	VALUE_BYTES = 64 << 20,
};

struct builder {
	char *path;
	struct lmdb *db;
	struct lmdb_txn *txn;
	struct packer *packer;
	struct buf scratch;
	size_t rows, bytes; /* since the last commit */
};

int builder_open(const char *path, struct builder **out, struct error *e)
{
	struct builder *b = calloc(1, sizeof *b);
	if (!b || !(b->path = strdup(path)))
		abort();
	b->scratch = BUF(VALUE_BYTES);
	b->packer = packer_new();
	int r = lmdb_create(path, &b->db, e);
	r = r < 0 ? r : lmdb_begin(b->db, true, &b->txn, e);
	if (r < 0) {
		builder_free(b);
		return r;
	}
	*out = b;
	return 0;
}

void builder_free(struct builder *b)
{
	if (!b)
		return;
	lmdb_abort(b->txn);
	if (b->db)
		unlink(b->path);
	lmdb_close(b->db);
	packer_free(b->packer);
	buf_done(&b->scratch);
	free(b->path);
	free(b);
}

static int commit(struct builder *b, struct error *e)
{
	b->rows = b->bytes = 0;
	int r = lmdb_commit(take(b->txn), e);
	return r < 0 ? r : lmdb_begin(b->db, true, &b->txn, e);
}

static int count(struct builder *b, size_t rows, size_t bytes, struct error *e)
{
	b->rows += rows;
	b->bytes += bytes;
	return b->rows >= COMMIT_ROWS || b->bytes >= COMMIT_BYTES ? commit(b, e) : 0;
}

int builder_put(struct builder *b, str feed, const struct advisory *a, struct error *e)
{
	int r = shelf_put(b->txn, b->packer, feed, a, &b->scratch, e);
	return r < 0 ? r
	             : count(b, 1 + a->affected.n + a->aliases.n + a->covers.n,
	                     a->details.n + a->summary.n, e);
}

int builder_put_fact(struct builder *b, str feed, str key, str value, uint64_t *n, struct error *e)
{
	int r = shelf_put_fact(b->txn, feed, key, value, n, e);
	return r < 0 ? r : count(b, 1, value.n, e);
}

int builder_put_row(struct builder *b, enum lmdb_table table, str key, str value, struct error *e)
{
	int r = shelf_put_row(b->txn, table, key, value, e);
	return r < 0 ? r : count(b, 3, value.n, e);
}

int builder_put_source(struct builder *b, const struct shelf_source *s, struct error *e)
{
	return shelf_put_source(b->txn, s, e);
}

int builder_sources(struct builder *b, struct arena *a, struct shelf_sources *out, struct error *e)
{
	return shelf_read_sources(b->txn, a, out, e);
}

static const enum lmdb_table tables[] = { TABLE_PACKAGES, TABLE_ADVISORIES, TABLE_ALIASES,
	                                  TABLE_FACTS };

/* One transaction: what it changes is bounded by what one feed wrote. */
static int erase_from(struct builder *b, enum lmdb_table table, str feed, struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value, before;
	int r = lmdb_walk(b->txn, table, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, e); r == 1;
	     r = r < 0 ? r : lmdb_next(w, &key, &value, e))
		if (str_eq(shelf_feed_of(key, &before), feed))
			r = lmdb_remove(w, e) < 0 ? e->code : 1;
	return r;
}

int builder_erase(struct builder *b, str feed, struct error *e)
{
	int r = 0;
	for (size_t i = 0; i < LEN(tables) && r == 0; i++) {
		r = erase_from(b, tables[i], feed, e);
		r = r < 0 ? r : commit(b, e);
	}
	return r;
}

static bool is_one_of(str feed, const str *feeds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(feed, feeds[i]))
			return true;
	return false;
}

static int copy_table(struct builder *b, struct lmdb_txn *from, enum lmdb_table table,
                      const str *feeds, size_t n, struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value, before;
	int r = lmdb_walk(from, table, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, e); r == 1;
	     r = r < 0 ? r : lmdb_next(w, &key, &value, e)) {
		if (!is_one_of(shelf_feed_of(key, &before), feeds, n))
			continue;
		if (lmdb_put(b->txn, table, key, value, e) < 0 || count(b, 1, value.n, e) < 0)
			r = e->code;
	}
	return r;
}

int builder_take_over(struct builder *b, struct lmdb *old, const str *feeds, size_t n,
                      struct error *e)
{
	struct lmdb_txn *from cleanup(lmdb_abort_p) = NULL;
	int r = lmdb_begin(old, false, &from, e);
	for (size_t i = 0; i < LEN(tables) && r == 0; i++)
		r = copy_table(b, from, tables[i], feeds, n, e);
	return r;
}

static int count_packages(struct builder *b, uint64_t *out, struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	char last[LMDB_KEY_BYTES];
	size_t n = 0;
	str key, value;
	int r = lmdb_walk(b->txn, TABLE_PACKAGES, &w, e);
	*out = 0;
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, e); r == 1;
	     r = lmdb_next(w, &key, &value, e)) {
		shelf_feed_of(key, &key);
		shelf_feed_of(key, &key);
		if (str_eq(key, str_mem(last, n)))
			continue;
		++*out;
		n = MIN(key.n, sizeof last);
		memcpy(last, key.p, n);
	}
	return r;
}

/* The generation in which each key changed last. Older changes are kept as far back as the history
 * goes; when there are too many of them, they and the history are dropped. */
static int note_changes(struct builder *b, struct lmdb_txn *older, const struct changes *c,
                        const struct shelf_head *head, struct error *e)
{
	char number[16];
	struct buf value cleanup(buf_done) = BUF(sizeof number);
	record_put_uleb(&value, head->generation);
	int r = 0;
	for (size_t i = 0; r == 0 && i < c->list.n; i++) {
		r = lmdb_put(b->txn, TABLE_DELTA, c->list.v[i], buf_view(&value), e);
		r = r < 0 ? r : count(b, 1, c->list.v[i].n, e);
	}
	if (r < 0 || !older)
		return r;
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, before, now;
	r = lmdb_walk(older, TABLE_DELTA, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &before, e); r == 1;
	     r = r < 0 ? r : lmdb_next(w, &key, &before, e)) {
		int there = lmdb_get(b->txn, TABLE_DELTA, key, &now, e);
		if (there < 0 || (!there && lmdb_put(b->txn, TABLE_DELTA, key, before, e) < 0) ||
		    count(b, 1, key.n, e) < 0)
			r = e->code;
	}
	return r;
}

static uint64_t rows_of(struct lmdb_txn *t, enum lmdb_table table)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	struct error e;
	str key, value;
	uint64_t n = 0;
	if (lmdb_walk(t, table, &w, &e) < 0)
		return 0;
	for (int r = lmdb_seek(w, (str){ 0 }, &key, &value, &e); r == 1;
	     r = lmdb_next(w, &key, &value, &e))
		n++;
	return n;
}

/* What the delta reaches back to: the last generation, and those that it knew */
static void remember(const struct shelf_head *last, bool older, struct arena *a,
                     struct shelf_head *head)
{
	size_t from = last->history.n >= SHELF_HISTORY_MAX ? 1 : 0;
	for (size_t i = from; older && i < last->history.n; i++)
		vec_add(a, &head->history, last->history.v[i]);
	vec_add(a, &head->history, ((struct shelf_moment){ last->generation, last->state }));
}

int builder_finish(struct builder *b, struct lmdb *old, const struct shelf_head *last,
                   struct arena *a, struct shelf_head *head, struct changes *out, struct error *e)
{
	struct lmdb_txn *from cleanup(lmdb_abort_p) = NULL;
	int r = count_packages(b, &head->packages, e);
	*out = (struct changes){ .whole = !old };
	r = r < 0 ? r : changes_state(b->txn, a, &head->state, e);
	if (r == 0 && old)
		r = lmdb_begin(old, false, &from, e);
	if (r == 0 && old)
		r = changes_find(from, b->txn, a, out, e);
	if (r < 0)
		return r;
	head->whole = out->whole;
	if (!head->lineage.n)
		head->lineage = last ? last->lineage : head->state;
	bool older = false, follows = last && !out->whole && str_eq(last->lineage, head->lineage);
	if (follows) {
		older = rows_of(from, TABLE_DELTA) + out->list.n <= CHANGES_MAX;
		remember(last, older, a, head);
	}
	r = note_changes(b, older ? from : NULL, out, head, e);
	if (r == 0 && a->failed)
		r = error_set(e, ERR_LIMIT, "too many changes");
	r = r < 0 ? r : shelf_put_head(b->txn, head, e);
	return r < 0 ? r : commit(b, e);
}

int builder_install(struct builder *b, const char *path, uint64_t *bytes, struct error *e)
{
	struct stat st = { 0 };
	char fresh[4096], folder[4096];
	snprintf(fresh, sizeof fresh, "%s.new", path);
	str dir = str_dir(str_c(path));
	snprintf(folder, sizeof folder, "%.*s",
	         STR_FMT(dir.n            ? dir
	                 : path[0] == '/' ? STR("/")
	                                  : STR(".")));
	autoclose int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(e, errno, "%s", fresh);
	lmdb_abort(take(b->txn)); /* nothing is open in it: the copy sees the last commit */
	int r = lmdb_copy(b->db, fd, e);
	if (r == 0 && (fsync(fd) < 0 || fstat(fd, &st) < 0 || rename(fresh, path) < 0))
		r = error_errno(e, errno, "%s", fresh);
	if (r < 0) {
		unlink(fresh);
		return r;
	}
	*bytes = (uint64_t)st.st_size;
	autoclose int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir_fd < 0 || fsync(dir_fd) < 0 ? error_errno(e, errno, "%s", folder) : 0;
}

int builder_lock(const char *db_path, int *out, struct error *e)
{
	char path[4096];
	snprintf(path, sizeof path, "%s.lock", db_path);
	autoclose int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(e, errno, "%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(e, ERR_DENIED, "%s: another update is running", path);
	*out = take_fd(&fd);
	return 0;
}
