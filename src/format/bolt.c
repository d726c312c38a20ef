#include "format/bolt.h"
#include "base/cursor.h"
#include <inttypes.h>
#include <stdlib.h>

enum {
	META_BYTES = 64,
	PAGE_HEADER = 16,
	ELEMENT = 16, /* of a branch and of a leaf */
	BRANCH = 1,
	LEAF = 2,
	META = 4,
	IS_BUCKET = 1,
	BUCKET_HEADER = 16,
};
#define MAGIC 0xED0CDAEDu

/* --- meta pages --- */

static uint64_t fnv64a(const unsigned char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

/* True when a whole meta stands there; *newest is the transaction of the best one so far. */
static bool read_meta(struct bolt *b, uint64_t offset, uint64_t *newest)
{
	unsigned char p[PAGE_HEADER + META_BYTES];
	struct error ignored = { 0 };
	struct cursor c;
	uint64_t root, txid;
	uint32_t magic, version, page_bytes;

	if (b->size_bytes < sizeof p || offset > b->size_bytes - sizeof p ||
	    b->read(b->ctx, offset, p, sizeof p, &ignored) < 0)
		return false;
	c = CURSOR("meta", p + PAGE_HEADER, META_BYTES);
	magic = cur_le32(&c);
	version = cur_le32(&c);
	page_bytes = cur_le32(&c);
	cur_skip(&c, 4);
	root = cur_le64(&c);
	cur_skip(&c, 8 + 8 + 8);
	txid = cur_le64(&c);
	if (magic != MAGIC || version != 2 ||
	    cur_le64(&c) != fnv64a(p + PAGE_HEADER, META_BYTES - 8) || page_bytes < 512 ||
	    page_bytes > 1 << 20 || (page_bytes & (page_bytes - 1)))
		return false;
	if (!b->page_bytes || txid >= *newest) {
		*newest = txid;
		b->page_bytes = page_bytes;
		b->root = root;
	}
	return true;
}

int bolt_open(struct bolt *b, struct error *e)
{
	uint64_t newest = 0;

	b->page_bytes = 0;
	if (read_meta(b, 0, &newest))
		read_meta(b, b->page_bytes, &newest);
	for (uint64_t size = 512; !b->page_bytes && size <= 1 << 20; size *= 2)
		read_meta(b, size, &newest); /* the first one was being written */
	return b->page_bytes ? 0
	                     : error_set(e, ERR_FORMAT, "byte 0: no bbolt database of version 2");
}

/* --- pages --- */

struct page {               /* a B+ tree's node, from the file or inside its bucket's value */
	unsigned char *own; /* to be freed */
	const unsigned char *p;
	size_t n;
	uint64_t id;
	unsigned kind, count;
};

static void page_done(struct page *g)
{
	free(g->own);
}

static int bad_page(const struct page *g, const char *why, struct error *e)
{
	return error_set(e, ERR_FORMAT, "page %" PRIu64 ": %s", g->id, why);
}

static int check_page(struct page *g, struct error *e)
{
	struct cursor c = CURSOR("page", g->p, g->n);

	cur_skip(&c, 8);
	g->kind = cur_le16(&c);
	g->count = cur_le16(&c);
	if (cur_bad(&c) || (g->kind != BRANCH && g->kind != LEAF))
		return bad_page(g, "neither branch nor leaf", e);
	if (PAGE_HEADER + (uint64_t)g->count * ELEMENT > g->n)
		return bad_page(g, "more elements than bytes", e);
	return 0;
}

static int load(const struct bolt *b, uint64_t id, struct page *g, struct error *e)
{
	unsigned char head[PAGE_HEADER];
	struct cursor c = CURSOR("page", head, sizeof head);
	uint64_t offset, bytes, end;
	int r;

	*g = (struct page){ .id = id };
	if (ckd_mul(&offset, id, b->page_bytes) || offset > b->size_bytes ||
	    b->size_bytes - offset < b->page_bytes)
		return bad_page(g, "past the end", e);
	r = b->read(b->ctx, offset, head, sizeof head, e);
	if (r < 0)
		return r;
	cur_skip(&c, 8 + 2 + 2);
	bytes = ((uint64_t)cur_le32(&c) + 1) * b->page_bytes;
	if (bytes > BOLT_PAGE_MAX || ckd_add(&end, offset, bytes) || end > b->size_bytes)
		return bad_page(g, "its overflow runs past the end", e);
	g->own = malloc((size_t)bytes);
	if (!g->own)
		return error_set(e, ERR_LIMIT, "no memory for a page");
	g->p = g->own;
	g->n = (size_t)bytes;
	r = b->read(b->ctx, offset, g->own, g->n, e);
	return r < 0 ? r : check_page(g, e);
}

struct element {
	str key, value;
	uint64_t page; /* of a branch */
	bool bucket;
};

static int element_at(const struct page *g, unsigned i, struct element *out, struct error *e)
{
	size_t at = PAGE_HEADER + (size_t)i * ELEMENT;
	struct cursor c = CURSOR("page", g->p + at, g->n - at);
	uint32_t flags = 0, pos, key_bytes, value_bytes = 0;

	*out = (struct element){ 0 };
	if (g->kind == LEAF)
		flags = cur_le32(&c);
	pos = cur_le32(&c);
	key_bytes = cur_le32(&c);
	if (g->kind == LEAF)
		value_bytes = cur_le32(&c);
	else
		out->page = cur_le64(&c);
	cur_seek(&c, pos); /* counted from the element */
	out->key = cur_bytes(&c, key_bytes);
	out->value = cur_bytes(&c, value_bytes);
	out->bucket = flags & IS_BUCKET;
	return cur_bad(&c) ? bad_page(g, "an element runs past the end", e) : 0;
}

/* --- trees --- */

struct walk {
	const struct bolt *b;
	bolt_each *each;
	void *ctx;
	unsigned pages; /* read so far: a circle ends */
};

/* The first page of a bucket: by number, or behind the header in its value */
static int open_bucket(const struct bolt *b, str value, struct page *g, struct error *e)
{
	struct cursor c = CURSOR("bucket", value.p, value.n);
	uint64_t root = cur_le64(&c);

	*g = (struct page){ .id = root };
	if (cur_bad(&c) || value.n < BUCKET_HEADER)
		return bad_page(g, "a bucket without its header", e);
	if (root)
		return load(b, root, g, e);
	g->p = (const unsigned char *)value.p + BUCKET_HEADER;
	g->n = value.n - BUCKET_HEADER;
	return check_page(g, e);
}

/* Down one bucket's tree to the leaf that would hold the key; 1 when it does, *g is the leaf then.
 */
static int descend(const struct bolt *b, struct page *g, str key, struct element *out,
                   struct error *e)
{
	int r = 0;

	for (unsigned depth = 0; r >= 0 && g->kind == BRANCH; depth++) {
		struct element next = { 0 }, here;
		if (depth == BOLT_DEPTH_MAX)
			return bad_page(g, "nested too deep", e);
		for (unsigned i = 0; r >= 0 && i < g->count; i++) {
			r = element_at(g, i, &here, e);
			if (i && str_cmp(here.key, key) > 0)
				break;
			next = here;
		}
		page_done(g);
		g->own = NULL;
		if (r >= 0)
			r = load(b, next.page, g, e);
	}
	for (unsigned i = 0; r >= 0 && i < g->count; i++) {
		r = element_at(g, i, out, e);
		if (r >= 0 && str_eq(out->key, key))
			return 1;
	}
	return MIN(r, 0);
}

/* To the end of a path: 1, and *last lies in *g. */
static int follow(const struct bolt *b, const str *path, size_t n, struct page *g,
                  struct element *last, struct error *e)
{
	int r = load(b, b->root, g, e);

	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct page inner = { 0 };
		r = descend(b, g, path[i], last, e);
		if (r <= 0 || i + 1 == n)
			return r;
		if (!last->bucket)
			return 0;
		r = open_bucket(b, last->value, &inner, e);
		if (r >= 0 && !inner.own) { /* it lies in its parent, which must stay */
			inner.own = g->own;
		} else {
			page_done(g);
		}
		*g = inner;
	}
	return r < 0 ? r : 1;
}

int bolt_get(const struct bolt *b, const str *path, size_t n, struct arena *a, str *value,
             struct error *e)
{
	struct element last = { 0 };
	struct page g = { 0 };
	int r = follow(b, path, n, &g, &last, e);

	if (r > 0)
		*value = arena_str(a, last.value);
	page_done(&g);
	return r > 0 && a->failed ? error_set(e, ERR_LIMIT, "no memory for a value") : r;
}

static int walk(struct walk *w, const struct page *g, unsigned depth, struct error *e)
{
	struct element x;
	int r = 0;

	if (depth > BOLT_DEPTH_MAX || ++w->pages > BOLT_PAGES_MAX)
		return bad_page(g, "nested too deep", e);
	for (unsigned i = 0; r >= 0 && i < g->count; i++) {
		r = element_at(g, i, &x, e);
		if (r < 0)
			break;
		if (g->kind == LEAF) {
			r = w->each(w->ctx, x.key, x.bucket, e);
			continue;
		}
		struct page below = { 0 };
		r = load(w->b, x.page, &below, e);
		if (r >= 0)
			r = walk(w, &below, depth + 1, e);
		page_done(&below);
	}
	return r;
}

int bolt_keys(const struct bolt *b, const str *path, size_t n, bolt_each *each, void *ctx,
              struct error *e)
{
	struct walk w = { b, each, ctx, 0 };
	struct element last = { 0 };
	struct page g = { 0 }, inner = { 0 };
	int r = follow(b, path, n, &g, &last, e);
	bool found = r > 0 && (!n || last.bucket);

	if (found && n)
		r = open_bucket(b, last.value, &inner, e);
	if (found && r >= 0)
		r = walk(&w, n ? &inner : &g, 0, e);
	page_done(&inner);
	page_done(&g);
	return r < 0 ? r : found;
}
