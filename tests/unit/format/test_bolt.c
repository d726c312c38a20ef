/* bbolt's file format: page, meta and element layouts as in go.etcd.io/bbolt page.go, db.go and bucket.go
 * (also what containerd's own meta.db has, which tests/e2e/test_local_stores.py reads). */
#include "../test.h"
#include "base/buf.h"
#include "format/bolt.h"

enum { PAGE = 512 };

struct file {
	unsigned char bytes[8 * PAGE];
};

static void put(unsigned char *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static void meta(struct file *f, unsigned page, uint64_t txid, uint64_t root)
{
	unsigned char *p = f->bytes + page * PAGE;
	uint64_t sum = 0xcbf29ce484222325u;
	put(p, page, 8);
	put(p + 8, 4, 2);
	put(p + 16, 0xED0CDAED, 4);
	put(p + 20, 2, 4);
	put(p + 24, PAGE, 4);
	put(p + 32, root, 8);
	put(p + 64, txid, 8);
	for (size_t i = 0; i < 56; i++)
		sum = (sum ^ p[16 + i]) * 0x100000001b3u;
	put(p + 72, sum, 8);
}

struct item {
	unsigned flags;
	const char *key;
	str value;
	uint64_t page;
};

/* Elements first, then keys and values; returns the bytes used. */
static size_t node(unsigned char *p, unsigned kind, const struct item *v, unsigned n)
{
	size_t at = 16 + n * 16u;
	put(p + 8, kind, 2);
	put(p + 10, n, 2);
	for (unsigned i = 0; i < n; i++) {
		unsigned char *x = p + 16 + i * 16;
		size_t key = strlen(v[i].key), pos = at - (size_t)(x - p);
		if (kind == 2) {
			put(x, v[i].flags, 4);
			put(x + 4, pos, 4);
			put(x + 8, key, 4);
			put(x + 12, v[i].value.n, 4);
		} else {
			put(x, pos, 4);
			put(x + 4, key, 4);
			put(x + 8, v[i].page, 8);
		}
		memcpy(p + at, v[i].key, key);
		if (v[i].value.n)
			memcpy(p + at + key, v[i].value.p, v[i].value.n);
		at += key + v[i].value.n;
	}
	return at;
}

/* top: branch(2) -> leaf 3 {a: bucket at page 5} and leaf 4 {m: inline bucket, z: value} */
static void make(struct file *f)
{
	unsigned char inner[200] = { 0 }, header[16] = { 0 };
	struct item in[] = { { 0, "k", STR("inside"), 0 } };
	size_t n;
	memset(f, 0, sizeof *f);
	meta(f, 0, 7, 2);
	meta(f, 1, 6, 4);
	struct item top[] = { { 0, "a", { 0 }, 3 }, { 0, "m", { 0 }, 4 } };
	node(f->bytes + 2 * PAGE, 1, top, 2);
	put(header, 5, 8);
	struct item low[] = { { 1, "a", { (char *)header, 16 }, 0 } };
	node(f->bytes + 3 * PAGE, 2, low, 1);
	n = node(inner + 16, 2, in, 1);
	struct item high[] = { { 1, "m", { (char *)inner, 16 + n }, 0 }, { 0, "z", STR("last"), 0 } };
	node(f->bytes + 4 * PAGE, 2, high, 2);
	struct item far[] = { { 0, "x", STR("far"), 0 }, { 0, "y", STR("farther"), 0 } };
	node(f->bytes + 5 * PAGE, 2, far, 2);
}

static int read_at(void *ctx, uint64_t offset, void *p, size_t n, struct error *e)
{
	struct file *f = ctx;
	if (offset > sizeof f->bytes || n > sizeof f->bytes - offset)
		return error_set(e, ERR_FORMAT, "short");
	memcpy(p, f->bytes + offset, n);
	return 0;
}

static int note(void *ctx, str key, bool bucket, struct error *e)
{
	(void)e;
	buf_printf(ctx, "%.*s%s ", STR_FMT(key), bucket ? "/" : "");
	return 0;
}

#define BOLT(f) { .read = read_at, .ctx = (f), .size_bytes = sizeof (f)->bytes }

TEST(bolt_finds_values_in_trees_and_inline_buckets)
{
	static const struct {
		str path[3];
		size_t n;
		const char *want; /* NULL: absent */
	} rows[] = {
		{ { STR_INIT("a"), STR_INIT("x") }, 2, "far" },     { { STR_INIT("a"), STR_INIT("y") }, 2, "farther" },
		{ { STR_INIT("m"), STR_INIT("k") }, 2, "inside" },  { { STR_INIT("z") }, 1, "last" },
		{ { STR_INIT("a"), STR_INIT("q") }, 2, NULL },      { { STR_INIT("0") }, 1, NULL },
		{ { STR_INIT("z"), STR_INIT("k") }, 2, NULL },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	struct buf keys cleanup(buf_done) = BUF(200);
	struct error e = { 0 };
	struct file f;
	make(&f);
	struct bolt b = BOLT(&f);
	EXPECT_OK(bolt_open(&b, &e), &e);
	for (size_t i = 0; i < LEN(rows); i++) {
		str value = { 0 };
		EXPECT_INT(bolt_get(&b, rows[i].path, rows[i].n, &a, &value, &e), rows[i].want != NULL);
		EXPECT_STR(value, str_c(rows[i].want));
	}
	EXPECT_INT(bolt_keys(&b, NULL, 0, note, &keys, &e), 1);
	EXPECT_INT(bolt_keys(&b, rows[0].path, 1, note, &keys, &e), 1);
	EXPECT_INT(bolt_keys(&b, rows[5].path, 1, note, &keys, &e), 0);
	EXPECT_STR(buf_view(&keys), STR("a/ m/ z x y "));
}

TEST(bolt_takes_the_newest_whole_meta)
{
	struct error e = { 0 };
	struct file f;
	make(&f);
	f.bytes[64] ^= 1; /* the first one is torn: the older state counts */
	struct bolt b = BOLT(&f);
	EXPECT_OK(bolt_open(&b, &e), &e);
	EXPECT_INT(b.root, 4);
	f.bytes[PAGE + 64] ^= 1;
	EXPECT_INT(bolt_open(&b, &e), ERR_FORMAT);
}

TEST(bolt_in_a_circle_ends)
{
	struct error e = { 0 };
	struct buf keys cleanup(buf_done) = BUF(200);
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	struct file f;
	str value, path[] = { STR("b") };
	make(&f);
	struct item again[] = { { 0, "a", { 0 }, 2 } };
	memset(f.bytes + 2 * PAGE, 0, PAGE);
	node(f.bytes + 2 * PAGE, 1, again, 1);
	struct bolt b = BOLT(&f);
	EXPECT_OK(bolt_open(&b, &e), &e);
	EXPECT_INT(bolt_get(&b, path, 1, &a, &value, &e), ERR_FORMAT);
	EXPECT_INT(bolt_keys(&b, NULL, 0, note, &keys, &e), ERR_FORMAT);
}
