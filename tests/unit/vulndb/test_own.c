#include "feeds.h"
#include "vulndb/own.h"

static const char record[] = "{\"id\":\"OWN-2024-1\",\"modified\":\"2024-01-01T00:00:00Z\","
                             "\"aliases\":[%s],\"affected\":[{"
                             "\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"ranges\":[{"
                             "\"type\":\"SEMVER\",\"events\":["
                             "{\"introduced\":\"0\"},{\"fixed\":\"2.0.0\"}]}]}]}";

static struct scan_report match_own(struct feeds *f, struct scan_report r, const struct package *p)
{
	struct vulndb *db = NULL;
	char dir[96];
	str skipped;
	size_t first = r.findings.n;
	snprintf(dir, sizeof dir, "%s/mine", f->root);
	EXPECT_OK(
	        own_open(&(struct own_options){ dir, f->root, true }, &f->a, &db, &skipped, &f->e),
	        &f->e);
	if (db)
		EXPECT_OK(vulndb_match(db, p, NULL, &f->a, &r, &f->e), &f->e);
	own_join(&f->a, &r, first);
	vulndb_close(db);
	return r;
}

TEST(own_advisories_match_without_a_database)
{
	struct feeds f cleanup(feeds_done);
	struct package p = { .type = PACKAGE_NPM, .name = STR("a"), .version = STR("1.0.0") };
	char text[1024];
	feeds_new(&f);
	snprintf(text, sizeof text, record, "");
	feeds_put(&f, "mine/one.json", text);
	struct scan_report r = match_own(&f, (struct scan_report){ 0 }, &p);
	EXPECT_INT(r.findings.n, 1);
	if (r.findings.n)
		EXPECT_STR(r.findings.v[0].feed, STR("own/one.json"));
}

TEST(own_advisories_join_what_the_database_tells)
{
	struct feeds f cleanup(feeds_done);
	struct package p = { .type = PACKAGE_NPM, .name = STR("a"), .version = STR("1.0.0") };
	char text[1024];
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2024-0001\"", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	snprintf(text, sizeof text, record, "\"CVE-2024-0001\"");
	feeds_put(&f, "mine/one.json", text);
	struct scan_report r = match_own(&f, feeds_match(&f, &p, NULL), &p);
	EXPECT_INT(r.findings.n, 1);
	if (r.findings.n)
		EXPECT_INT(r.findings.v[0].advisories.n, 2);
}

/* What a distribution says of its copy does not hide what the user says of it. */
TEST(own_advisories_are_not_hidden_by_an_owner)
{
	struct feeds f cleanup(feeds_done);
	struct package p = { .type = PACKAGE_NPM, .name = STR("a"), .version = STR("1.0.0") };
	char text[1024];
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2024-0001\"", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	snprintf(text, sizeof text, record, "\"CVE-2024-0001\"");
	feeds_put(&f, "mine/one.json", text);
	struct scan_report r = feeds_match(&f, &p, NULL);
	EXPECT_INT(r.findings.n, 1);
	if (r.findings.n)
		r.findings.v[0].hidden.kind = HIDING_OWNED;
	r = match_own(&f, r, &p);
	if (r.findings.n)
		EXPECT_INT(r.findings.v[0].hidden.kind, HIDING_NONE);
}

TEST(a_folder_without_advisories_is_an_error)
{
	struct feeds f cleanup(feeds_done);
	struct vulndb *db = NULL;
	str skipped;
	feeds_new(&f);
	EXPECT(own_open(&(struct own_options){ f.root, f.root, true }, &f.a, &db, &skipped, &f.e) <
	       0);
	EXPECT(own_open(&(struct own_options){ "/none", f.root, true }, &f.a, &db, &skipped, &f.e) <
	       0);
}
