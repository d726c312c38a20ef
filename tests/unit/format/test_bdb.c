#include "base/buf.h"
#include "blobs_reading.h"
#include "format/bdb.h"

/* Pages of 512 bytes, as libdb's db_page.h lays them out:
 *   0 metadata   1 bucket 0: key 0, key 7 -> overflow 3, 4   2 bucket 1: key 8, "mast", on the page
 * The record of key 7 is 500 bytes of 'k'. */
enum { PAGE = 512, HEAD = 26, PAGES = 5, LONG = 500 };

struct maker {
	bool big;
	unsigned char p[PAGES * PAGE];
};

static void put(struct maker *m, size_t at, unsigned bytes, uint32_t v)
{
	for (unsigned i = 0; i < bytes; i++)
		m->p[at + i] = (unsigned char)(v >> 8 * (m->big ? bytes - 1 - i : i));
}

static void put_head(struct maker *m, unsigned page, unsigned next_page, unsigned entries,
                     unsigned low, unsigned type)
{
	size_t at = (size_t)page * PAGE;
	put(m, at + 8, 4, page);
	put(m, at + 16, 4, next_page);
	put(m, at + 20, 2, entries);
	put(m, at + 22, 2, low);
	m->p[at + 25] = (unsigned char)type;
}

/* an entry of n bytes whose last byte lies before `end`; its offset goes to slot i */
static size_t put_entry(struct maker *m, unsigned page, unsigned i, size_t end, const void *bytes,
                        size_t n)
{
	size_t at = (size_t)page * PAGE;
	memcpy(m->p + at + end - n, bytes, n);
	put(m, at + HEAD + 2 * i, 2, (uint32_t)(end - n));
	return end - n;
}

static size_t put_key(struct maker *m, unsigned page, unsigned i, size_t end, uint32_t key)
{
	end = put_entry(m, page, i, end, "\1....", 5);
	put(m, (size_t)page * PAGE + end + 1, 4, key);
	return end;
}

static void make(struct maker *m, bool big)
{
	size_t end;

	*m = (struct maker){ .big = big };
	put(m, 12, 4, 0x61561);
	put(m, 16, 4, 9);
	put(m, 20, 4, PAGE);
	m->p[25] = 8;
	put(m, 32, 4, PAGES - 1);
	put(m, 72, 4, 1); /* the highest bucket */
	put(m, 96, 4, 1); /* spares */
	put(m, 100, 4, 1);
	put_head(m, 1, 0, 4, 0, 13);
	end = put_key(m, 1, 0, PAGE, 0);
	end = put_entry(m, 1, 1, end, "\1\11\0\0\0", 5);
	end = put_key(m, 1, 2, end, 7);
	end = put_entry(m, 1, 3, end, "\3...nnnnllll", 12);
	put(m, PAGE + end + 4, 4, 3);
	put(m, PAGE + end + 8, 4, LONG);
	put_head(m, 2, 0, 2, 0, 2);
	end = put_key(m, 2, 0, PAGE, 8);
	put_entry(m, 2, 1, end, "\1mast", 5);
	put_head(m, 3, 4, 1, PAGE - HEAD, 7);
	memset(m->p + 3 * PAGE + HEAD, 'k', PAGE - HEAD);
	put_head(m, 4, 0, 1, LONG - (PAGE - HEAD), 7);
	memset(m->p + 4 * PAGE + HEAD, 'k', LONG - (PAGE - HEAD));
}

TEST(bdb_reads_either_byte_order_and_leaves_key_0_out)
{
	for (int big = 0; big < 2; big++) {
		struct reading r cleanup(reading_done);
		struct maker m;

		make(&m, big);
		open_bytes(&r, bdb_open, str_mem(m.p, sizeof m.p), 4096);
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(step(&r), 1);
		EXPECT_INT(r.blob.key, 7);
		EXPECT(!r.blob.damaged);
		EXPECT_INT(r.blob.bytes.n, LONG);
		for (size_t i = 0; i < r.blob.bytes.n; i++)
			EXPECT(r.blob.bytes.p[i] == 'k');
		EXPECT_INT(step(&r), 1);
		EXPECT_INT(r.blob.key, 8);
		EXPECT_STR(r.blob.bytes, STR("mast"));
		EXPECT_INT(step(&r), 0);
	}
}

TEST(bdb_damage_costs_a_record_or_the_database)
{
	static const struct {
		const char *what;
		size_t at;
		unsigned bytes;
		uint32_t value;
		int open;
		unsigned records, damaged;
		const char *why;
	} rows[] = {
		{ "magic", 12, 4, 1, ERR_FORMAT, 0, 0, "not a Berkeley DB hash database" },
		{ "a btree", 12, 4, 0x53162, ERR_UNSUPPORTED, 0, 0, "btree" },
		{ "version 7", 16, 4, 7, ERR_UNSUPPORTED, 0, 0, "version 7" },
		{ "encryption", 24, 1, 1, ERR_UNSUPPORTED, 0, 0, "encryption" },
		{ "checksums", 26, 1, 1, ERR_UNSUPPORTED, 0, 0, "checksums" },
		{ "page size no power of two", 20, 4, 513, ERR_FORMAT, 0, 0, "pages of 513 bytes" },
		{ "page size 0", 20, 4, 0, ERR_FORMAT, 0, 0, "pages of 0 bytes" },
		{ "cut short", 32, 4, PAGES, ERR_FORMAT, 0, 0, "cut short: page 5" },
		{ "more buckets than pages", 72, 4, 9, ERR_FORMAT, 0, 0, "9 buckets in 4 pages" },
		{ "a bucket nowhere", 100, 4, 99, 0, 2, 1, "page 100 does not exist" },
		{ "two buckets, one page", 100, 4, 0, 0, 2, 1, "page 1 is in two chains" },
		{ "a page with another number", 2 * PAGE + 8, 4, 9, 0, 2, 1,
		  "says that it is page 9" },
		{ "a bucket of another type", 2 * PAGE + 25, 1, 7, 0, 2, 1, "is of type 7" },
		{ "an odd number of entries", 2 * PAGE + 20, 2, 3, 0, 2, 1, "has 3 entries" },
		{ "more entries than room", 2 * PAGE + 20, 2, 300, 0, 2, 1, "has 300 entries" },
		{ "a chain of pages that bites its tail", PAGE + 16, 4, 1, 0, 3, 1,
		  "page 1 is in two chains" },
		{ "an entry outside", PAGE + HEAD + 4, 2, 600, 0, 2, 1, "entry 2 lies outside it" },
		{ "an entry in the offsets", PAGE + HEAD + 6, 2, HEAD, 0, 2, 1,
		  "entry 2 lies outside it" },
		{ "a record in a circle", 3 * PAGE + 16, 4, 3, 0, 2, 1, "page 3 is in two chains" },
		{ "a record that ends early", 3 * PAGE + 16, 4, 0, 0, 2, 1,
		  "page 0 does not exist" },
		{ "an overflow page of nothing", 3 * PAGE + 22, 2, 0, 0, 2, 1,
		  "page 3 is no overflow page" },
		{ "an overflow page of too much", 4 * PAGE + 22, 2, 99, 0, 2, 1,
		  "page 4 is no overflow page" },
		{ "an overflow page of another type", 4 * PAGE + 25, 1, 13, 0, 2, 1,
		  "page 4 is no overflow page" },
		{ "a value of another kind", 2 * PAGE + PAGE - 10, 1, 4, 0, 2, 1,
		  "a value of kind 4" },
		{ "a key that is no number", 2 * PAGE + PAGE - 5, 1, 3, 0, 2, 1, "is no number" },
	};
	for (size_t i = 0; i < 2 * LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		unsigned damaged = 0, records = 0;
		struct maker m;
		bool told;

		make(&m, i % 2);
		put(&m, rows[i / 2].at, rows[i / 2].bytes, rows[i / 2].value);
		open_bytes(&r, bdb_open, str_mem(m.p, sizeof m.p), 4096);
		told = strstr(r.e.msg, rows[i / 2].why);
		if (r.result != rows[i / 2].open)
			test_fail(__FILE__, __LINE__, "%s: %d %s", rows[i / 2].what, r.result,
			          r.e.msg);
		while (!rows[i / 2].open && step(&r) > 0) {
			records++;
			damaged += r.blob.damaged;
			told |= r.blob.damaged && strstr(r.e.msg, rows[i / 2].why);
		}
		if (damaged != rows[i / 2].damaged || records != rows[i / 2].records || !told)
			test_fail(__FILE__, __LINE__, "%s: %u of %u damaged, %s", rows[i / 2].what,
			          damaged, records, r.e.msg);
	}
}

TEST(bdb_a_record_over_the_ceiling_costs_itself)
{
	struct reading r cleanup(reading_done);
	struct maker m;

	make(&m, false);
	open_bytes(&r, bdb_open, str_mem(m.p, sizeof m.p), LONG - 1);
	EXPECT_INT(step(&r), 1);
	EXPECT(r.blob.damaged && r.e.code == ERR_LIMIT);
	EXPECT_INT(r.blob.key, 7);
	EXPECT_INT(step(&r), 1);
	EXPECT_STR(r.blob.bytes, STR("mast"));
	EXPECT_INT(step(&r), 0);
}
