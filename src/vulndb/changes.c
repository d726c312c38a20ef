#include "vulndb/changes.h"
#include "base/digest.h"

struct side {
	struct lmdb_walk *w;
	str key, value;
	int r;
};

static void note(struct changes *c, struct arena *a, enum lmdb_table table, str key, uint64_t *n)
{
	char name[LMDB_KEY_BYTES];
	str changed = shelf_change_of(table, key, name);
	if (c->list.n && str_eq(changed, c->list.v[c->list.n - 1]))
		return;
	++*n;
	if (c->list.n >= CHANGES_MAX || !vec_add(a, &c->list, arena_str(a, changed)))
		c->whole = true;
}

static void step(struct side *s, struct error *e)
{
	s->r = lmdb_next(s->w, &s->key, &s->value, e);
}

static int compare(struct changes *c, struct lmdb_txn *old, struct lmdb_txn *now,
                   enum lmdb_table table, struct arena *keys, uint64_t *n, struct error *e)
{
	struct side a = { 0 }, b = { 0 };
	struct lmdb_walk *x cleanup(lmdb_walk_cleanup) = NULL, *y cleanup(lmdb_walk_cleanup) = NULL;
	int r = lmdb_walk(old, table, &x, e);
	r = r < 0 ? r : lmdb_walk(now, table, &y, e);
	if (r < 0)
		return r;
	a = (struct side){ .w = x };
	b = (struct side){ .w = y };
	a.r = lmdb_seek(x, (str){ 0 }, &a.key, &a.value, e);
	b.r = lmdb_seek(y, (str){ 0 }, &b.key, &b.value, e);
	while ((a.r == 1 || b.r == 1) && a.r >= 0 && b.r >= 0 && !c->whole) {
		int order = a.r != 1 ? 1 : b.r != 1 ? -1 : str_cmp(a.key, b.key);
		if (order != 0 || !str_eq(a.value, b.value))
			note(c, keys, table, order <= 0 ? a.key : b.key, n);
		if (order <= 0)
			step(&a, e);
		if (order >= 0)
			step(&b, e);
	}
	return a.r < 0 ? a.r : b.r < 0 ? b.r : 0;
}

static int order_keys(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

int changes_find(struct lmdb_txn *old, struct lmdb_txn *now, struct arena *a, struct changes *out,
                 struct error *e)
{
	*out = (struct changes){ 0 };
	int r = compare(out, old, now, TABLE_ADVISORIES, a, &out->advisories, e);
	r = r < 0 ? r : compare(out, old, now, TABLE_PACKAGES, a, &out->packages, e);
	if (out->whole)
		*out = (struct changes){ .whole = true };
	if (out->list.n) /* the rows' order is that of whole keys, not of their heads */
		qsort(out->list.v, out->list.n, sizeof *out->list.v, order_keys);
	size_t kept = 0;
	for (size_t i = 0; i < out->list.n; i++)
		if (!kept || !str_eq(out->list.v[i], out->list.v[kept - 1]))
			out->list.v[kept++] = out->list.v[i];
	out->list.n = kept;
	return r;
}

static void add_piece(struct digester *d, str s)
{
	uint8_t n[8];
	for (int i = 0; i < 8; i++)
		n[i] = (uint8_t)((uint64_t)s.n >> 8 * i);
	digester_add(d, n, sizeof n);
	digester_add(d, s.p, s.n);
}

static int add_table(struct digester *d, struct lmdb_txn *t, enum lmdb_table table, struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value;
	int r = lmdb_walk(t, table, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, e); r == 1;
	     r = lmdb_next(w, &key, &value, e)) {
		add_piece(d, key);
		add_piece(d, value);
	}
	add_piece(d, (str){ 0 });
	return r;
}

int changes_state(struct lmdb_txn *t, struct arena *a, str *out, struct error *e)
{
	static const enum lmdb_table tables[] = { TABLE_PACKAGES, TABLE_ADVISORIES, TABLE_ALIASES,
		                                  TABLE_FACTS };
	struct digester *d = digester_new();
	struct digest sum;
	char text[DIGEST_TEXT_BYTES];
	int r = 0;
	for (size_t i = 0; i < LEN(tables) && r == 0; i++)
		r = add_table(d, t, tables[i], e);
	digester_end(d, &sum);
	digester_free(d);
	*out = arena_str(a, str_from(str_c(digest_text(&sum, text)), 7));
	return r;
}
