#include "base/buf.h"
#include "feeds.h"

static size_t findings_of(struct feeds *f, const char *name, const char *version)
{
	struct package p = { .type = PACKAGE_NPM, .name = str_c(name), .version = str_c(version) };
	return feeds_match(f, &p, NULL).findings.n;
}

TEST(ingest_makes_a_generation_and_notices_when_nothing_is_new)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT(f.sum.installed && f.sum.whole);
	EXPECT_INT(f.sum.generation, 1);
	EXPECT_INT(f.sum.records, 1);
	EXPECT_INT(findings_of(&f, "a", "1.0.0"), 1);
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT(!f.sum.installed);
	EXPECT_INT(f.sum.generation, 1);
}

TEST(ingest_names_what_changed)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	feeds_npm(&f, "GHSA-2", "", "b", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	feeds_npm(&f, "GHSA-2", "", "b", "3.0.0");
	feeds_npm(&f, "GHSA-3", "", "c", "1.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT(f.sum.installed && !f.sum.whole);
	EXPECT_INT(f.sum.generation, 2);
	EXPECT_INT(f.sum.changed_packages, 2);
	EXPECT_INT(f.sum.changed_advisories,
	           1); /* GHSA-3; GHSA-2 says the same with another range */
	EXPECT_INT(findings_of(&f, "b", "2.5.0"), 1);
}

TEST(ingest_keeps_the_last_good_data_of_a_broken_feed)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	feeds_put(
	        &f, "debian/tracker.json",
	        "{\"s\":{\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{\"status\":\"open\"}}}}}");
	EXPECT_OK(feeds_update(&f), &f.e);
	feeds_put(&f, "debian/tracker.json", "{\"s\":{\"CVE-2024-0001\":{\"releases\"");
	feeds_npm(&f, "GHSA-2", "", "b", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(f.sum.failed, 1);
	EXPECT(f.sum.installed);
	struct package p = { .type = PACKAGE_DEB, .name = STR("s"), .version = STR("1") };
	EXPECT_INT(feeds_match(&f, &p, "Debian:12").findings.n, 1);
	EXPECT_INT(findings_of(&f, "b", "1.0.0"), 1);
	/* and again, as it is still broken */
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(f.sum.failed, 1);
	EXPECT_INT(f.sum.generation, 2);
}

TEST(ingest_leaves_one_bad_record_out_and_says_so)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	feeds_put(&f, "osv/npm/GHSA-9.json", "{\"id\":");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(f.sum.failed, 0);
	EXPECT_INT(f.sum.feeds.v[0].skipped, 1);
	EXPECT(str_find(f.sum.feeds.v[0].why, STR("GHSA-9.json")) < f.sum.feeds.v[0].why.n);
	EXPECT_INT(f.sum.records, 1);
}

TEST(ingest_of_nothing_installs_nothing)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	EXPECT_INT(feeds_update(&f), ERR_NOTFOUND);
	feeds_put(&f, "osv/npm/all.zip", "no zip at all");
	EXPECT(feeds_update(&f) < 0);
	struct vulndb *db = NULL;
	EXPECT_INT(vulndb_open(f.db, &db, &f.e), ERR_NODATA);
}

TEST(ingest_drops_a_feed_that_is_gone)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	feeds_put(
	        &f, "debian/tracker.json",
	        "{\"s\":{\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{\"status\":\"open\"}}}}}");
	EXPECT_OK(feeds_update(&f), &f.e);
	feeds_put(&f, "debian/tracker.json", NULL);
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT(f.sum.installed);
	EXPECT_INT(f.sum.feeds.v[1].state, INGEST_DROPPED);
	struct vulndb *db = NULL;
	EXPECT_OK(vulndb_open(f.db, &db, &f.e), &f.e);
	EXPECT(!vulndb_covers(db, STR("Debian:12")));
	EXPECT(vulndb_covers(db, STR("npm")));
	EXPECT(!vulndb_covers(db, STR("np")));
	EXPECT(!vulndb_covers(db, STR("")));
	vulndb_close(db);
}

TEST(ingest_gives_the_same_bytes_for_the_same_feeds)
{
	struct feeds f cleanup(feeds_done), g cleanup(feeds_done);
	struct feeds *both[] = { &f, &g };
	struct buf text[2] = { BUF(4 << 20), BUF(4 << 20) };
	for (int i = 0; i < 2; i++) {
		feeds_new(both[i]);
		feeds_npm(both[i], "GHSA-1", "\"CVE-2024-0001\"", "a", "2.0.0");
		feeds_npm(both[i], "GHSA-2", "", "b", "2.0.0");
		EXPECT_OK(feeds_update(both[i]), &both[i]->e);
		FILE *from = fopen(both[i]->db, "r");
		for (char *p; from && (p = buf_room(&text[i], 65536));) {
			size_t n = fread(p, 1, 65536, from);
			buf_grown(&text[i], n);
			if (!n)
				break;
		}
		if (from)
			fclose(from);
	}
	EXPECT(text[0].n > 4096 && str_eq(buf_view(&text[0]), buf_view(&text[1])));
	buf_done(&text[0]);
	buf_done(&text[1]);
}

TEST(ingest_leaves_readers_of_the_old_generation_alone)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct vulndb *db = NULL;
	struct scan_report r = { 0 };
	struct package p = { .type = PACKAGE_NPM, .name = STR("a"), .version = STR("2.5.0") };
	EXPECT_OK(vulndb_open(f.db, &db, &f.e), &f.e);
	feeds_npm(&f, "GHSA-1", "", "a", "3.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_OK(vulndb_match(db, &p, NULL, &f.a, &r, &f.e), &f.e);
	EXPECT_INT(r.findings.n, 0);
	EXPECT_INT(vulndb_generation(db), 1);
	vulndb_close(db);
	EXPECT_INT(findings_of(&f, "a", "2.5.0"), 1);
}

TEST(vulndb_refuses_files_that_are_none)
{
	struct feeds f cleanup(feeds_done);
	struct vulndb *db = NULL;
	feeds_new(&f);
	feeds_put(&f, "advisories.db", "not a database");
	EXPECT_INT(vulndb_open(f.db, &db, &f.e), ERR_FORMAT);
	feeds_put(&f, "advisories.db", NULL);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	if (truncate(f.db, 8192) < 0)
		abort();
	EXPECT_INT(vulndb_open(f.db, &db, &f.e), ERR_FORMAT);
	/* the next update replaces it */
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(findings_of(&f, "a", "1.0.0"), 1);
}

TEST(ingest_dates_a_feed_by_its_newest_record_that_is_not_from_the_future)
{
	struct feeds f cleanup(feeds_done);
	struct scan_report r = { 0 };
	struct vulndb *db = NULL;

	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0"); /* of 2024-01-01 */
	feeds_put(&f, "osv/npm/GHSA-2.json",
	          "{\"id\":\"GHSA-2\",\"modified\":\"2999-01-01T00:00:00Z\",\"affected\":[{"
	          "\"package\":"
	          "{\"ecosystem\":\"npm\",\"name\":\"b\"},\"versions\":[\"1.0.0\"]}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(f.sum.records, 2);
	EXPECT_OK(vulndb_open(f.db, &db, &f.e), &f.e);
	EXPECT_OK(vulndb_describe(db, &f.a, &r, &f.e), &f.e);
	EXPECT_STR(r.data_date, STR("2024-01-01T00:00:00Z"));
	vulndb_close(db);
}
