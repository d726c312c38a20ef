#include "vulndb/builder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	COMMIT_BYTES = 4 << 20, /* of values; keeps LMDB's changed pages below about 100 MB */
	COMMIT_ROWS = 8000,
	DELTA_ROWS_MAX = 200000, /* more than that: all is new */
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

struct delta {
	struct builder *b;
	struct arena keys; /* noted after the walk: one table at a time is walked */
	VEC(str) list;
	str last; /* the key that was noted last */
	uint64_t n;
	bool whole;
};

/* 'p' ecosystem 0 name, or 'a' id: the row's key without its last pieces */
static void note(struct delta *d, enum lmdb_table table, str key)
{
	shelf_feed_of(key, &key);
	if (table == TABLE_PACKAGES)
		shelf_feed_of(key, &key);
	str named = arena_concat(&d->keys, table == TABLE_PACKAGES ? STR("p") : STR("a"), key);
	if (str_eq(named, d->last))
		return;
	d->last = named;
	d->n++;
	if (d->list.n >= DELTA_ROWS_MAX || !vec_add(&d->keys, &d->list, named))
		d->whole = true;
}

struct side {
	struct lmdb_walk *w;
	str key, value;
	int r;
};

static void step(struct side *s, struct error *e)
{
	s->r = lmdb_next(s->w, &s->key, &s->value, e);
}

static int compare(struct delta *d, struct lmdb_txn *old, enum lmdb_table table, struct error *e)
{
	struct side a = { 0 }, b = { 0 };
	struct lmdb_walk *x cleanup(lmdb_walk_cleanup) = NULL, *y cleanup(lmdb_walk_cleanup) = NULL;
	int r = lmdb_walk(old, table, &x, e);
	r = r < 0 ? r : lmdb_walk(d->b->txn, table, &y, e);
	if (r < 0)
		return r;
	a = (struct side){ .w = x };
	b = (struct side){ .w = y };
	a.r = lmdb_seek(x, (str){ 0 }, &a.key, &a.value, e);
	b.r = lmdb_seek(y, (str){ 0 }, &b.key, &b.value, e);
	while ((a.r == 1 || b.r == 1) && a.r >= 0 && b.r >= 0 && !d->whole) {
		int order = a.r != 1 ? 1 : b.r != 1 ? -1 : str_cmp(a.key, b.key);
		if (order != 0 || !str_eq(a.value, b.value))
			note(d, table, order <= 0 ? a.key : b.key);
		if (order <= 0)
			step(&a, e);
		if (order >= 0)
			step(&b, e);
	}
	return a.r < 0 ? a.r : b.r < 0 ? b.r : 0;
}

static int compare_all(struct delta *d, struct lmdb *old, uint64_t *packages, uint64_t *advisories,
                       struct error *e)
{
	struct lmdb_txn *from cleanup(lmdb_abort_p) = NULL;
	int r = lmdb_begin(old, false, &from, e);
	r = r < 0 ? r : compare(d, from, TABLE_PACKAGES, e);
	*packages = d->n;
	r = r < 0 ? r : compare(d, from, TABLE_ADVISORIES, e);
	*advisories = d->n - *packages;
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

int builder_finish(struct builder *b, struct lmdb *old, struct shelf_head *head,
                   uint64_t *changed_packages, uint64_t *changed_advisories, struct error *e)
{
	struct delta d = { .b = b, .keys = ARENA(128 << 20), .whole = !old };
	int r = count_packages(b, &head->packages, e);
	*changed_packages = *changed_advisories = 0;
	if (r == 0 && old)
		r = compare_all(&d, old, changed_packages, changed_advisories, e);
	for (size_t i = 0; r == 0 && !d.whole && i < d.list.n; i++) {
		r = lmdb_put(b->txn, TABLE_DELTA, d.list.v[i], (str){ 0 }, e);
		r = r < 0 ? r : count(b, 1, d.list.v[i].n, e);
	}
	if (d.whole)
		*changed_packages = *changed_advisories = 0;
	head->whole = d.whole;
	arena_done(&d.keys);
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
