#include "feeds.h"
#include "stream/stream.h"
#include "vulndb/epss.h"
#include "vulndb/kev.h"

static struct finding only_finding(struct feeds *f)
{
	struct package p = { .type = PACKAGE_NPM, .name = STR("a"), .version = STR("1.0.0") };
	struct scan_report r = feeds_match(f, &p, NULL);
	EXPECT_INT(r.findings.n, 1);
	return r.findings.n ? r.findings.v[0] : (struct finding){ 0 };
}

static const char kev[] =
        "{\"dateReleased\":\"2024-08-07T16:45:47.0648Z\",\"vulnerabilities\":[{\"cveID\":\"CVE-"
        "2021-"
        "44228\",\"dateAdded\":\"2021-12-10\",\"dueDate\":\"2021-12-24\","
        "\"knownRansomwareCampaignUse\":\"Known\"},{\"cveID\":\"CVE-2020-0001\"},{\"cveID\":7}]}";
static const char epss[] = "#model_version:v2025.03.14,score_date:2025-11-05T00:00:00+0000\n"
                           "cve,epss,percentile\n"
                           "CVE-2021-44228,0.94358,0.99958\nCVE-2021-44229,0.00042,0.10000\n"
                           "CVE-1999-0001,0.01297,0.78712\r\nCVE-2021-100000,1,1.00000\n";

TEST(findings_say_whether_their_cve_is_exploited)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2021-44228\"", "a", "2.0.0");
	feeds_put(&f, "kev.json", kev);
	feeds_put(&f, "epss.csv.gz", epss); /* plain: told by its bytes */
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(f.sum.failed, 0);
	EXPECT_INT(f.sum.records, 1); /* facts are no advisories */
	struct exploitation x = only_finding(&f).exploited;
	EXPECT(x.known && x.ransomware);
	EXPECT_STR(x.added, STR("2021-12-10"));
	EXPECT_STR(x.due, STR("2021-12-24"));
	EXPECT(x.epss >= 0.94358 && x.epss <= 0.94358);
	EXPECT(x.percentile >= 0.99958 && x.percentile <= 0.99958);
}

TEST(new_scores_are_a_generation_without_packages_to_match_again)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2021-44228\"", "a", "2.0.0");
	feeds_put(&f, "epss.csv.gz", epss);
	EXPECT_OK(feeds_update(&f), &f.e);
	feeds_put(&f, "epss.csv.gz", "cve,epss\nCVE-2021-44228,0.5\n");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT(f.sum.installed && !f.sum.whole);
	EXPECT_INT(f.sum.generation, 2);
	EXPECT_INT(f.sum.changed_packages + f.sum.changed_advisories, 0);
	struct exploitation x = only_finding(&f).exploited;
	EXPECT(x.epss >= 0.5 && x.epss <= 0.5 && !x.known);
	/* a broken file leaves the last good scores */
	feeds_put(&f, "epss.csv.gz", "cve,epss\nCVE-2021-44228,1.5\n");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(f.sum.failed, 1);
	EXPECT(only_finding(&f).exploited.epss >= 0.5);
}

TEST(a_cve_without_score_has_none)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2021-44230\"", "a", "2.0.0");
	feeds_put(&f, "epss.csv.gz", epss);
	EXPECT_OK(feeds_update(&f), &f.e);
	struct exploitation x = only_finding(&f).exploited;
	EXPECT(!x.known && x.epss < 0 && x.percentile < 0);
}

static int ignore(void *ctx, str key, str value, struct error *e)
{
	(void)e;
	EXPECT(facts_check(key, value) > 0);
	++*(int *)ctx;
	return 0;
}

static int read_epss(const char *text, int *blocks, char date[40])
{
	struct error e = { 0 };
	struct stream *s = stream_mem(str_c(text));
	*blocks = 0;
	int r = epss_read(s, ignore, blocks, date, &e);
	stream_free(s);
	return r;
}

TEST(epss_takes_files_of_all_years_and_refuses_others)
{
	char date[40];
	int blocks;
	EXPECT_INT(read_epss(epss, &blocks, date), 0);
	EXPECT_INT(blocks, 3); /* 44228 and 44229 share one */
	EXPECT_STR(str_c(date), STR("2025-11-05T00:00:00Z"));
	EXPECT_INT(read_epss("cve,epss\nCVE-2020-5902,0.97567\n", &blocks, date), 0); /* 2021-04 */
	EXPECT_INT(blocks, 1);
	EXPECT(read_epss("", &blocks, date) < 0);
	EXPECT(read_epss("<html>\n", &blocks, date) < 0);
	EXPECT(read_epss("cve,epss\nCVE-2020-5902,-0.1\n", &blocks, date) < 0);
	EXPECT(read_epss("cve,epss\nCVE-2020-5902\n", &blocks, date) < 0);
	EXPECT(read_epss("cve,epss\nGHSA-1,0.1\n", &blocks, date) < 0);
}

TEST(alpines_own_word_comes_before_osvs)
{
	static const char osv[] =
	        "{\"id\":\"ALPINE-CVE-2024-%d\",\"modified\":\"2024-01-01T00:00:00Z\",\"upstream\":"
	        "["
	        "\"CVE-2024-%d\"],\"affected\":[{\"package\":{\"ecosystem\":\"Alpine:v3.19\","
	        "\"name\":"
	        "\"p\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{"
	        "\"fixed\":\"9-r0\"}]}]}]}";
	struct feeds f cleanup(feeds_done);
	struct package p = { .type = PACKAGE_APK, .name = STR("p"), .version = STR("2-r0") };
	feeds_new(&f);
	for (int i = 1001; i < 1005; i++) {
		char name[64], text[512];
		snprintf(name, sizeof name, "osv/Alpine/%d.json", i);
		snprintf(text, sizeof text, osv, i, i);
		feeds_put(&f, name, text);
	}
	feeds_put(
	        &f, "alpine/v3.19/main.json",
	        "{\"distroversion\":\"v3.19\",\"packages\":[{\"pkg\":{\"name\":\"p\",\"secfixes\":{"
	        "\"0\":[\"CVE-2024-1001\"],\"1-r0\":[\"CVE-2024-1002\"],\"3-r0\":[\"CVE-2024-"
	        "1003\"]}}}]}");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct scan_report r = feeds_match(&f, &p, "Alpine:v3.19");
	EXPECT_INT(r.findings.n, 2); /* not 1001: never affected, not 1002: fixed in 1-r0 */
	for (size_t i = 0; i < r.findings.n; i++) {
		const struct finding *one = &r.findings.v[i];
		bool third = str_eq(one->id, STR("CVE-2024-1003"));
		EXPECT(third || str_eq(one->id, STR("CVE-2024-1004")));
		EXPECT_STR(one->feed, third ? STR("alpine-secdb") : STR("osv"));
		EXPECT_STR(one->fixed_version, third ? STR("3-r0") : STR("9-r0"));
	}
}
