#include "base/buf.h"
#include "blobs_reading.h"
#include "format/ndb.h"

/* One page of slots, then blobs of 32 bytes (head, 4 bytes, tail) each; layout as in rpm's
 * rpmpkg.c. */
enum { PAGE = 4096, BLOB = 32, FIRST_BLOCK = PAGE / 16 };

static void put_blob(struct buf *b, uint32_t package, const char text[4], uint32_t sum)
{
	buf_add(b, STR("BlbS"));
	buf_u32(b, package);
	buf_u32(b, 1700000000);
	buf_u32(b, 4);
	buf_add(b, str_mem(text, 4));
	buf_u32(b, sum);
	buf_u32(b, 4);
	buf_add(b, STR("BlbE"));
}

static void put_slot(struct buf *b, uint32_t package, uint32_t block, uint32_t count)
{
	buf_add(b, STR("Slot"));
	buf_u32(b, package);
	buf_u32(b, block);
	buf_u32(b, count);
}

/* Packages 1 and 2, with a free slot between them. The sums are zlib.adler32() of the bytes in
 * front. */
static struct buf two(void)
{
	struct buf b = BUF(1 << 20);

	buf_add(&b, STR("RpmP"));
	for (unsigned i = 0; i < 7; i++)
		buf_u32(&b, i == 2 ? 1 : i == 3 ? 3 : 0);
	put_slot(&b, 2, FIRST_BLOCK + 2, 2);
	put_slot(&b, 0, 0, 0);
	put_slot(&b, 1, FIRST_BLOCK, 2);
	while (b.n < PAGE)
		put_slot(&b, 0, 0, 0);
	put_blob(&b, 1, "keel", 0x2f0e04b3);
	put_blob(&b, 2, "mast", 0x2f3e04c8);
	return b;
}

TEST(ndb_gives_records_in_the_order_they_lie)
{
	struct buf b cleanup(buf_done) = two();
	struct reading r cleanup(reading_done);

	open_bytes(&r, ndb_open, buf_view(&b), 64);
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(step(&r), 1);
	EXPECT_INT(r.blob.key, 1);
	EXPECT(!r.blob.damaged);
	EXPECT_STR(r.blob.bytes, STR("keel"));
	EXPECT_INT(step(&r), 1);
	EXPECT_INT(r.blob.key, 2);
	EXPECT_STR(r.blob.bytes, STR("mast"));
	EXPECT_INT(step(&r), 0);
}

/* One byte changed at a time: what it costs. */
TEST(ndb_damage_costs_a_record_or_the_database)
{
	static const struct {
		const char *what;
		size_t at;
		char byte;
		int open;         /* result of opening */
		unsigned damaged; /* records */
		const char *why;
	} rows[] = {
		{ "magic", 0, 'X', ERR_FORMAT, 0, "not an ndb package file" },
		{ "version", 4, 1, ERR_UNSUPPORTED, 0, "ndb version 1" },
		{ "no slot page", 12, 0, ERR_FORMAT, 0, "0 slot pages" },
		{ "more slot pages than bytes", 12, 2, ERR_FORMAT, 0, "2 slot pages" },
		{ "a slot's magic", 32, 'X', ERR_FORMAT, 0, "byte 36: no slot" },
		{ "a slot for no package", 36, 0, ERR_FORMAT, 0, "slot of package 0" },
		{ "a slot among the slots", 41, 0, ERR_FORMAT, 0, "points to block 2" },
		{ "a slot past the end", 44, 3, ERR_FORMAT, 0, "runs past the end, to block 261" },
		{ "two slots, one blob", 40, 0, 0, 1, "two blobs overlap" },
		{ "a blob's magic", PAGE, 'X', 0, 1, "byte 4100: no blob" },
		{ "another package's blob", PAGE + 4, 9, 0, 1, "the blob is another package's" },
		{ "longer than its blocks", PAGE + 12, 5, 0, 1,
		  "the blob's 5 bytes are not its slot's 2 blocks" },
		{ "a changed byte", PAGE + 16, 'K', 0, 1, "the blob's checksum differs" },
		{ "a changed checksum", PAGE + 20, 0, 0, 1, "the blob's checksum differs" },
		{ "lengths that differ", PAGE + 24, 3, 0, 1, "the blob has no end" },
		{ "a blob's end", PAGE + 31, 'X', 0, 1, "the blob has no end" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf b cleanup(buf_done) = two();
		struct reading r cleanup(reading_done);
		unsigned damaged = 0, records = 0;
		bool told = false;

		b.p[rows[i].at] = rows[i].byte;
		open_bytes(&r, ndb_open, buf_view(&b), 64);
		told = strstr(r.e.msg, rows[i].why);
		if (r.result != rows[i].open)
			test_fail(__FILE__, __LINE__, "%s: %d %s", rows[i].what, r.result, r.e.msg);
		while (!rows[i].open && step(&r) > 0) {
			records++;
			damaged += r.blob.damaged;
			told |= r.blob.damaged && strstr(r.e.msg, rows[i].why);
		}
		if (damaged != rows[i].damaged || records != (rows[i].open ? 0 : 2) || !told)
			test_fail(__FILE__, __LINE__, "%s: %u of %u damaged, %s", rows[i].what,
			          damaged, records, r.e.msg);
	}
}

TEST(ndb_a_record_over_the_ceiling_costs_itself)
{
	struct buf b cleanup(buf_done) = two();
	struct reading r cleanup(reading_done);

	open_bytes(&r, ndb_open, buf_view(&b), BLOB - 1);
	EXPECT_INT(step(&r), 1);
	EXPECT(r.blob.damaged && r.e.code == ERR_LIMIT);
	EXPECT_INT(step(&r), 1);
	EXPECT_INT(step(&r), 0);
}

TEST(ndb_a_cut_file_is_told)
{
	struct buf b cleanup(buf_done) = two();

	for (size_t n = 0; n < b.n; n += n < 64 ? 1 : 333) {
		struct reading r cleanup(reading_done);
		open_bytes(&r, ndb_open, str_upto(buf_view(&b), n), 64);
		EXPECT_INT(r.result, ERR_FORMAT);
		EXPECT(r.e.msg[0]);
	}
}
