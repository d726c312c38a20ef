#include "vulndb/shelf.h"
#include "base/digest.h"
#include "vulndb/facts.h"
#include <assert.h>

enum {
	ECOSYSTEM_KEY_BYTES = 100,
	NAME_KEY_BYTES = 200,
	FEED_KEY_BYTES = 64,
	VALUE_BYTES = 64 << 20
};

static const str head_key = STR_INIT("head");
static const str source_prefix = STR_INIT("source\0");

static size_t add(char *out, size_t at, str s)
{
	assert(at + s.n < LMDB_KEY_BYTES);
	if (s.n)
		memcpy(out + at, s.p, s.n);
	return at + s.n;
}

/* A piece of at most `max` bytes: a longer one keeps its head and ends in half its digest. */
static size_t add_cut(char *out, size_t at, str s, size_t max)
{
	enum { TAIL = 32 };
	if (s.n <= max)
		return add(out, at, s);
	struct digest d = digest_of(s);
	char text[DIGEST_TEXT_BYTES];
	digest_text(&d, text);
	at = add(out, at, str_upto(s, max - TAIL));
	return add(out, at, str_mem(text + 7, TAIL));
}

str shelf_package_prefix(char out[LMDB_KEY_BYTES], str ecosystem, str name)
{
	size_t n = add_cut(out, 0, ecosystem, ECOSYSTEM_KEY_BYTES);
	out[n++] = 0;
	n = add_cut(out, n, name, NAME_KEY_BYTES);
	out[n++] = 0;
	return str_mem(out, n);
}

str shelf_pair(char out[LMDB_KEY_BYTES], str first, str second)
{
	size_t n = add_cut(out, 0, first, NAME_KEY_BYTES);
	out[n++] = 0;
	n = add_cut(out, n, second, NAME_KEY_BYTES);
	return str_mem(out, n);
}

str shelf_feed_of(str key, str *before)
{
	size_t at = str_rchr(key, 0);
	*before = str_upto(key, at);
	return str_from(key, at + 1);
}

static bool has_name(const struct advisory *a, size_t n, const struct affected *f)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(a->affected.v[i].name, f->name) &&
		    str_eq(a->affected.v[i].ecosystem, f->ecosystem))
			return true;
	return false;
}

struct item { /* a package of an advisory, for sorting */
	str ecosystem, name;
	const struct affected *f;
};

static struct item item_of(const struct affected *f)
{
	return (struct item){ f->ecosystem, f->name, f };
}

static bool same_package(const struct item *a, const struct item *b)
{
	return str_eq(a->name, b->name) && str_eq(a->ecosystem, b->ecosystem);
}

static int order_items(const void *x, const void *y)
{
	const struct item *a = x, *b = y;
	int c = str_cmp(a->ecosystem, b->ecosystem);
	c = c ? c : str_cmp(a->name, b->name);
	return c ? c : (a->f > b->f) - (a->f < b->f); /* of one array: its order */
}

/* The packages' names in order, each once */
static void put_names(struct buf *b, const struct item *sorted, size_t n)
{
	size_t once = 0;
	for (size_t i = 0; i < n; i++)
		once += !i || !same_package(&sorted[i], &sorted[i - 1]);
	record_put_uleb(b, once);
	for (size_t i = 0; i < n; i++)
		if (!i || !same_package(&sorted[i], &sorted[i - 1])) {
			record_put_str(b, sorted[i].ecosystem);
			record_put_str(b, sorted[i].name);
		}
}

static int put_packages(struct lmdb_txn *t, str feed, const struct advisory *a,
                        const struct item *sorted, struct buf *b, struct error *e)
{
	char key[LMDB_KEY_BYTES];
	for (size_t i = 0; i < a->affected.n;) {
		const struct item *first = &sorted[i];
		buf_clear(b);
		for (; i < a->affected.n && same_package(&sorted[i], first); i++)
			record_put_body(b, sorted[i].f);
		if (b->failed)
			return error_set(e, ERR_LIMIT, "%.*s: too large", STR_FMT(a->id));
		size_t n = shelf_package_prefix(key, first->ecosystem, first->name).n;
		n = add(key, n, a->id);
		key[n++] = 0;
		n = add_cut(key, n, feed, FEED_KEY_BYTES);
		int r = lmdb_put(t, TABLE_PACKAGES, str_mem(key, n), buf_view(b), e);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_aliases(struct lmdb_txn *t, str feed, const struct advisory *a, const str *v,
                       size_t n, str mark, struct error *e)
{
	char key[LMDB_KEY_BYTES];
	for (size_t i = 0; i < n; i++) {
		if (v[i].n > RECORD_ID_BYTES)
			continue;
		size_t at = add(key, 0, v[i]);
		key[at++] = 0;
		at = add(key, at, a->id);
		key[at++] = 0;
		at = add_cut(key, at, feed, FEED_KEY_BYTES);
		int r = lmdb_put(t, TABLE_ALIASES, str_mem(key, at), mark, e);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The list is the caller's: it is copied before it grows. */
static void add_alias(struct arena *a, struct advisory *head, str alias)
{
	str *fresh = arena_many(a, head->aliases.n + 1, str);
	if (!fresh)
		return;
	if (head->aliases.n)
		memcpy(fresh, head->aliases.v, head->aliases.n * sizeof *fresh);
	fresh[head->aliases.n++] = alias;
	head->aliases.v = fresh;
	head->aliases.room = head->aliases.n;
}

/* The tracker speaks of one CVE once for each source package: names add up. */
static int put_advisory(struct lmdb_txn *t, struct packer *p, str feed, const struct advisory *a,
                        struct buf *b, struct error *e)
{
	char key[LMDB_KEY_BYTES];
	struct arena scratch cleanup(arena_done) = ARENA(VALUE_BYTES);
	struct buf text cleanup(buf_done) = BUF(SHELF_TEXT_BYTES);
	struct advisory old = { 0 };
	str row = shelf_pair(key, a->id, feed), value;
	int r = a->origin == ORIGIN_TRACKER ? lmdb_get(t, TABLE_ADVISORIES, row, &value, e) : 0;
	if (r == 1) {
		struct cursor rest;
		r = shelf_get_head(value, &scratch, &old, &rest, e);
		r = r < 0 ? r : shelf_get_names(&rest, &scratch, &old, e);
	}
	if (r < 0)
		return r;
	VEC(struct item) all = { 0 };
	size_t olds = old.affected.n;
	for (size_t i = 0; i < olds; i++)
		vec_add(&scratch, &all, item_of(&old.affected.v[i]));
	for (size_t i = 0; i < a->affected.n; i++)
		if (!olds || !has_name(&old, olds, &a->affected.v[i]))
			vec_add(&scratch, &all, item_of(&a->affected.v[i]));
	if (all.n)
		qsort(all.v, all.n, sizeof *all.v, order_items);
	struct advisory head = *a;
	for (size_t i = 0; i < old.aliases.n; i++) {
		size_t k = 0;
		while (k < head.aliases.n && !str_eq(head.aliases.v[k], old.aliases.v[i]))
			k++;
		if (k == head.aliases.n)
			add_alias(&scratch, &head, old.aliases.v[i]);
	}
	buf_clear(b);
	record_put_head(b, &head);
	put_names(b, all.v, all.n);
	record_put_text(&text, a);
	pack_put(p, b, buf_view(&text));
	if (scratch.failed || b->failed || text.failed)
		return error_set(e, ERR_LIMIT, "%.*s: too large", STR_FMT(a->id));
	return lmdb_put(t, TABLE_ADVISORIES, row, buf_view(b), e);
}

int shelf_put(struct lmdb_txn *t, struct packer *p, str feed, const struct advisory *a,
              struct buf *scratch, struct error *e)
{
	autofree struct item *sorted = calloc(a->affected.n + 1, sizeof *sorted);
	if (!sorted)
		abort();
	for (size_t i = 0; i < a->affected.n; i++)
		sorted[i] = item_of(&a->affected.v[i]);
	qsort(sorted, a->affected.n, sizeof *sorted, order_items);
	int r = put_packages(t, feed, a, sorted, scratch, e);
	r = r < 0 ? r : put_aliases(t, feed, a, a->aliases.v, a->aliases.n, STR("a"), e);
	r = r < 0 ? r : put_aliases(t, feed, a, a->covers.v, a->covers.n, STR("c"), e);
	return r < 0 ? r : put_advisory(t, p, feed, a, scratch, e);
}

bool shelf_is_facts(str feed)
{
	return str_eq(feed, STR("kev")) || str_eq(feed, STR("epss"));
}

int shelf_put_fact(struct lmdb_txn *t, str feed, str key, str value, uint64_t *n, struct error *e)
{
	char row[LMDB_KEY_BYTES];
	*n = facts_check(key, value);
	if (!*n)
		return error_set(e, ERR_FORMAT, "a fact that cannot be kept");
	return lmdb_put(t, TABLE_FACTS, shelf_pair(row, key, feed), value, e);
}

int shelf_get_head(str value, struct arena *a, struct advisory *out, struct cursor *rest,
                   struct error *e)
{
	*rest = CURSOR("advisory database", value.p, value.n);
	*out = (struct advisory){ 0 };
	return record_get_head(rest, a, out, e);
}

int shelf_get_names(struct cursor *rest, struct arena *a, struct advisory *out, struct error *e)
{
	for (uint64_t n = cur_uleb(rest); n && !cur_bad(rest); n--) {
		struct affected f = { .open = FIX_NONE };
		f.ecosystem = record_get_str(rest);
		f.name = record_get_str(rest);
		if (!vec_add(a, &out->affected, f))
			return error_set(e, ERR_LIMIT, "%.*s: too many packages", STR_FMT(out->id));
	}
	return cur_bad(rest) ? cur_error(rest, e, "damaged list of packages") : 0;
}

int shelf_skip_names(struct cursor *rest, struct error *e)
{
	for (uint64_t n = cur_uleb(rest); n && !cur_bad(rest); n--) {
		record_get_str(rest);
		record_get_str(rest);
	}
	return cur_bad(rest) ? cur_error(rest, e, "damaged list of packages") : 0;
}

int shelf_get_text(struct unpacker **u, struct cursor *rest, struct arena *a, struct advisory *out,
                   struct error *e)
{
	str text;
	int r = pack_get(u, rest, a, SHELF_TEXT_BYTES, &text, e);
	if (r < 0)
		return r;
	struct cursor c = CURSOR("advisory database", text.p, text.n);
	return record_get_text(&c, a, out, e);
}

/* Only what the choice needs, so that nothing is allocated: the head begins with id, origin,
 * state, notice, published, modified. */
static bool glance(str value, enum advisory_origin *origin, str *modified)
{
	struct cursor c = CURSOR("advisory database", value.p, value.n);
	record_get_str(&c);
	*origin = (enum advisory_origin)cur_uleb(&c);
	cur_uleb(&c);
	cur_uleb(&c);
	record_get_str(&c);
	*modified = record_get_str(&c);
	return !cur_bad(&c);
}

int shelf_newest(struct lmdb_walk *w, str id, enum advisory_origin origin, str *feed, str *value,
                 struct error *e)
{
	char prefix[LMDB_KEY_BYTES];
	str from = shelf_pair(prefix, id, (str){ 0 }), key, row, best = { 0 }, modified;
	enum advisory_origin its;
	int found = 0, r;
	for (r = lmdb_seek(w, from, &key, &row, e); r == 1 && str_starts(key, from);
	     r = lmdb_next(w, &key, &row, e)) {
		if (!glance(row, &its, &modified) || its != origin ||
		    (found && str_cmp(modified, best) <= 0))
			continue;
		found = 1;
		best = modified;
		*feed = str_from(key, from.n);
		*value = row;
	}
	return r < 0 ? r : found;
}

int shelf_put_head(struct lmdb_txn *t, const struct shelf_head *h, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(16384);
	record_put_uleb(&b, h->schema);
	record_put_uleb(&b, h->generation);
	record_put_uleb(&b, h->records);
	record_put_uleb(&b, h->packages);
	record_put_uleb(&b, h->whole);
	record_put_str(&b, h->data_date);
	record_put_str(&b, h->lineage);
	record_put_str(&b, h->state);
	record_put_uleb(&b, h->history.n);
	for (size_t i = 0; i < h->history.n; i++) {
		record_put_uleb(&b, h->history.v[i].generation);
		record_put_str(&b, h->history.v[i].state);
	}
	return lmdb_put(t, TABLE_META, head_key, buf_view(&b), e);
}

int shelf_read_head(struct lmdb_txn *t, struct arena *a, struct shelf_head *out, struct error *e)
{
	str value;
	int r = lmdb_get(t, TABLE_META, head_key, &value, e);
	if (r <= 0)
		return r < 0 ? r : error_set(e, ERR_FORMAT, "the advisory database has no head");
	struct cursor c = CURSOR("advisory database", value.p, value.n);
	struct shelf_head h = { .schema = cur_uleb(&c) };
	if (h.schema != RECORD_SCHEMA)
		return error_set(e, ERR_UNSUPPORTED,
		                 "the advisory database has schema %llu, this program reads %d: "
		                 "run `plimsoll db update`",
		                 (unsigned long long)h.schema, RECORD_SCHEMA);
	h.generation = cur_uleb(&c);
	h.records = cur_uleb(&c);
	h.packages = cur_uleb(&c);
	h.whole = cur_uleb(&c);
	h.data_date = arena_str(a, record_get_str(&c));
	h.lineage = arena_str(a, record_get_str(&c));
	h.state = arena_str(a, record_get_str(&c));
	for (uint64_t n = cur_uleb(&c); n && !cur_bad(&c) && h.history.n < SHELF_HISTORY_MAX; n--) {
		struct shelf_moment m = { .generation = cur_uleb(&c) };
		m.state = arena_str(a, record_get_str(&c));
		vec_add(a, &h.history, m);
	}
	if (cur_bad(&c))
		return cur_error(&c, e, "damaged head");
	*out = h;
	return 0;
}

int shelf_put_source(struct lmdb_txn *t, const struct shelf_source *s, struct error *e)
{
	char key[LMDB_KEY_BYTES];
	struct buf b cleanup(buf_done) = BUF(1 << 20);
	size_t n = add(key, 0, source_prefix);
	n = add_cut(key, n, s->name, NAME_KEY_BYTES);
	record_put_str(&b, s->name);
	record_put_str(&b, s->etag);
	record_put_str(&b, s->last_modified);
	record_put_str(&b, s->digest);
	record_put_str(&b, s->date);
	record_put_uleb(&b, s->records);
	record_put_uleb(&b, s->skipped);
	record_put_uleb(&b, s->ecosystems.n);
	for (size_t i = 0; i < s->ecosystems.n; i++)
		record_put_str(&b, s->ecosystems.v[i]);
	return lmdb_put(t, TABLE_META, str_mem(key, n), buf_view(&b), e);
}

static str keep(struct arena *a, struct cursor *c)
{
	return arena_str(a, record_get_str(c));
}

int shelf_read_source(str value, struct arena *a, struct shelf_source *s, struct error *e)
{
	struct cursor c = CURSOR("advisory database", value.p, value.n);
	s->name = keep(a, &c);
	s->etag = keep(a, &c);
	s->last_modified = keep(a, &c);
	s->digest = keep(a, &c);
	s->date = keep(a, &c);
	s->records = cur_uleb(&c);
	s->skipped = cur_uleb(&c);
	for (uint64_t n = cur_uleb(&c); n && !cur_bad(&c); n--)
		if (!vec_add(a, &s->ecosystems, keep(a, &c)))
			break;
	if (cur_bad(&c))
		return cur_error(&c, e, "damaged source");
	return a->failed ? error_set(e, ERR_LIMIT, "too many sources") : 0;
}

int shelf_read_sources(struct lmdb_txn *t, struct arena *a, struct shelf_sources *out,
                       struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value;
	int r = lmdb_walk(t, TABLE_META, &w, e);
	if (r < 0)
		return r;
	for (r = lmdb_seek(w, source_prefix, &key, &value, e);
	     r == 1 && str_starts(key, source_prefix); r = lmdb_next(w, &key, &value, e)) {
		struct shelf_source *s = vec_push(a, &out->list);
		if (!s)
			return error_set(e, ERR_LIMIT, "too many sources");
		if ((r = shelf_read_source(value, a, s, e)) < 0)
			return r;
	}
	return r < 0 ? r : 0;
}
