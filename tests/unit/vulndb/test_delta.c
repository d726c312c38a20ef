/* the promises of vulndb/delta.h: what a new generation may change, by name */
#include "feeds.h"
#include "model/image.h"
#include "vulndb/delta.h"

struct before {
	uint64_t generation;
	char state[80];
};

static struct before now_of(struct feeds *f)
{
	struct vulndb *db = NULL;
	struct before b = { 0 };
	EXPECT_OK(vulndb_open(f->db, &db, &f->e), &f->e);
	b.generation = vulndb_generation(db);
	snprintf(b.state, sizeof b.state, "%.*s", STR_FMT(delta_state(db)));
	vulndb_close(db);
	return b;
}

/* the keys with spaces in between, or "whole" */
static str since(struct feeds *f, const struct before *b)
{
	struct vulndb *db = NULL;
	struct delta_keys keys = { 0 };
	bool whole = false;
	str out = { 0 };
	EXPECT_OK(vulndb_open(f->db, &db, &f->e), &f->e);
	EXPECT_OK(delta_since(db, b->generation, str_c(b->state), &f->a, &keys, &whole, &f->e),
	          &f->e);
	for (size_t i = 0; i < keys.n; i++)
		out = arena_join(&f->a, out, out.n ? STR(" ") : STR(""), keys.v[i]);
	vulndb_close(db);
	return whole ? STR("whole") : out;
}

TEST(only_the_packages_of_changed_advisories_are_named)
{
	struct feeds f;
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2026-1\"", "a", "2.0.0");
	feeds_npm(&f, "GHSA-2", "", "b", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct before b = now_of(&f);
	EXPECT_STR(since(&f, &b), STR(""));
	feeds_npm(&f, "GHSA-3", "", "c", "1.0.0");
	feeds_npm(&f, "GHSA-2", "", "b", "3.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_STR(since(&f, &b), STR("npm\tb npm\tc"));
	feeds_done(&f);
}

TEST(an_alias_that_changes_names_the_packages_of_its_other_records)
{
	struct feeds f;
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "\"CVE-2026-1\"", "a", "2.0.0");
	feeds_npm(&f, "GHSA-2", "", "b", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct before b = now_of(&f);
	feeds_npm(&f, "GHSA-4", "\"CVE-2026-1\"", "z", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_STR(since(&f, &b), STR("npm\ta npm\tz"));
	feeds_done(&f);
}

TEST(a_generation_of_another_line_has_changed_everything)
{
	struct feeds f;
	feeds_new(&f);
	feeds_npm(&f, "GHSA-1", "", "a", "2.0.0");
	EXPECT_OK(feeds_update(&f), &f.e);
	struct before b = { .generation = 1, .state = "of another" };
	EXPECT_STR(since(&f, &b), STR("whole"));
	feeds_done(&f);
}

TEST(a_package_is_watched_under_all_names_that_matching_reads)
{
	struct arena a = ARENA(1 << 20);
	struct error e = { 0 };
	static const struct {
		struct package p;
		const char *ecosystem, *keys;
	} rows[] = {
		{ { .type = PACKAGE_NPM, .name = STR_INIT("Left"), .version = STR_INIT("1.0.0") },
		  "",
		  "npm\tLeft" },
		{ { .type = PACKAGE_PYPI, .name = STR_INIT("A_b.c"), .version = STR_INIT("1") },
		  "",
		  "PyPI\ta-b-c" },
		{ { .type = PACKAGE_DEB,
		    .name = STR_INIT("libssl3"),
		    .source = STR_INIT("openssl"),
		    .version = STR_INIT("3.0.1-1") },
		  "Debian:12",
		  "Debian:12\topenssl Debian:12\tlibssl3" },
		{ { .type = PACKAGE_RPM,
		    .name = STR_INIT("openssl-libs"),
		    .source = STR_INIT("openssl"),
		    .version = STR_INIT("3.0.1-1.el9") },
		  "Red Hat:9",
		  "Red Hat:9\topenssl-libs Red Hat:9\topenssl Red Hat:9\tsrc:openssl" },
		{ { .type = PACKAGE_CONDA, .name = STR_INIT("x"), .version = STR_INIT("1") },
		  "",
		  "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct distro d = { .id = STR("x"), .ecosystem = str_c(rows[i].ecosystem) };
		struct delta_keys keys;
		str got = { 0 };
		EXPECT_OK(delta_keys_of(&rows[i].p, *rows[i].ecosystem ? &d : NULL, &a, &keys, &e),
		          &e);
		for (size_t k = 0; k < keys.n; k++)
			got = arena_join(&a, got, got.n ? STR(" ") : STR(""), keys.v[k]);
		EXPECT_STR(got, str_c(rows[i].keys));
	}
	arena_done(&a);
}
