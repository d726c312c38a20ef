#include "vulndb/lookup.h"
#include "vulndb/database.h"
#include "vulndb/names.h"
#include "vulndb/trackers.h"

enum { SCRATCH_BYTES = 256 << 20, IDS_MAX = 10000, ECOSYSTEMS_MAX = 1000 };

typedef VEC(str) strings;

struct searching {
	struct look look;
	struct arena ids;     /* lives through the search */
	struct arena scratch; /* one row */
	lookup_each *each;
	void *ctx;
	struct error *e;
	int found;
};

static int take_bodies(struct searching *s, str ecosystem, str name, str value,
                       struct advisory *into)
{
	struct cursor c = CURSOR("advisory database", value.p, value.n);
	while (cur_left(&c)) {
		struct affected f = { .ecosystem = ecosystem, .name = name };
		int r = record_get_body(&c, &s->scratch, &f, s->e);
		if (r < 0)
			return r;
		vec_add(&s->scratch, &into->affected, f);
	}
	return 0;
}

/* The row of one package in this advisory */
static int take_package(struct searching *s, str feed, str ecosystem, str name,
                        struct advisory *into)
{
	char key[LMDB_KEY_BYTES];
	struct buf b cleanup(buf_done) = BUF(LMDB_KEY_BYTES);
	str value;
	buf_add(&b, shelf_package_prefix(key, ecosystem, name));
	buf_add(&b, into->id);
	buf_addc(&b, 0);
	buf_add(&b, feed);
	int r = lmdb_get(s->look.txn, TABLE_PACKAGES, buf_view(&b), &value, s->e);
	return r <= 0 ? r : take_bodies(s, ecosystem, name, value, into);
}

static int give(struct searching *s, str feed, const struct advisory *a)
{
	str newest = { 0 }, value;
	int r = tracker_of(feed)
	                ? 0
	                : shelf_newest(s->look.advisories, a->id, a->origin, &newest, &value, s->e);
	struct lookup_row row = { .feed = feed,
		                  .advisory = a,
		                  .superseded = r == 1 && !str_eq(newest, feed) };
	s->found++;
	return r < 0 ? r : s->each(s->ctx, &row, s->e);
}

/* One copy of an advisory: all of its packages, or only one. */
static int take_copy(struct searching *s, str feed, str value, str ecosystem, str name)
{
	struct advisory a, named = { 0 };
	struct cursor rest;
	int r = shelf_get_head(value, &s->scratch, &a, &rest, s->e);
	r = r < 0 ? r : shelf_get_names(&rest, &s->scratch, &named, s->e);
	r = r < 0 ? r : shelf_get_text(s->look.unpacker, &rest, &s->scratch, &a, s->e);
	if (r == 0 && name.n)
		r = take_package(s, feed, ecosystem, name, &a);
	for (size_t i = 0; r == 0 && !name.n && i < named.affected.n; i++)
		r = take_package(s, feed, named.affected.v[i].ecosystem, named.affected.v[i].name,
		                 &a);
	if (r == 0 && s->scratch.failed)
		r = error_set(s->e, ERR_LIMIT, "%.*s: too large", STR_FMT(a.id));
	r = r < 0 ? r : give(s, feed, &a);
	arena_reset(&s->scratch);
	return r;
}

/* All copies of an id. The walk over advisories is used by shelf_newest too, so rows come first. */
static int take_id(struct searching *s, str id)
{
	char prefix[LMDB_KEY_BYTES];
	str from = shelf_pair(prefix, id, (str){ 0 }), key, value;
	struct {
		str feed, value;
	} rows[64];
	size_t n = 0;
	int r;
	for (r = lmdb_seek(s->look.advisories, from, &key, &value, s->e);
	     r == 1 && str_starts(key, from) && n < LEN(rows);
	     r = lmdb_next(s->look.advisories, &key, &value, s->e)) {
		rows[n].feed = str_from(key, from.n);
		rows[n++].value = value;
	}
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = take_copy(s, rows[i].feed, rows[i].value, (str){ 0 }, (str){ 0 });
	return r < 0 ? r : 0;
}

static int collect_aliases(struct searching *s, str id, strings *out)
{
	char prefix[LMDB_KEY_BYTES];
	str from = shelf_pair(prefix, id, (str){ 0 }), key, value;
	int r;
	for (r = lmdb_seek(s->look.aliases, from, &key, &value, s->e);
	     r == 1 && str_starts(key, from) && out->n < IDS_MAX;
	     r = lmdb_next(s->look.aliases, &key, &value, s->e)) {
		str other = str_from(key, from.n);
		other = str_upto(other, str_chr(other, 0));
		if (!out->n || !str_eq(out->v[out->n - 1], other)) /* keys are in order */
			vec_add(&s->ids, out, other);
	}
	return r < 0 ? r : 0;
}

static int begin(struct searching *s, struct vulndb *db)
{
	s->ids = ARENA(16 << 20);
	s->scratch = ARENA(SCRATCH_BYTES);
	return look_open(db, &s->look, s->e);
}

static int end(struct searching *s, int r)
{
	look_done(&s->look);
	arena_done(&s->ids);
	arena_done(&s->scratch);
	return r < 0 ? r : s->found;
}

int lookup_id(struct vulndb *db, str id, lookup_each *each, void *ctx, struct error *e)
{
	struct searching s = { .each = each, .ctx = ctx, .e = e };
	strings ids = { 0 };
	if (!id.n || id.n > RECORD_ID_BYTES)
		return 0;
	int r = begin(&s, db);
	r = r < 0 ? r : take_id(&s, id);
	r = r < 0 ? r : collect_aliases(&s, id, &ids);
	for (size_t i = 0; r == 0 && i < ids.n; i++)
		r = take_id(&s, ids.v[i]);
	return end(&s, r);
}

/* The ecosystems that have rows: a jump over each one's packages */
static int list_ecosystems(struct searching *s, str wanted, strings *out)
{
	char from[RECORD_NAME_BYTES + 2];
	str key, value;
	int r = lmdb_seek(s->look.packages, (str){ 0 }, &key, &value, s->e);
	while (r == 1 && out->n < ECOSYSTEMS_MAX) {
		str name = str_upto(key, str_chr(key, 0));
		if (!wanted.n || str_eq(name, wanted) || str_eq(names_base(name), wanted))
			vec_add(&s->ids, out, arena_str(&s->ids, name));
		memcpy(from, name.p, name.n);
		from[name.n] = 1; /* behind its 0 */
		r = lmdb_seek(s->look.packages, str_mem(from, name.n + 1), &key, &value, s->e);
	}
	return r < 0 ? r : 0;
}

static int take_rows(struct searching *s, str ecosystem, str name)
{
	char prefix[LMDB_KEY_BYTES];
	str canonical = names_package(&s->ids, ecosystem, name);
	str from = shelf_package_prefix(prefix, ecosystem, canonical), key, value;
	int r;
	for (r = lmdb_seek(s->look.packages, from, &key, &value, s->e);
	     r == 1 && str_starts(key, from); r = lmdb_next(s->look.packages, &key, &value, s->e)) {
		str copy = str_from(key, from.n), row; /* id 0 feed: the advisory's key */
		str feed = str_from(copy, str_chr(copy, 0) + 1);
		r = lmdb_get(s->look.txn, TABLE_ADVISORIES, copy, &row, s->e);
		if (r == 1 && (r = take_copy(s, feed, row, ecosystem, canonical)) < 0)
			break;
		if (r < 0)
			break;
	}
	return r < 0 ? r : 0;
}

int lookup_package(struct vulndb *db, str ecosystem, str name, lookup_each *each, void *ctx,
                   struct error *e)
{
	struct searching s = { .each = each, .ctx = ctx, .e = e };
	strings ecosystems = { 0 };
	int r = begin(&s, db);
	r = r < 0 ? r : list_ecosystems(&s, names_ecosystem(&s.ids, ecosystem), &ecosystems);
	for (size_t i = 0; r == 0 && i < ecosystems.n; i++)
		r = take_rows(&s, ecosystems.v[i], name);
	return end(&s, r);
}
