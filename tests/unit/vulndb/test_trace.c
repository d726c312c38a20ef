/* What match.c does with one flaw and one package, step by step: the verdicts by hand, and never
 * another one than the match itself has. */
#include "base/buf.h"
#include "feeds.h"
#include "vulndb/trace.h"

#define NPM(version_) \
	((struct package){ .type = PACKAGE_NPM, .name = STR("a"), .version = STR(version_) })

/* "advisory feed verdict fixed: event version holds; …" a line */
static void expect(struct feeds *f, struct package p, const char *ecosystem, const char *id,
                   const char *want)
{
	struct buf b cleanup(buf_done) = BUF(1 << 16);
	struct distro d = { .ecosystem = str_c(ecosystem) };
	struct trace_flaw flaw = { 0 };
	struct judgements out = { 0 };
	struct vulndb *db = NULL;
	bool affected = false;

	EXPECT_OK(vulndb_open(f->db, &db, &f->e), &f->e);
	if (!db)
		return;
	EXPECT_OK(trace_flaw(db, str_c(id), &f->a, &flaw, &f->e), &f->e);
	EXPECT_OK(trace_package(db, &p, &d, &flaw, &f->a, &out, &f->e), &f->e);
	for (size_t i = 0; i < out.n; i++) {
		const struct judged *j = &out.v[i];
		affected |= j->code == REASON_AFFECTED || j->code == REASON_WITHDRAWN;
		buf_printf(&b, "%.*s %.*s %s %.*s:", STR_FMT(j->advisory), STR_FMT(j->feed),
		           reason_word(j->code), STR_FMT(j->fixed));
		for (size_t k = 0; k < j->comparisons.n; k++)
			buf_printf(&b, " %s %.*s %c%s;", j->comparisons.v[k].event,
			           STR_FMT(j->comparisons.v[k].version), j->comparisons.v[k].sign,
			           j->comparisons.v[k].holds ? " yes" : "");
		buf_addc(&b, '\n');
	}
	EXPECT_STR(buf_view(&b), str_c(want));
	vulndb_close(db);
	EXPECT_INT(feeds_match(f, &p, ecosystem).findings.n > 0, affected);
}

TEST(trace_tells_each_comparison)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2024-0001\"", "a", "1.10.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, NPM("1.9.0"), NULL, "CVE-2024-0001",
	       "GHSA-1 osv/npm affected 1.10.0: introduced 0 < yes; fixed 1.10.0 > yes;\n");
	expect(&f, NPM("1.10.0"), NULL, "ghsa-1",
	       "GHSA-1 osv/npm fixed 1.10.0: introduced 0 < yes; fixed 1.10.0 =;\n");
	expect(&f, NPM("2.0.0"), NULL, "GHSA-1",
	       "GHSA-1 osv/npm fixed 1.10.0: introduced 0 < yes; fixed 1.10.0 <;\n");
	expect(&f, NPM("not one"), NULL, "GHSA-1",
	       "GHSA-1 osv/npm version-unreadable : introduced 0 ?; fixed 1.10.0 ?;\n");
	expect(&f, NPM(""), NULL, "GHSA-1",
	       "GHSA-1 osv/npm no-version : introduced 0 ?; fixed 1.10.0 ?;\n");
	expect(&f, NPM("2.0.0"), NULL, "CVE-2024-0002", "");
}

TEST(trace_knows_withdrawn_records_and_older_copies)
{
	static const char text[] = "{\"id\":\"GHSA-%s\",\"modified\":\"%s\",%s\"affected\":[{"
	                           "\"package\":{\"ecosystem\":\"npm\","
	                           "\"name\":\"a\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":[{"
	                           "\"introduced\":\"2.0.0\"},"
	                           "{\"last_affected\":\"3.0.0\"}]}]}]}";
	struct feeds f cleanup(feeds_done);
	char record[512];
	feeds_new(&f);
	snprintf(record, sizeof record, text, "1", "2024-02-01T00:00:00Z", "");
	feeds_put(&f, "osv/Maven/GHSA-1.json", record);
	snprintf(record, sizeof record, text, "1", "2024-01-01T00:00:00Z", "");
	feeds_put(&f, "osv/npm/GHSA-1.json", record);
	snprintf(record, sizeof record, text, "2", "2024-01-01T00:00:00Z",
	         "\"withdrawn\":\"2024-02-01T00:00:00Z\",");
	feeds_put(&f, "osv/npm/GHSA-2.json", record);
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, NPM("3.0.0"), NULL, "GHSA-1",
	       "GHSA-1 osv/Maven affected : introduced 2.0.0 < yes; last_affected 3.0.0 = yes;\n"
	       "GHSA-1 osv/npm superseded : introduced 2.0.0 < yes; last_affected 3.0.0 = yes;\n");
	expect(&f, NPM("3.0.0"), NULL, "GHSA-2",
	       "GHSA-2 osv/npm withdrawn : introduced 2.0.0 < yes; last_affected 3.0.0 = yes;\n");
}

TEST(trace_lets_the_tracker_decide)
{
	static const char tracker[] =
	        "{\"src\":{\"CVE-2024-0001\":{\"releases\":{\"bookworm\":{\"status\":\"resolved\","
	        "\"fixed_version\":\"1.2-3\",\"urgency\":\"low\"}}}}}";
	static const char copy[] = "{\"id\":\"DEBIAN-CVE-2024-0001\",\"modified\":\"2024-01-01T00:"
	                           "00:00Z\",\"upstream\":[\"CVE-2024-0001\"],"
	                           "\"affected\":[{\"package\":{\"ecosystem\":\"Debian:12\","
	                           "\"name\":\"src\"},\"ranges\":[{\"type\":"
	                           "\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}]}]}";
	struct package p = { .type = PACKAGE_DEB,
		             .name = STR("libsrc1"),
		             .source = STR("src"),
		             .version = STR("1.2-3") };
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "debian/tracker.json", tracker);
	feeds_put(&f, "osv/Debian/DEBIAN-CVE-2024-0001.json", copy);
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, p, "Debian:12", "CVE-2024-0001",
	       "CVE-2024-0001 debian/tracker fixed 1.2-3: introduced 0 < yes; fixed 1.2-3 =;\n"
	       "DEBIAN-CVE-2024-0001 osv/Debian distribution-decides : introduced 0 < yes;\n");
}

TEST(trace_tells_of_module_streams)
{
	struct package p = { .type = PACKAGE_RPM,
		             .name = STR("nodejs"),
		             .version = STR("1:18.1-1.module_el9+0"),
		             .module = STR("nodejs:20:9020:rhel9") };
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "osv/AlmaLinux/ALSA-1.json",
	          "{\"id\":\"ALSA-1\",\"summary\":\"Important: nodejs:18 security "
	          "update\",\"modified\":\"2024-01-01T00:00:00Z\","
	          "\"upstream\":[\"CVE-2024-0001\"],\"affected\":[{\"package\":{\"ecosystem\":"
	          "\"AlmaLinux:9\",\"name\":\"nodejs\"},"
	          "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{"
	          "\"fixed\":\"1:18.20-1.module_el9+1\"}]}]}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	expect(&f, p, "AlmaLinux:9", "CVE-2024-0001", "ALSA-1 osv/AlmaLinux other-module :\n");
	p.module = STR("nodejs:18:9020:rhel9");
	expect(&f, p, "AlmaLinux:9", "CVE-2024-0001",
	       "ALSA-1 osv/AlmaLinux affected 1:18.20-1.module_el9+1: introduced 0 < yes; fixed "
	       "1:18.20-1.module_el9+1 > yes;\n");
}
