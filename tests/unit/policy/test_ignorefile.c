#include "../test.h"
#include "base/glob.h"
#include "policy/ignorefile.h"

#define S(x) STR_INIT(x)

TEST(globs_fit_as_in_gitignore_and_doublestar)
{
	static const struct {
		const char *pattern, *path;
		bool fits;
	} rows[] = {
		{ "a/b", "a/b", true },
		{ "a/b", "a/bc", false },
		{ "", "", true },
		{ "*", "abc", true },
		{ "*", "a/b", false },
		{ "*/b", "a/b", true },
		{ "a*c", "abbbc", true },
		{ "a*c", "ab/c", false },
		{ "**", "a/b/c", true },
		{ "**/c", "a/b/c", true },
		{ "**/c", "c", true },
		{ "a/**/c", "a/c", true },
		{ "a/**/c", "a/x/y/c", true },
		{ "a/**/c", "a/x/yc", false },
		{ "*/**/b", "x/b", true },
		{ "**/node_modules/*/package.json", "srv/app/node_modules/lodash/package.json", true },
		{ "**/node_modules/*/package.json", "srv/node_modules/@a/b/package.json", false },
		{ "srv/**", "srv/app/x", true },
		{ "**.jar", "srv/app/x.jar", true },
		{ "a?c", "abc", true },
		{ "a?c", "a/c", false },
		{ "[a-c]x", "bx", true },
		{ "[!a-c]x", "bx", false },
		{ "[!a-c]x", "dx", true },
		{ "[]x]", "]", true },
		{ "[ab", "a", false },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "*a*b*c*d*e*", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		if (glob_fits(str_c(rows[i].pattern), str_c(rows[i].path)) != rows[i].fits)
			test_fail(__FILE__, __LINE__, "\"%s\" and \"%s\"", rows[i].pattern, rows[i].path);
}

/* Trivy's documentation, "Filtering": the plain and the YAML form */
static const char plain[] = "# Accept the risk\n"
                            "CVE-2018-14618\n"
                            "\n"
                            "CVE-2022-40897 exp:2024-05-01 # for now\n"
                            "\tCVE-2023-2650\t\r\n";
static const char yaml[] = "vulnerabilities:\n"
                           "  - id: CVE-2022-40897\n"
                           "    paths:\n"
                           "      - \"usr/local/lib/python3.*/site-packages/**/METADATA\"\n"
                           "    statement: Accept the risk\n"
                           "  - paths: [\"*\"]\n"
                           "    id: CVE-2023-2650\n"
                           "  - id: CVE-2023-3446\n"
                           "    expired_at: 2024-05-01\n"
                           "  - id: CVE-2023-0464\n"
                           "    purls:\n"
                           "      - \"pkg:deb/debian/libssl3\"\n"
                           "      - \"pkg:npm/%40a/b@1.2.3\"\n"
                           "misconfigurations:\n"
                           "  - id: AVD-DS-0001\n";

static struct finding finding(const struct package *p, const char *id)
{
	return (struct finding){ .package = p, .id = str_c(id) };
}

TEST(the_plain_form_is_an_id_a_line)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct ignore_list l;
	struct error e = { 0 };
	struct package p = { .type = PACKAGE_NPM, .name = STR("x"), .path = STR("x") };
	struct finding f = finding(&p, "CVE-2018-14618");

	EXPECT_OK(ignorefile_parse("ignore", str_c(plain), false, &a, &l, &e), &e);
	EXPECT_INT(l.entries.n, 3);
	EXPECT_INT(ignorefile_find(&l, &f, 0)->line, 2);
	f = finding(&p, "cve-2023-2650");
	EXPECT_INT(ignorefile_find(&l, &f, 0)->line, 5);
	f = finding(&p, "CVE-2018-1461");
	EXPECT(!ignorefile_find(&l, &f, 0));
	/* by another of its names */
	f = finding(&p, "GHSA-1");
	vec_add(&a, &f.aliases, STR("CVE-2018-14618"));
	EXPECT(ignorefile_find(&l, &f, 0));
	/* the day it ends still counts, the next one not */
	f = finding(&p, "CVE-2022-40897");
	EXPECT(ignorefile_find(&l, &f, 1714521600 + 86399)); /* 2024-05-01T23:59:59Z */
	EXPECT(!ignorefile_find(&l, &f, 1714521600 + 86400));
}

/* Trivy splits a line into fields, takes the first and an "exp:" among the others */
TEST(words_behind_an_id_say_why)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct ignore_list l;
	struct error e = { 0 };
	static const char text[] = "CVE-2023-2650 we do not  parse OIDs exp:2024-05-01 here\nThis one is fine\n";

	EXPECT_OK(ignorefile_parse("ignore", str_c(text), false, &a, &l, &e), &e);
	EXPECT_INT(l.entries.n, 2);
	EXPECT_STR(l.entries.v[0].id, STR("CVE-2023-2650"));
	EXPECT_STR(l.entries.v[0].statement, STR("we do not parse OIDs here"));
	EXPECT_STR(l.entries.v[0].until, STR("2024-05-01"));
	EXPECT(ignorefile_names_flaw(&l.entries.v[0]));
	EXPECT(!ignorefile_names_flaw(&l.entries.v[1]));
}

TEST(the_yaml_form_has_paths_purls_and_dates)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct ignore_list l;
	struct error e = { 0 };
	struct package py = { .type = PACKAGE_PYPI,
		              .name = STR("setuptools"),
		              .path = STR("usr/local/lib/python3.9/site-packages/setuptools-58.1.0.dist-info/METADATA") };
	struct package elsewhere = { .type = PACKAGE_PYPI, .name = STR("setuptools"), .path = STR("opt/METADATA") };
	struct package ssl = { .type = PACKAGE_DEB, .name = STR("libssl3"), .version = STR("3.0.11-1") };
	struct package b = { .type = PACKAGE_NPM, .name = STR("@a/b"), .version = STR("1.2.3") };
	struct package newer = { .type = PACKAGE_NPM, .name = STR("@a/b"), .version = STR("1.2.4") };
	struct finding f = finding(&py, "CVE-2022-40897");

	EXPECT_OK(ignorefile_parse("ignore.yaml", str_c(yaml), true, &a, &l, &e), &e);
	EXPECT_INT(l.entries.n, 4);
	EXPECT_STR(ignorefile_find(&l, &f, 0)->statement, STR("Accept the risk"));
	f.package = &elsewhere;
	EXPECT(!ignorefile_find(&l, &f, 0));
	f = finding(&ssl, "CVE-2023-0464");
	EXPECT(ignorefile_find(&l, &f, 0));
	f.package = &b;
	EXPECT(ignorefile_find(&l, &f, 0));
	f.package = &newer;
	EXPECT(!ignorefile_find(&l, &f, 0));
	f = finding(&b, "CVE-2023-3446");
	EXPECT(!ignorefile_find(&l, &f, 1714521600 + 86400));
}

TEST(a_purl_names_a_package_as_the_reports_do)
{
	static const struct {
		const char *purl;
		struct package p;
	} rows[] = {
		{ "pkg:pypi/django", { .type = PACKAGE_PYPI, .name = STR_INIT("Django"), .version = STR_INIT("3.2") } },
		{ "pkg:pypi/zope-interface@5.4", { .type = PACKAGE_PYPI, .name = STR_INIT("zope.interface"), .version = STR_INIT("5.4") } },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct ignore_list l;
		struct error e = { 0 };
		struct finding f = finding(&rows[i].p, "CVE-1");
		str text = arena_printf(&a, "vulnerabilities:\n  - id: CVE-1\n    purls: [\"%s\"]\n", rows[i].purl);
		EXPECT_OK(ignorefile_parse("x.yaml", text, true, &a, &l, &e), &e);
		EXPECT(ignorefile_find(&l, &f, 0));
	}
}

TEST(what_is_no_such_file_says_where)
{
	static const struct {
		const char *text;
		bool yaml;
		const char *why;
	} rows[] = {
		{ "CVE-1 until:2026-01-01\n", false,
		  "x: line 1: a date is written `exp:2026-12-31`, not \"until:2026-01-01\"" },
		{ "\nCVE-1 exp:tomorrow\n", false, "x: line 2: \"tomorrow\" is no date like 2026-12-31" },
		{ "vulnerabilities:\n  - statement: x\n", true, "x: line 2: an entry without an id" },
		{ "- id: x\n", true, "x: line 1: lists under names like `vulnerabilities:` are expected" },
		{ "vulnerabilities:\n  - id: x\n    path: [a]\n", true,
		  "x: line 3: \"path\" is none of id, paths, purls, statement, expired_at" },
		{ "vulnerabilities: CVE-1\n", true, "x: line 1: `vulnerabilities:` is no list" },
		{ "vulnerabilities:\n  - id: x\n    paths: usr/lib\n", true, "x: line 3: `paths:` is no list" },
		{ "vulnerabilities:\n  - id: x\n    purls: {a: b}\n", true, "x: line 3: `purls:` is no list" },
		{ "vulnerabilities:\n  - id: x\n    paths:\n      - a: b\n", true, "x: line 4: `paths:` lists texts only" },
		{ "vulnerabilities:\n  - id: x\n    expired_at: [2026-12-31]\n", true,
		  "x: line 2: \"\" is no date like 2026-12-31" },
		{ "a: &x 1\nb: *x\n", true, "x: line 2: aliases are not read" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct ignore_list l;
		struct error e = { 0 };
		EXPECT_INT(ignorefile_parse("x", str_c(rows[i].text), rows[i].yaml, &a, &l, &e), ERR_USAGE);
		EXPECT_STR(str_c(e.msg), str_c(rows[i].why));
	}
}
