#include "base/buf.h"
#include "inventory/rpmdb.h"
#include "inventory/rpmheader.h"
#include "reader.h"
#include <sqlite3.h>

/* --- headers, put together as the rpm package format says --- */

enum { INT16 = 3, INT32 = 4, STRING = 6, BIN = 7, STRING_ARRAY = 8, I18N = 9, UNKNOWN = 10 };

struct maker {
	unsigned entries;
	struct buf index, data;
};

#define MAKER                                 \
	{                                     \
		0, BUF(1 << 16), BUF(1 << 16) \
	}

static void put_be32(struct buf *b, uint32_t v)
{
	buf_u32(b, __builtin_bswap32(v));
}

static void put_at(struct maker *m, uint32_t tag, uint32_t type, uint32_t offset, uint32_t count)
{
	put_be32(&m->index, tag);
	put_be32(&m->index, type);
	put_be32(&m->index, offset);
	put_be32(&m->index, count);
	m->entries++;
}

static void put_text(struct maker *m, uint32_t tag, uint32_t type, const char *text)
{
	put_at(m, tag, type, (uint32_t)m->data.n, 1);
	buf_add(&m->data, (str){ text, strlen(text) + 1 });
}

static void put_number(struct maker *m, uint32_t tag, uint32_t v)
{
	while (m->data.n % 4)
		buf_addc(&m->data, 0);
	put_at(m, tag, INT32, (uint32_t)m->data.n, 1);
	put_be32(&m->data, v);
}

static void put_nevra(struct maker *m, const char *name, const char *version, const char *release)
{
	put_text(m, 1000, STRING, name);
	put_text(m, 1001, STRING, version);
	put_text(m, 1002, STRING, release);
}

static struct buf done(struct maker *m)
{
	struct buf b = BUF(1 << 17);
	put_be32(&b, m->entries);
	put_be32(&b, (uint32_t)m->data.n);
	buf_add(&b, buf_view(&m->index));
	buf_add(&b, buf_view(&m->data));
	buf_done(&m->index);
	buf_done(&m->data);
	return b;
}

TEST(rpmheader_takes_tags_of_any_text_type)
{
	struct maker m = MAKER;
	struct rpmheader h;
	struct error e = { 0 };

	put_at(&m, 63, BIN, 0x7fffffff, 16); /* a region: its offset is not looked at */
	put_nevra(&m, "keel", "1.2", "3.el8");
	put_number(&m, 1003, 7);
	put_text(&m, 1004, I18N, "a summary");
	put_text(&m, 1011, I18N, "Ship Yard");
	put_text(&m, 1014, STRING_ARRAY, "MIT");
	put_text(&m, 1022, STRING, "x86_64");
	put_text(&m, 1044, STRING, "keel-1.2-3.el8.src.rpm");
	put_text(&m, 5096, STRING, "keel:1:80:ab");
	struct buf b cleanup(buf_done) = done(&m);
	EXPECT_OK(rpmheader_parse(buf_view(&b), &h, &e), &e);
	EXPECT_STR(h.name, STR("keel"));
	EXPECT_STR(h.version, STR("1.2"));
	EXPECT_STR(h.release, STR("3.el8"));
	EXPECT_INT(h.epoch, 7);
	EXPECT_STR(h.vendor, STR("Ship Yard"));
	EXPECT_STR(h.license, STR("MIT"));
	EXPECT_STR(h.arch, STR("x86_64"));
	EXPECT_STR(h.source_rpm, STR("keel-1.2-3.el8.src.rpm"));
	EXPECT_STR(h.modularity, STR("keel:1:80:ab"));
}

/* rpm's header.c: "Dribble entries replace duplicate region entries." */
TEST(rpmheader_a_tag_that_comes_twice_counts_by_its_last)
{
	struct maker m = MAKER;
	struct rpmheader h;
	struct error e = { 0 };

	put_nevra(&m, "keel", "1", "1");
	put_text(&m, 1002, STRING, "2");
	struct buf b cleanup(buf_done) = done(&m);
	EXPECT_OK(rpmheader_parse(buf_view(&b), &h, &e), &e);
	EXPECT_STR(h.release, STR("2"));
}

/* BASENAMES 1117, DIRNAMES 1118 and for each name the number of its folder, DIRINDEXES 1116 */
static void put_array(struct maker *m, uint32_t tag, const char *texts, size_t n, uint32_t count)
{
	put_at(m, tag, STRING_ARRAY, (uint32_t)m->data.n, count);
	buf_add(&m->data, (str){ texts, n });
}

static void put_indexes(struct maker *m, const uint32_t *v, uint32_t n)
{
	while (m->data.n % 4)
		buf_addc(&m->data, 0);
	put_at(m, 1116, INT32, (uint32_t)m->data.n, n);
	for (uint32_t i = 0; i < n; i++)
		put_be32(&m->data, v[i]);
}

static void note(void *ctx, str path)
{
	struct buf *into = ctx;
	buf_add(into, path);
	buf_addc(into, ' ');
}

TEST(rpmheader_tells_the_files)
{
	static const struct {
		const char *rule, *dirs, *names;
		size_t dirs_n, names_n;
		uint32_t dirs_count, names_count, indexes_count, indexes[3];
		const char *want;
	} rows[] = {
		{ "folder and name",
		  "/usr/bin/\0/etc/",
		  "keel\0keel.conf\0hull",
		  16,
		  20,
		  2,
		  3,
		  3,
		  { 0, 1, 0 },
		  "usr/bin/keel etc/keel.conf usr/bin/hull " },
		{ "an index past the folders", "/a/", "x\0y", 4, 4, 1, 2, 2, { 7, 0 }, "a/y " },
		{ "fewer indexes than names", "/a/", "x\0y", 4, 4, 1, 2, 1, { 0 }, "a/x " },
		{ "a folder that is no absolute one", "a/", "x", 3, 2, 1, 1, 1, { 0 }, "" },
		{ "no folders", "", "x", 0, 2, 0, 1, 1, { 0 }, "" },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct maker m = MAKER;
		struct rpmheader h;
		struct error e = { 0 };
		struct arena scratch cleanup(arena_done) = ARENA(1 << 16);
		struct buf told cleanup(buf_done) = BUF(1 << 12);

		put_nevra(&m, "keel", "1", "1");
		if (rows[i].dirs_count)
			put_array(&m, 1118, rows[i].dirs, rows[i].dirs_n, rows[i].dirs_count);
		put_indexes(&m, rows[i].indexes, rows[i].indexes_count);
		put_array(&m, 1117, rows[i].names, rows[i].names_n, rows[i].names_count);
		struct buf b cleanup(buf_done) = done(&m);
		EXPECT_OK(rpmheader_parse(buf_view(&b), &h, &e), &e);
		rpmheader_files(&h, &scratch, note, &told);
		if (!str_eq(buf_view(&told), str_c(rows[i].want)))
			test_fail(__FILE__, __LINE__, "%s: \"%.*s\"", rows[i].rule,
			          STR_FMT(buf_view(&told)));
	}
}

TEST(rpmheader_refuses_what_points_outside)
{
	static const struct {
		const char *what;
		uint32_t tag, type, offset, count;
	} rows[] = {
		{ "an offset at the end of the data", 1014, STRING, 15, 1 },
		{ "text without its NUL", 1014, STRING, 14, 1 },
		{ "an offset over 2^31", 1014, STRING, 0xfffffff0, 1 },
		{ "more numbers than bytes", 1005, INT32, 0, 5 },
		{ "a count that overflows", 1005, INT32, 0, 0x40000001 },
		{ "a number off its alignment", 1005, INT32, 2, 1 },
		{ "half a number off its alignment", 1005, INT16, 3, 1 },
		{ "a type that is none", 1005, UNKNOWN, 0, 1 },
		{ "nothing", 1005, INT32, 0, 0 },
		{ "a tag under all tags", 99, STRING, 0, 1 },
		{ "an epoch that is text", 1003, STRING, 0, 1 },
		{ "a name that is a number", 1000, INT32, 0, 1 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct maker m = MAKER;
		struct rpmheader h;
		struct error e = { 0 };

		put_nevra(&m, "keel", "1", "1"); /* 9 bytes */
		buf_add(&m.data, STR("\0\0\0\0\0x"));
		put_at(&m, rows[i].tag, rows[i].type, rows[i].offset, rows[i].count);
		struct buf b cleanup(buf_done) = done(&m);
		if (rpmheader_parse(buf_view(&b), &h, &e) != ERR_FORMAT || !strstr(e.msg, "byte "))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].what, e.msg);
	}
}

TEST(rpmheader_cut_anywhere_is_told)
{
	struct maker m = MAKER;
	struct rpmheader h;

	put_nevra(&m, "keel", "1.2", "3.el8");
	struct buf b cleanup(buf_done) = done(&m);
	for (size_t n = 0; n < b.n; n++) {
		struct error e = { 0 };
		EXPECT_INT(rpmheader_parse(str_upto(buf_view(&b), n), &h, &e), ERR_FORMAT);
		EXPECT(e.msg[0]);
	}
}

TEST(rpmheader_source_is_split_from_its_end)
{
	static const struct {
		const char *text, *name, *version;
	} rows[] = {
		{ "util-linux-2.32.1-42.el8_8.src.rpm", "util-linux", "2.32.1-42.el8_8" },
		{ "java-1.8.0-openjdk-1.8.0.412.b08-2.el9.src.rpm", "java-1.8.0-openjdk",
		  "1.8.0.412.b08-2.el9" },
		{ "db2-1-1.nosrc.rpm", "db2", "1-1" },
		{ "a-1.src.rpm", NULL, NULL },
		{ "-1-1.src.rpm", NULL, NULL },
		{ "a--1.src.rpm", NULL, NULL },
		{ "a-1-.src.rpm", NULL, NULL },
		{ "a-1-1.x86_64.rpm", NULL, NULL },
		{ "(none)", NULL, NULL },
		{ "", NULL, NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		str name = { 0 }, version = { 0 };
		EXPECT_INT(rpmheader_source(str_c(rows[i].text), &name, &version),
		           rows[i].name != NULL);
		EXPECT_STR(name, str_c(rows[i].name));
		EXPECT_STR(version, str_c(rows[i].version));
	}
}

/* --- databases --- */

static void read_spooled(struct reading *r, detector_read *read, const char *path, str bytes)
{
	struct stream *s = stream_mem(bytes);
	struct file f = { str_c(path), bytes.n, 0644, s };

	*r = (struct reading){ .arena = ARENA(64 << 20) };
	r->found = (struct inventory){ .arena = &r->arena, .spool = spool_new(-1, 64 << 20) };
	r->result = read(&f, &r->found, &r->e);
	spool_free(r->found.spool);
	stream_free(s);
}

static void insert(sqlite3 *db, unsigned key, str blob)
{
	sqlite3_stmt *put = NULL;

	sqlite3_prepare_v2(db, "INSERT INTO Packages VALUES (?, ?)", -1, &put, NULL);
	sqlite3_bind_int64(put, 1, key);
	sqlite3_bind_blob64(put, 2, blob.p, blob.n, SQLITE_TRANSIENT);
	EXPECT_INT(sqlite3_step(put), SQLITE_DONE);
	sqlite3_finalize(put);
}

static void insert_package(sqlite3 *db, unsigned key, const char *name, uint32_t epoch,
                           const char *source)
{
	struct maker m = MAKER;

	put_nevra(&m, name, "5~rc1", "1.el8");
	put_number(&m, 1003, epoch);
	put_text(&m, 1015, STRING, "A Packager");
	put_text(&m, 1044, STRING, source);
	struct buf b cleanup(buf_done) = done(&m);
	insert(db, key, buf_view(&b));
}

TEST(rpmdb_a_damaged_header_is_a_gap_and_the_others_are_read)
{
	struct reading r cleanup(reading_done);
	sqlite3_int64 n = 0;
	sqlite3 *db = NULL;

	sqlite3_hard_heap_limit64(0);
	sqlite3_open(":memory:", &db);
	sqlite3_exec(db,
	             "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB "
	             "NOT NULL)",
	             NULL, NULL, NULL);
	insert_package(db, 1, "gpg-pubkey", 0, "(none)");
	insert_package(db, 2, "keel", 0, "keel-5~rc1-1.el8.src.rpm");
	insert(db, 3, STR("no header at all"));
	insert_package(db, 4, "mast", 2, "rigging-4-1.src.rpm");
	unsigned char *image = sqlite3_serialize(db, "main", &n, 0);
	read_spooled(&r, rpmdb_read, "var/lib/rpm/rpmdb.sqlite", str_mem(image, (size_t)n));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 2);
	const struct package *keel = find(&r, "keel"), *mast = find(&r, "mast");
	EXPECT_INT(keel->type, PACKAGE_RPM);
	EXPECT_STR(keel->version, STR("5~rc1-1.el8")); /* epoch 0 is not written */
	EXPECT_STR(keel->source, STR("keel"));
	EXPECT_STR(keel->source_version, STR("")); /* the same */
	EXPECT_STR(keel->maintainer, STR("A Packager"));
	EXPECT_STR(keel->evidence, STR("rpm header"));
	EXPECT_STR(keel->path, STR("var/lib/rpm/rpmdb.sqlite"));
	EXPECT_INT(keel->offset, 2);
	EXPECT_STR(mast->version, STR("2:5~rc1-1.el8"));
	EXPECT_STR(mast->source, STR("rigging"));
	EXPECT_STR(mast->source_version, STR("4-1"));
	EXPECT_INT(r.found.gaps.n, 1);
	EXPECT_INT(r.found.gaps.v[0].kind, GAP_UNREADABLE);
	EXPECT_STR(r.found.gaps.v[0].where, STR("var/lib/rpm/rpmdb.sqlite"));
	EXPECT(str_starts(r.found.gaps.v[0].why, STR("record 3: byte 8: an rpm header of ")));
	sqlite3_free(image);
	sqlite3_close(db);
}

TEST(rpmdb_what_is_no_database_is_an_error)
{
	static const char *const rows[] = { "", "short",
		                            "Packages that are words, not a database" };
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_spooled(&r, rpmdb_read, "var/lib/rpm/Packages", str_c(rows[i]));
		EXPECT_INT(r.result, ERR_FORMAT);
		EXPECT(r.e.msg[0]);
	}
}

TEST(rpmdb_needs_a_spool)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, rpmdb_read, "var/lib/rpm/Packages", STR("RpmP"));
	EXPECT_INT(r.result, ERR_LIMIT);
}

TEST(rpmdb_a_log_that_is_not_empty_is_a_gap)
{
	struct reading r cleanup(reading_done), empty cleanup(reading_done);
	read_bytes(&r, rpmdb_read_wal, "var/lib/rpm/rpmdb.sqlite-wal", STR("7\x7f\6\x82"));
	EXPECT_INT(r.found.gaps.n, 1);
	EXPECT_INT(r.found.gaps.v[0].kind, GAP_NOT_READ);
	read_bytes(&empty, rpmdb_read_wal, "var/lib/rpm/rpmdb.sqlite-wal", STR(""));
	EXPECT_INT(empty.found.gaps.n, 0);
}

/* The fields are those of marinara's "rpm -qa --qf", which writes these lists. */
TEST(rpmdb_reads_the_list_of_a_distroless_image)
{
	static const char list[] =
	        "keel\t1.2-3.cm2\t1653816591\t1653753130\tShip "
	        "Yard\t(none)\t580\tx86_64\t0\tkeel-1.2-3.cm2.src.rpm\n"
	        "\n"
	        "mast\t5-1.cm2\t1653816591\t1653753130\t(none)\t2\t10\tnoarch\t2\trigging-4-1.cm2."
	        "src.rpm\n"
	        "torn\t1-1\t1653816591\n"
	        "gpg-pubkey\t1-1\t1653816591\t1653753130\t(none)\t(none)\t0\t(none)\t0\t(none)\n";
	struct reading r cleanup(reading_done);

	read_bytes(&r, rpmdb_read_manifest, "var/lib/rpmmanifest/container-manifest-2", STR(list));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 2);
	const struct package *keel = find(&r, "keel"), *mast = find(&r, "mast");
	EXPECT_STR(keel->version, STR("1.2-3.cm2"));
	EXPECT_STR(keel->arch, STR("x86_64"));
	EXPECT_STR(keel->maintainer, STR("Ship Yard"));
	EXPECT_STR(keel->source, STR("keel"));
	EXPECT_STR(mast->version, STR("2:5-1.cm2"));
	EXPECT_STR(mast->maintainer, STR(""));
	EXPECT_STR(mast->source, STR("rigging"));
	EXPECT_STR(mast->source_version, STR("4-1.cm2"));
	EXPECT_INT(mast->offset, strstr(list, "mast") - list);
	EXPECT_INT(r.found.gaps.n, 1);
	char why[64];
	snprintf(why, sizeof why, "byte %td: not a line of ten fields",
	         strstr(list, "torn") - list);
	EXPECT_STR(r.found.gaps.v[0].why, str_c(why));
}

/* --- real ones --- */

static struct buf fixture(const char *name)
{
	struct buf b = BUF(16 << 20);
	const char *folder = getenv("PLIMSOLL_FIXTURES");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/rpmdb/%s", folder ? folder : "", name);
	f = folder ? fopen(path, "rb") : NULL;
	if (!f) {
		test_skip(folder ? "PLIMSOLL_FIXTURES has no rpmdb"
		                 : "PLIMSOLL_FIXTURES is not set");
		return b;
	}
	for (size_t got = 1; got;) {
		char *p = buf_room(&b, 4096);
		got = p ? fread(p, 1, 4096, f) : 0;
		buf_grown(&b, got);
	}
	fclose(f);
	return b;
}

/* as rpm --define "_db_backend bdb_ro" -qa lists it */
TEST(rpmdb_reads_berkeley_db_of_rhel_8)
{
	struct buf bytes cleanup(buf_done) = fixture("bdb-libuuid-Packages");
	struct reading r cleanup(reading_done) = { 0 };

	if (!bytes.n)
		return;
	read_spooled(&r, rpmdb_read, "var/lib/rpm/Packages", buf_view(&bytes));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.gaps.n, 0);
	EXPECT_INT(r.found.packages.n, 1);
	const struct package *p = find(&r, "libuuid");
	EXPECT_STR(p->version, STR("2.32.1-42.el8_8"));
	EXPECT_STR(p->arch, STR("x86_64"));
	EXPECT_STR(p->source, STR("util-linux"));
	EXPECT_STR(p->maintainer, STR("Red Hat, Inc."));
	EXPECT_STR(p->license, STR("BSD"));
	EXPECT_INT(p->offset, 1);
}

/* name, [epoch:]version-release, architecture (not told), source rpm: the list of another scanner
 */
TEST(rpmdb_reads_ndb_of_sle_15)
{
	struct buf bytes cleanup(buf_done) = fixture("ndb-sle15-bci-Packages.db");
	struct buf want cleanup(buf_done) = fixture("ndb-sle15-bci.packages.tsv");
	struct reading r cleanup(reading_done) = { 0 };
	str rest = buf_view(&want), line, field;
	size_t lines = 0;

	if (!bytes.n || !want.n)
		return;
	read_spooled(&r, rpmdb_read, "var/lib/rpm/Packages.db", buf_view(&bytes));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.gaps.n, 0);
	for (; str_line(&rest, &line); lines++) {
		const struct package *p;
		char name[128];

		if (!str_split(&line, '\t', &field))
			continue;
		snprintf(name, sizeof name, "%.*s", STR_FMT(field));
		p = find(&r, name);
		EXPECT(str_split(&line, '\t', &field));
		EXPECT_STR(p->version, field);
	}
	EXPECT_INT(r.found.packages.n, lines);
}
