#include "base/buf.h"
#include "feeds.h"
#include "vulndb/lookup.h"

/* "CVE-1 fixed 2.0 [GHSA-1 PYSEC-1] {aliases}" a line */
static void expect(struct feeds *f, struct package p, const char *ecosystem, const char *want)
{
	struct buf b cleanup(buf_done) = BUF(1 << 16);
	struct scan_report r = feeds_match(f, &p, ecosystem);
	for (size_t i = 0; i < r.findings.n; i++) {
		const struct finding *x = &r.findings.v[i];
		buf_printf(&b, "%.*s %s %.*s [", STR_FMT(x->id), fix_status_word(x->status),
		           STR_FMT(x->fixed_version));
		for (size_t k = 0; k < x->advisories.n; k++)
			buf_printf(&b, "%s%.*s", k ? " " : "", STR_FMT(x->advisories.v[k]));
		buf_add(&b, STR("] {"));
		for (size_t k = 0; k < x->aliases.n; k++)
			buf_printf(&b, "%s%.*s", k ? " " : "", STR_FMT(x->aliases.v[k]));
		buf_add(&b, STR("}\n"));
	}
	EXPECT_STR(buf_view(&b), str_c(want));
}

#define NPM(name_, version_) \
	((struct package){ .type = PACKAGE_NPM, .name = STR(name_), .version = STR(version_) })

TEST(match_merges_records_that_are_aliases)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2024-0001\"", "a", "2.0.0");
	feeds_npm(&f, "NSWG-1", "\"CVE-2024-0001\"", "a", "2.0.1"); /* shares the CVE */
	feeds_npm(&f, "GHSA-5", "\"X-1\"", "b", "2.0.0");
	feeds_npm(&f, "X-1", "\"CVE-2024-0005\"", "other",
	          "2.0.0"); /* the chain's middle is about another package */
	feeds_npm(&f, "X-2", "\"CVE-2024-0005\"", "b", "1.5.0");
	feeds_npm(&f, "GHSA-7", "", "c", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	/* the fix that clears both */
	expect(&f, NPM("a", "1.0.0"), NULL,
	       "CVE-2024-0001 fixed 2.0.1 [NSWG-1 GHSA-1] {GHSA-1 NSWG-1}\n");
	expect(&f, NPM("a", "2.0.0"), NULL, "CVE-2024-0001 fixed 2.0.1 [NSWG-1] {NSWG-1}\n");
	expect(&f, NPM("a", "2.0.1"), NULL, "");
	expect(&f, NPM("b", "1.0.0"), NULL,
	       "CVE-2024-0005 fixed 2.0.0 [GHSA-5 X-2] {GHSA-5 X-1 X-2}\n");
	expect(&f, NPM("c", "1.0.0"), NULL, "GHSA-7 fixed 2.0.0 [GHSA-7] {}\n");
	expect(&f, NPM("A", "1.0.0"), NULL, "");
}

TEST(match_takes_the_newest_copy_of_a_record)
{
	static const char text[] = "{\"id\":\"GHSA-1\",\"modified\":\"%s\",%s\"affected\":[{"
	                           "\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},"
	                           "\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":"
	                           "\"0\"},{\"fixed\":\"%s\"}]}]}]}";
	struct feeds f cleanup(feeds_done);
	char old[512], fresh[512];
	feeds_new(&f);
	snprintf(old, sizeof old, text, "2024-01-01T00:00:00Z", "", "9.0.0");
	snprintf(fresh, sizeof fresh, text, "2024-02-01T00:00:00Z", "", "2.0.0");
	feeds_put(&f, "osv/Maven/GHSA-1.json", fresh);
	feeds_put(&f, "osv/npm/GHSA-1.json", old);
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, NPM("a", "1.0.0"), NULL, "GHSA-1 fixed 2.0.0 [GHSA-1] {}\n");
	expect(&f, NPM("a", "3.0.0"), NULL, "");
	/* withdrawn later: told as such, whatever the older copy says */
	snprintf(fresh, sizeof fresh, text, "2024-02-01T00:00:00Z",
	         "\"withdrawn\":\"2024-02-01T00:00:00Z\",", "2.0.0");
	feeds_put(&f, "osv/Maven/GHSA-1.json", fresh);
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = NPM("a", "1.0.0");
	struct scan_report r = feeds_match(&f, &p, NULL);
	EXPECT_INT(r.findings.n, 1);
	EXPECT(r.findings.n && r.findings.v[0].state == STATE_WITHDRAWN);
}

TEST(match_drops_withdrawn_records_where_another_speaks)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2024-0001\"", "a", "2.0.0");
	feeds_put(&f, "osv/npm/GHSA-2.json",
	          "{\"id\":\"GHSA-2\",\"withdrawn\":\"2024-02-01T00:00:00Z\",\"aliases\":[\"CVE-"
	          "2024-0001\",\"CVE-2024-0002\"],"
	          "\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":[{"
	          "\"type\":"
	          "\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"9.0.0\"}]}]}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, NPM("a", "1.0.0"), NULL, "CVE-2024-0001 fixed 2.0.0 [GHSA-1] {GHSA-1}\n");
	struct package p = NPM("a", "3.0.0");
	struct scan_report r = feeds_match(&f, &p, NULL);
	EXPECT(r.findings.n == 1 && r.findings.v[0].state == STATE_WITHDRAWN);
}

TEST(match_tells_what_became_of_the_cve)
{
	static const char cve[] = "{\"cveMetadata\":{\"cveId\":\"%s\",\"state\":\"%s\"},"
	                          "\"containers\":{\"cna\":{%s}}}";
	static const struct {
		const char *state, *more;
		enum finding_state want;
	} rows[] = {
		{ "PUBLISHED", "", STATE_VALID },
		{ "PUBLISHED", "\"tags\":[\"x_other\",\"disputed\"]", STATE_DISPUTED },
		{ "REJECTED", "\"rejectedReasons\":[{\"lang\":\"en\",\"value\":\"not one\"}]",
		  STATE_REJECTED },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct feeds f cleanup(feeds_done);
		char text[512];
		feeds_new(&f);
		feeds_npm(&f, "GHSA-1", "\"CVE-2024-0001\"", "a", "2.0.0");
		snprintf(text, sizeof text, cve, "CVE-2024-0001", rows[i].state, rows[i].more);
		feeds_put(&f, "cve/CVE-2024-0001.json", text);
		snprintf(text, sizeof text, "cd %s/cve && tar -cf a.tar CVE-2024-0001.json",
		         f.root);
		EXPECT_INT(system(text), 0);
		EXPECT_OK(feeds_update(&f), &f.e);
		struct package p = NPM("a", "1.0.0");
		struct scan_report r = feeds_match(&f, &p, NULL);
		EXPECT(r.findings.n == 1 && r.findings.v[0].state == rows[i].want);
	}
}

static const char tracker[] = "{\"src\":{\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{\"status\":"
                              "\"resolved\",\"fixed_version\":\"1.2-3\","
                              "\"urgency\":\"low\"}}},\"CVE-2024-0002\":{\"releases\":{"
                              "\"bookworm\":{\"status\":\"open\",\"urgency\":"
                              "\"unimportant\"}}},\"CVE-2024-0003\":{\"releases\":{\"bookworm\":{"
                              "\"status\":\"resolved\",\"fixed_version\":"
                              "\"0\"}}}}}";
static const char dsa[] =
        "{\"id\":\"DSA-1-1\",\"upstream\":[\"CVE-2024-0001\",\"CVE-2024-0009\"],\"affected\":[{"
        "\"package\":{\"ecosystem\":"
        "\"Debian:12\",\"name\":\"src\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{"
        "\"introduced\":\"0\"},"
        "{\"fixed\":\"1.2-3\"}]}]},{\"package\":{\"ecosystem\":\"Debian:10\",\"name\":\"src\"},"
        "\"ranges\":[{\"type\":"
        "\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.2-3\"}]}]}]}";

#define DEB(version_)                                      \
	((struct package){ .type = PACKAGE_DEB,            \
	                   .name = STR("libsrc1"),         \
	                   .source = STR("src"),           \
	                   .version = STR(version_ "+b1"), \
	                   .source_version = STR(version_) })

TEST(match_lets_the_tracker_decide_where_it_lists_the_release)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "debian/tracker.json", tracker);
	feeds_put(&f, "osv/Debian/DSA-1-1.json", dsa);
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, DEB("1.2-2"), "Debian:12",
	       "CVE-2024-0001 fixed 1.2-3 [CVE-2024-0001 DSA-1-1] {DSA-1-1}\n"
	       "CVE-2024-0002 affected  [CVE-2024-0002] {}\n");
	expect(&f, DEB("1.2-3"), "Debian:12", "CVE-2024-0002 affected  [CVE-2024-0002] {}\n");
	/* a release that it does not list: one finding for each CVE of the notice */
	expect(&f, DEB("1.2-2"), "Debian:10",
	       "CVE-2024-0001 fixed 1.2-3 [DSA-1-1] {DSA-1-1}\n"
	       "CVE-2024-0009 fixed 1.2-3 [DSA-1-1] {DSA-1-1}\n");
	expect(&f, DEB("1.2-2"), "Debian:13", "");
	expect(&f, DEB("1.2-2"), NULL, "");
}

TEST(a_release_that_the_tracker_does_not_follow_is_left_behind)
{
	struct feeds f cleanup(feeds_done);
	struct vulndb *db = NULL;
	feeds_new(&f);
	feeds_put(&f, "osv/Debian/DSA-1-1.json", dsa);
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_OK(vulndb_open(f.db, &db, &f.e), &f.e);
	EXPECT(!vulndb_left_behind(db, STR("Debian:10"))); /* no tracker, no answer */
	vulndb_close(db);
	feeds_put(&f, "debian/tracker.json", tracker);
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_OK(vulndb_open(f.db, &db, &f.e), &f.e);
	EXPECT(vulndb_left_behind(db, STR("Debian:10")));
	EXPECT(vulndb_left_behind(db, STR("Debian:9")));
	EXPECT(!vulndb_left_behind(db, STR("Debian:12")));
	EXPECT(vulndb_left_behind(db, STR("Debian:13"))); /* not followed yet */
	EXPECT(!vulndb_left_behind(db, STR("Debian:unstable")));
	EXPECT(!vulndb_left_behind(db, STR("Ubuntu:10.04")));
	EXPECT(!vulndb_left_behind(db, STR("Alpine:3.9")));
	vulndb_close(db);
}

TEST(match_explains_itself)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "debian/tracker.json", tracker);
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = DEB("1.2-2");
	struct scan_report r = feeds_match(&f, &p, "Debian:12");
	EXPECT_INT(r.findings.n, 2);
	const struct finding *x = &r.findings.v[0];
	EXPECT_STR(x->range, STR("introduced 0, fixed 1.2-3"));
	EXPECT_STR(x->comparison, STR("1.2-2 < 1.2-3 (dpkg order)"));
	EXPECT_STR(x->compared_name, STR("src"));
	EXPECT_STR(x->feed, STR("debian-tracker"));
	EXPECT_STR(x->severity_reason, STR("Debian's own rating"));
	EXPECT_INT(x->severity, SEVERITY_LOW);
	EXPECT_STR(x->remediation,
	           STR("Upgrade libsrc1 (source package src) to 1.2-3 or later: apt-get update && "
	               "apt-get install --only-upgrade libsrc1"));
	EXPECT_INT(r.findings.v[1].severity, SEVERITY_NEGLIGIBLE);
	EXPECT_STR(r.findings.v[1].comparison, STR("every version is affected, 1.2-2 too"));
}

TEST(match_without_the_tracker_uses_osv)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "osv/Debian/DSA-1-1.json", dsa);
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, DEB("1.2-2"), "Debian:12",
	       "CVE-2024-0001 fixed 1.2-3 [DSA-1-1] {DSA-1-1}\n"
	       "CVE-2024-0009 fixed 1.2-3 [DSA-1-1] {DSA-1-1}\n");
}

TEST(match_compares_module_builds_with_their_stream_only)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "osv/AlmaLinux/ALSA-1.json",
	          "{\"id\":\"ALSA-1\",\"summary\":\"Important: nodejs:18 security "
	          "update\",\"related\":[\"CVE-2024-0001\"],"
	          "\"affected\":[{\"package\":{\"ecosystem\":\"AlmaLinux:9\",\"name\":\"nodejs\"},"
	          "\"ranges\":[{\"type\":"
	          "\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1:18.20-1.module_"
	          "el9+1\"}]}]}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = { .type = PACKAGE_RPM,
		             .name = STR("nodejs"),
		             .version = STR("1:18.1-1.module_el9+0"),
		             .module = STR("nodejs:18:9020:rhel9") };
	expect(&f, p, "AlmaLinux:9",
	       "CVE-2024-0001 fixed 1:18.20-1.module_el9+1 [ALSA-1] {ALSA-1}\n");
	p.module = STR("nodejs:180:9020:rhel9");
	expect(&f, p, "AlmaLinux:9", "");
	p.module = STR("");
	expect(&f, p, "AlmaLinux:9", "");
}

TEST(match_by_source_gets_its_epoch_from_the_binary)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "osv/Rocky Linux/RLSA-1.json",
	          "{\"id\":\"RLSA-1\",\"upstream\":[\"CVE-2024-0001\"],\"affected\":[{\"package\":{"
	          "\"ecosystem\":"
	          "\"Rocky "
	          "Linux:9\",\"name\":\"openssl\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":["
	          "{\"introduced\":"
	          "\"0\"},{\"fixed\":\"1:3.2.2-6.el9\"}]}]}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = { .type = PACKAGE_RPM,
		             .name = STR("openssl-libs"),
		             .version = STR("1:3.2.2-5.el9"),
		             .source = STR("openssl"),
		             .source_version = STR("3.2.2-5.el9") };
	expect(&f, p, "Rocky Linux:9", "CVE-2024-0001 fixed 1:3.2.2-6.el9 [RLSA-1] {RLSA-1}\n");
	p.version = STR("1:3.2.2-6.el9");
	p.source_version = STR("3.2.2-6.el9");
	expect(&f, p, "Rocky Linux:9", "");
}

/* What holds for a source is found once, and each binary is told its own way out; an unreadable
 * version is noted of each. */
TEST(match_all_says_the_same_as_each_by_itself)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "debian/tracker.json", tracker);
	feeds_put(&f, "osv/Debian/DSA-1-1.json", dsa);
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package packages[] = { DEB("1.2-2"), DEB("1.2-2"), DEB("1.2-3"),
		                      DEB("1.2-2"), DEB("a b"),   DEB("a b") };
	struct scan_report all = { 0 };
	struct distro d = { .ecosystem = STR("Debian:12") };
	struct vulndb *db;
	size_t n = 0, gaps = 0;
	packages[1].name = STR("src-tools");
	for (size_t i = 0; i < LEN(packages); i++)
		vec_add(&f.a, &all.packages, packages[i]);
	EXPECT_OK(vulndb_open(f.db, &db, &f.e), &f.e);
	EXPECT_OK(vulndb_match_all(db, &d, NULL, &f.a, &all, &f.e), &f.e);
	vulndb_close(db);
	for (size_t i = 0; i < LEN(packages); i++) {
		struct scan_report one = feeds_match(&f, &packages[i], "Debian:12");
		gaps += one.gaps.n;
		for (size_t k = 0; k < one.findings.n && n < all.findings.n; k++, n++) {
			const struct finding *x = &one.findings.v[k], *y = &all.findings.v[n];
			EXPECT(y->package == &all.packages.v[i]);
			EXPECT_STR(y->id, x->id);
			EXPECT_STR(y->fixed_version, x->fixed_version);
			EXPECT_STR(y->comparison, x->comparison);
			EXPECT_STR(y->remediation, x->remediation);
		}
	}
	EXPECT(n == all.findings.n && n == 7);
	EXPECT(gaps == all.gaps.n && gaps == 2);
}

TEST(match_notes_versions_that_have_no_order)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = NPM("a", "not a version"), q = NPM("b", "not a version");
	struct scan_report r = feeds_match(&f, &p, NULL);
	EXPECT_INT(r.findings.n, 0);
	EXPECT_INT(r.gaps.n, 1);
	EXPECT_INT(r.gaps.v[0].kind, GAP_VERSION);
	EXPECT_INT(feeds_match(&f, &q, NULL).gaps.n, 0); /* nothing is said about b */
	struct package none = NPM("a", "");
	r = feeds_match(&f, &none, NULL);
	EXPECT_INT(r.findings.n, 0);
	EXPECT_INT(r.gaps.n, 1);
	EXPECT_INT(r.gaps.v[0].kind, GAP_NO_IDENTITY); /* worth a word, no reason for status 3 */
}

TEST(match_rates_by_the_highest_cvss_of_the_closest_source)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(
	        &f, "osv/npm/GHSA-1.json",
	        "{\"id\":\"GHSA-1\",\"aliases\":[\"CVE-2024-0001\"],\"severity\":[{\"type\":\"CVSS_"
	        "V3\",\"score\":"
	        "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"},{\"type\":\"CVSS_V4\",\"score\":"
	        "\"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/"
	        "SA:N\"}],\"database_specific\":"
	        "{\"severity\":\"MODERATE\",\"cwe_ids\":[\"CWE-79\"]},\"affected\":[{\"package\":{"
	        "\"ecosystem\":\"npm\","
	        "\"name\":\"a\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"1."
	        "0.0\"},"
	        "{\"last_affected\":\"1.5.0\"}]}]}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = NPM("a", "1.5.0");
	struct scan_report r = feeds_match(&f, &p, NULL);
	EXPECT_INT(r.findings.n, 1);
	const struct finding *x = &r.findings.v[0];
	EXPECT_INT(x->ratings.n, 3);
	EXPECT_INT(x->severity, SEVERITY_MEDIUM);
	EXPECT_STR(x->severity_reason, STR("CVSS 4.0 of GitHub: 6.9"));
	EXPECT_STR(x->cwes.v[0], STR("CWE-79"));
	EXPECT_STR(x->range, STR("introduced 1.0.0, last affected 1.5.0"));
	EXPECT_INT(x->status, FIX_NONE);
	EXPECT(str_starts(x->remediation, STR("For a no fixed version is known yet")));
	size_t chosen = 0;
	for (size_t i = 0; i < x->ratings.n; i++)
		chosen += x->ratings.v[i].chosen;
	EXPECT_INT(chosen, 1);
}

TEST(match_takes_the_vector_from_osvs_copy_of_the_cve)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "debian/tracker.json", tracker);
	feeds_put(&f, "osv/Ubuntu/UBUNTU-CVE-2024-0001.json",
	          "{\"id\":\"UBUNTU-CVE-2024-0001\",\"details\":\"what it "
	          "is\",\"severity\":[{\"type\":"
	          "\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"},"
	          "{\"type\":\"Ubuntu\",\"score\":\"medium\"}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = DEB("1.2-2");
	struct scan_report r = feeds_match(&f, &p, "Debian:12");
	EXPECT_INT(r.findings.n, 2);
	const struct finding *x = &r.findings.v[0];
	EXPECT_INT(x->ratings.n, 2);
	EXPECT_INT(x->severity, SEVERITY_LOW); /* Debian's own word comes first */
	EXPECT_STR(x->ratings.v[1].source, STR("Ubuntu"));
	EXPECT_INT(x->ratings.v[1].severity, SEVERITY_CRITICAL);
	EXPECT_STR(x->description, STR("what it is"));
	EXPECT_INT(x->advisories.n, 1);
}

static int count_row(void *ctx, const struct lookup_row *row, struct error *e)
{
	(void)e;
	buf_printf(ctx, "%.*s%s %zu;", STR_FMT(row->advisory->id), row->superseded ? " old" : "",
	           row->advisory->affected.n);
	return 0;
}

TEST(lookup_finds_by_id_alias_notice_and_package)
{
	static const struct {
		const char *id, *ecosystem, *package, *want;
	} rows[] = {
		{ "GHSA-1", NULL, NULL, "GHSA-1 1;" },
		{ "CVE-2024-0001", NULL, NULL, "CVE-2024-0001 1;DSA-1-1 2;GHSA-1 1;" },
		{ "CVE-2024-9999", NULL, NULL, "" },
		{ NULL, "", "src", "DSA-1-1 1;CVE-2024-0001 1;CVE-2024-0002 1;DSA-1-1 1;" },
		{ NULL, "Debian:10", "src", "DSA-1-1 1;" },
		{ NULL, "Debian", "src", "DSA-1-1 1;CVE-2024-0001 1;CVE-2024-0002 1;DSA-1-1 1;" },
		{ NULL, "npm", "src", "" },
		{ NULL, "npm", "a", "GHSA-1 1;" },
	};
	struct feeds f cleanup(feeds_done);
	struct vulndb *db = NULL;
	feeds_new(&f);
	feeds_put(&f, "debian/tracker.json", tracker);
	feeds_put(&f, "osv/Debian/DSA-1-1.json", dsa);
	feeds_npm(&f, "GHSA-1", "\"CVE-2024-0001\"", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_OK(vulndb_open(f.db, &db, &f.e), &f.e);
	for (size_t i = 0; db && i < LEN(rows); i++) {
		struct buf b cleanup(buf_done) = BUF(4096);
		int n = rows[i].id ? lookup_id(db, str_c(rows[i].id), count_row, &b, &f.e)
		                   : lookup_package(db, str_c(rows[i].ecosystem),
		                                    str_c(rows[i].package), count_row, &b, &f.e);
		EXPECT_OK(n, &f.e);
		EXPECT_STR(buf_view(&b), str_c(rows[i].want));
	}
	vulndb_close(db);
}

TEST(debians_states_are_told_as_its_tracker_means_them)
{
	static const struct {
		const char *release; /* of the tracker's JSON */
		enum fix_status status;
		enum severity severity;
	} rows[] = {
		{ "\"status\":\"open\"", FIX_NONE, SEVERITY_UNKNOWN },
		{ "\"status\":\"open\",\"urgency\":\"unimportant\"", FIX_NONE,
		  SEVERITY_NEGLIGIBLE },
		{ "\"status\":\"open\",\"nodsa\":\"Minor issue\",\"nodsa_reason\":\"\"", FIX_NONE,
		  SEVERITY_UNKNOWN },
		{ "\"status\":\"open\",\"nodsa\":\"Minor\",\"nodsa_reason\":\"postponed\"",
		  FIX_DEFERRED, SEVERITY_UNKNOWN },
		{ "\"status\":\"open\",\"nodsa\":\"Minor\",\"nodsa_reason\":\"ignored\"",
		  FIX_WILL_NOT, SEVERITY_UNKNOWN },
		{ "\"status\":\"undetermined\"", FIX_UNDER_INVESTIGATION, SEVERITY_UNKNOWN },
		{ "\"status\":\"open\",\"urgency\":\"end-of-life\"", FIX_END_OF_LIFE,
		  SEVERITY_UNKNOWN },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct feeds f cleanup(feeds_done);
		struct package p = { .type = PACKAGE_DEB, .name = STR("s"), .version = STR("1") };
		char text[512];
		feeds_new(&f);
		snprintf(text, sizeof text,
		         "{\"s\":{\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{%s}}}}}",
		         rows[i].release);
		feeds_put(&f, "debian/tracker.json", text);
		EXPECT_OK(feeds_update(&f), &f.e);
		struct scan_report r = feeds_match(&f, &p, "Debian:12");
		EXPECT_INT(r.findings.n, 1);
		if (r.findings.n != 1)
			continue;
		EXPECT_INT(r.findings.v[0].status, rows[i].status);
		EXPECT_INT(r.findings.v[0].severity, rows[i].severity);
	}
}

static void put_ubuntu(struct feeds *f, const char *id, const char *cve, const char *affected)
{
	char name[128], text[2048];
	snprintf(name, sizeof name, "osv/Ubuntu/%s.json", id);
	snprintf(text, sizeof text,
	         "{\"id\":\"%s\",\"modified\":\"2024-01-01T00:00:00Z\",\"upstream\":[\"%s\"],"
	         "\"affected\":[%s]}",
	         id, cve, affected);
	feeds_put(f, name, text);
}

#define UBUNTU(archive_, fixed_)                                                       \
	"{\"package\":{\"ecosystem\":\"Ubuntu:" archive_                               \
	"22.04:LTS\",\"name\":\"a\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[" \
	"{\"introduced\":\"0\"}" fixed_ "]}]}"
#define FIXED(version_) ",{\"fixed\":\"" version_ "\"}"

TEST(match_reads_the_archives_of_ubuntu_pro)
{
	struct feeds f cleanup(feeds_done);
	struct package p = { .type = PACKAGE_DEB, .name = STR("a") };
	static const struct {
		const char *installed, *want;
	} rows[] = {
		/* the fix is with Pro alone: told, and named */
		{ "1.0", "CVE-2024-0002 fixed 2.0 [UBUNTU-CVE-2024-0002] {UBUNTU-CVE-2024-0002}\n"
		         "CVE-2024-0003 fixed 1.4+esm1 [USN-3 UBUNTU-CVE-2024-0003] "
		         "{UBUNTU-CVE-2024-0003 USN-3}\n"
		         "CVE-2024-0001 fixed 1.1+esm1 [USN-1] {USN-1}\n" },
		/* who runs ESM has its fixes, and needs none of the release's */
		{ "1.1+esm1", "CVE-2024-0002 fixed 1.2+esm1 [UBUNTU-CVE-2024-0002] "
		              "{UBUNTU-CVE-2024-0002}\n"
		              "CVE-2024-0003 fixed 1.4+esm1 [USN-3 UBUNTU-CVE-2024-0003] "
		              "{UBUNTU-CVE-2024-0003 USN-3}\n" },
		/* a FIPS build sorts behind all others: its own records speak of it */
		{ "1.0.fips.1", "CVE-2024-0001 fixed 1.0.fips.2 [USN-1] {USN-1}\n"
		                "CVE-2024-0002 fixed 1.2+esm1 [UBUNTU-CVE-2024-0002] "
		                "{UBUNTU-CVE-2024-0002}\n"
		                "CVE-2024-0003 fixed 1.4+esm1 [USN-3 UBUNTU-CVE-2024-0003] "
		                "{UBUNTU-CVE-2024-0003 USN-3}\n" },
	};
	feeds_new(&f);
	put_ubuntu(&f, "USN-1", "CVE-2024-0001",
	           UBUNTU("Pro:", FIXED("1.1+esm1")) "," UBUNTU("Pro:FIPS-updates:",
	                                                        FIXED("1.0.fips.2")));
	put_ubuntu(&f, "UBUNTU-CVE-2024-0002", "CVE-2024-0002",
	           UBUNTU("", FIXED("2.0")) "," UBUNTU("Pro:", FIXED("1.2+esm1")));
	put_ubuntu(&f, "UBUNTU-CVE-2024-0003", "CVE-2024-0003", UBUNTU("", ""));
	put_ubuntu(&f, "USN-3", "CVE-2024-0003", UBUNTU("Pro:", FIXED("1.4+esm1")));
	EXPECT_OK(feeds_update(&f), &f.e);
	for (size_t i = 0; i < LEN(rows); i++) {
		p.version = str_c(rows[i].installed);
		expect(&f, p, "Ubuntu:22.04:LTS", rows[i].want);
	}
	p.version = STR("1.0");
	struct scan_report r = feeds_match(&f, &p, "Ubuntu:22.04:LTS");
	EXPECT_STR(r.findings.v[2].range, STR("introduced 0, fixed 1.1+esm1 (Ubuntu Pro)"));
	EXPECT_STR(r.findings.v[2].remediation,
	           STR("Upgrade a to 1.1+esm1 or later, which needs Ubuntu Pro: pro attach && "
	               "apt-get update && apt-get install --only-upgrade a"));
	EXPECT(str_find(r.findings.v[0].remediation, STR("Pro")) == r.findings.v[0].remediation.n);
}

TEST(match_takes_a_rebuild_of_a_module_for_the_same_fix)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "osv/AlmaLinux/ALSA-2021:1.json",
	          "{\"id\":\"ALSA-2021:1\",\"modified\":\"2024-01-01T00:00:00Z\",\"summary\":"
	          "\"Important: x:1 security update\",\"related\":[\"CVE-2021-0001\"],"
	          "\"affected\":["
	          "{\"package\":{\"ecosystem\":\"AlmaLinux:8\",\"name\":\"a\"},\"ranges\":[{"
	          "\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":"
	          "\"1.0-2.module_el8.6.0+2880+7d9e3703\"}]}]},"
	          "{\"package\":{\"ecosystem\":\"AlmaLinux:8\",\"name\":\"a\"},\"ranges\":[{"
	          "\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":"
	          "\"1.0-2.module_el8.5.0+2608+72063365\"}]}]}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct package p = { .type = PACKAGE_RPM,
		             .name = STR("a"),
		             .module = STR("x:1"),
		             .version = STR("1.0-1.module_el8.6.0+2880+7d9e3703") };
	expect(&f, p, "AlmaLinux:8",
	       "CVE-2021-0001 fixed 1.0-2.module_el8.5.0+2608+72063365 [ALSA-2021:1] "
	       "{ALSA-2021:1}\n");
	p.version = STR("1.0-2.module_el8.5.0+2608+72063365");
	expect(&f, p, "AlmaLinux:8", "");
}
