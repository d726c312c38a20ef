/* Rows that another database wrote: each is read as its reader would, then kept byte for byte. */
#include "vulndb/facts.h"
#include "vulndb/shelf.h"
#include "vulndb/trackers.h"

enum { ROW_ARENA_BYTES = 128 << 20 };

static int malformed(struct error *e, const char *what)
{
	return error_set(e, ERR_FORMAT, "a malformed row: %s", what);
}

/* n pieces, none empty, parted by single NULs */
static bool has_pieces(str key, size_t n)
{
	str piece;
	size_t found = 0;
	if (!key.n || key.n >= LMDB_KEY_BYTES || !key.p[key.n - 1])
		return false;
	while (str_split(&key, 0, &piece)) {
		if (!piece.n)
			return false;
		found++;
	}
	return found == n;
}

static int put_package(struct lmdb_txn *t, str key, str value, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(ROW_ARENA_BYTES);
	struct cursor c = CURSOR("row", value.p, value.n);
	if (!has_pieces(key, 4) || !value.n)
		return malformed(e, "of a package");
	while (cur_left(&c)) {
		struct affected f = { 0 };
		int r = record_get_body(&c, &a, &f, e);
		if (r < 0)
			return r;
	}
	return lmdb_put(t, TABLE_PACKAGES, key, value, e);
}

static int put_aliases(struct lmdb_txn *t, const struct advisory *head, str feed, const str *v,
                       size_t n, str mark, struct error *e)
{
	struct buf key cleanup(buf_done) = BUF(LMDB_KEY_BYTES);
	int r = 0;
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!v[i].n || v[i].n > RECORD_ID_BYTES)
			continue;
		buf_clear(&key);
		buf_add(&key, v[i]);
		buf_addc(&key, 0);
		buf_add(&key, head->id);
		buf_addc(&key, 0);
		buf_add(&key, feed);
		r = key.failed ? malformed(e, "a long name")
		               : lmdb_put(t, TABLE_ALIASES, buf_view(&key), mark, e);
	}
	return r;
}

static int put_advisory(struct lmdb_txn *t, str key, str value, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(ROW_ARENA_BYTES);
	struct advisory head, named = { 0 };
	struct cursor rest;
	size_t at = str_chr(key, 0);
	str feed = str_from(key, at + 1);
	if (!has_pieces(key, 2))
		return malformed(e, "of an advisory");
	int r = shelf_get_head(value, &a, &head, &rest, e);
	r = r < 0 ? r : shelf_get_names(&rest, &a, &named, e);
	if (r == 0 && (!str_eq(head.id, str_upto(key, at)) || head.id.n > RECORD_ID_BYTES))
		r = malformed(e, "an advisory under another name");
	r = r < 0 ? r : put_aliases(t, &head, feed, head.aliases.v, head.aliases.n, STR("a"), e);
	r = r < 0 ? r : put_aliases(t, &head, feed, head.covers.v, head.covers.n, STR("c"), e);
	return r < 0 ? r : lmdb_put(t, TABLE_ADVISORIES, key, value, e);
}

static int put_fact(struct lmdb_txn *t, str key, str value, struct error *e)
{
	if (!has_pieces(key, 2) || !facts_check(str_upto(key, str_chr(key, 0)), value))
		return malformed(e, "of a fact");
	return lmdb_put(t, TABLE_FACTS, key, value, e);
}

static int put_source(struct lmdb_txn *t, str key, str value, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct shelf_source s = { 0 };
	if (!has_pieces(key, 2))
		return malformed(e, "of a source");
	int r = shelf_read_source(value, &a, &s, e);
	return r < 0 ? r : shelf_put_source(t, &s, e);
}

int shelf_put_row(struct lmdb_txn *t, enum lmdb_table table, str key, str value, struct error *e)
{
	switch (table) {
	case TABLE_PACKAGES:
		return put_package(t, key, value, e);
	case TABLE_ADVISORIES:
		return put_advisory(t, key, value, e);
	case TABLE_FACTS:
		return put_fact(t, key, value, e);
	case TABLE_META:
		return put_source(t, key, value, e);
	case TABLE_ALIASES:
	case TABLE_DELTA:
	case TABLE_COUNT:
		break;
	}
	return malformed(e, "of a table that is not carried");
}

str shelf_change_of(enum lmdb_table table, str key, char out[LMDB_KEY_BYTES])
{
	if (table != TABLE_PACKAGES && table != TABLE_ADVISORIES)
		return (str){ 0 };
	shelf_feed_of(key, &key);
	if (table == TABLE_PACKAGES)
		shelf_feed_of(key, &key);
	key = str_upto(key, LMDB_KEY_BYTES - 2);
	out[0] = table == TABLE_PACKAGES ? 'p' : 'a';
	if (key.n)
		memcpy(out + 1, key.p, key.n);
	return str_mem(out, key.n + 1);
}
