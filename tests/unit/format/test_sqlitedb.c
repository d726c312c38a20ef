#include "blobs_reading.h"
#include "format/sqlitedb.h"
#include <sqlite3.h>

#define SCHEMA "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);"

static int open_packages(struct spool *from, size_t max_bytes, struct blobs **out, struct error *e)
{
	return sqlitedb_open(from, "Packages", "blob", max_bytes, out, e);
}

/* What SQLite itself writes for these statements, with pages of 512 bytes. Freed by the caller. */
static unsigned char *make(const char *sql, size_t *n)
{
	sqlite3_int64 size = 0;
	sqlite3 *db = NULL;
	unsigned char *image, *copy;
	char *why = NULL;

	sqlite3_hard_heap_limit64(0);
	EXPECT_INT(sqlite3_open(":memory:", &db), SQLITE_OK);
	EXPECT_INT(sqlite3_exec(db, "PRAGMA page_size = 512", NULL, NULL, NULL), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		test_fail(__FILE__, __LINE__, "%s: %s", sql, why);
	image = sqlite3_serialize(db, "main", &size, 0);
	*n = (size_t)size;
	copy = malloc(*n);
	memcpy(copy, image, *n);
	sqlite3_free(image);
	sqlite3_close(db);
	return copy;
}

static void expect_keel_and_mast(struct reading *r)
{
	EXPECT_OK(r->result, &r->e);
	EXPECT_INT(step(r), 1);
	EXPECT_INT(r->blob.key, 3);
	EXPECT(!r->blob.damaged);
	EXPECT_STR(r->blob.bytes, STR("keel"));
	EXPECT_INT(step(r), 1);
	EXPECT_INT(r->blob.key, 9);
	EXPECT_INT(r->blob.bytes.n, 3000); /* over six pages */
	EXPECT_STR(str_upto(r->blob.bytes, 4), STR("mast"));
	EXPECT_INT(step(r), 0);
}

static const char two[] =
        SCHEMA "INSERT INTO Packages VALUES (9, CAST('mast' AS BLOB) || zeroblob(2996)),"
               "(3, CAST('keel' AS BLOB));";

TEST(sqlitedb_gives_records_by_number)
{
	struct reading r cleanup(reading_done);
	size_t n;
	autofree unsigned char *image = make(two, &n);

	open_bytes(&r, open_packages, str_mem(image, n), 4096);
	expect_keel_and_mast(&r);
}

/* Bytes 18 and 19 say "write-ahead log" (SQLite file format, 1.3.3); there is no log here. */
TEST(sqlitedb_reads_write_ahead_mode)
{
	struct reading r cleanup(reading_done);
	size_t n;
	autofree unsigned char *image = make(two, &n);

	image[18] = image[19] = 2;
	open_bytes(&r, open_packages, str_mem(image, n), 4096);
	expect_keel_and_mast(&r);
}

TEST(sqlitedb_two_at_once_do_not_meet)
{
	struct reading r cleanup(reading_done), other cleanup(reading_done);
	size_t n, m;
	autofree unsigned char *image = make(two, &n);
	autofree unsigned char *empty = make(SCHEMA, &m);

	open_bytes(&r, open_packages, str_mem(image, n), 4096);
	open_bytes(&other, open_packages, str_mem(empty, m), 4096);
	EXPECT_INT(step(&other), 0);
	expect_keel_and_mast(&r);
}

TEST(sqlitedb_a_record_over_the_ceiling_costs_itself)
{
	struct reading r cleanup(reading_done);
	size_t n;
	autofree unsigned char *image = make(two, &n);

	open_bytes(&r, open_packages, str_mem(image, n), 2999);
	EXPECT_INT(step(&r), 1);
	EXPECT_STR(r.blob.bytes, STR("keel"));
	EXPECT_INT(step(&r), 1);
	EXPECT(r.blob.damaged && r.e.code == ERR_LIMIT);
	EXPECT_INT(r.blob.key, 9);
	EXPECT_INT(step(&r), 0);
}

TEST(sqlitedb_a_broken_chain_costs_its_record)
{
	struct reading r cleanup(reading_done);
	static const char first[] =
	        SCHEMA "INSERT INTO Packages VALUES (1, zeroblob(900)), (2, CAST('mast' AS BLOB));";
	size_t n, at;
	autofree unsigned char *image = make(first, &n);

	/* the only cell with a chain ends with the number of its first overflow page, 4 bytes */
	for (at = n / 512 * 512; at >= 512; at -= 512)
		if (image[at - 512] == 13 &&
		    image[at - 512 + 4] == 2) /* a leaf of a table, two cells */
			break;
	EXPECT(at >= 512);
	memset(image + at - 4, 0xff, 4);
	open_bytes(&r, open_packages, str_mem(image, n), 4096);
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(step(&r), 1);
	EXPECT_INT(r.blob.key, 1);
	EXPECT(r.blob.damaged && strstr(r.e.msg, "malformed"));
	EXPECT_INT(step(&r), 1);
	EXPECT_STR(r.blob.bytes, STR("mast"));
	EXPECT(!r.blob.damaged);
	EXPECT_INT(step(&r), 0);
}

TEST(sqlitedb_text_is_no_program)
{
	static const struct {
		const char *sql, *why;
	} rows[] = {
		{ "CREATE VIEW Packages AS WITH RECURSIVE c(hnum, blob) AS (SELECT 1, x'00' UNION "
		  "ALL "
		  "SELECT hnum + 1, blob FROM c) SELECT * FROM c;",
		  "no table Packages" },
		{ "CREATE TABLE Other (a);", "no table Packages" },
		{ SCHEMA "CREATE VIEW v AS SELECT load_extension('x');", NULL },
		{ "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS "
		  "(zeroblob(1000000000)), x);"
		  "INSERT INTO Packages VALUES (1, 1);",
		  "SQLite" },
		{ "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob) WITHOUT ROWID;",
		  "SQLite" },
		{ "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, other);INSERT INTO Packages "
		  "VALUES (1, 1);",
		  "SQLite: no such column" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done) = { 0 };
		bool told = false;
		size_t n;

		autofree unsigned char *image = make(rows[i].sql, &n);
		open_bytes(&r, open_packages, str_mem(image, n), 4096);
		while (r.result >= 0 && step(&r) > 0 && !told)
			told = r.blob.damaged && rows[i].why && strstr(r.e.msg, rows[i].why);
		told |= r.result < 0 && rows[i].why && strstr(r.e.msg, rows[i].why);
		if (told != (rows[i].why != NULL))
			test_fail(__FILE__, __LINE__, "%s: %d %s", rows[i].sql, r.result, r.e.msg);
	}
}

TEST(sqlitedb_a_cut_file_is_told)
{
	size_t n;
	autofree unsigned char *image = make(two, &n);

	for (size_t cut = 0; cut < n; cut += 100) {
		struct reading r cleanup(reading_done);
		unsigned whole = 0;

		open_bytes(&r, open_packages, str_mem(image, cut), 4096);
		while (r.result >= 0 && step(&r) > 0)
			whole += !r.blob.damaged;
		EXPECT(r.e.msg[0] && whole < 2);
	}
}
