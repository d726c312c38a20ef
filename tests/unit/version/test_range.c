/* OSV schema, "Evaluation" and the examples of "affected[].ranges[].events". */
#include "../test.h"
#include "base/attr.h"
#include "version/range.h"

#define I(v) { EVENT_INTRODUCED, STR_INIT(v) }
#define F(v) { EVENT_FIXED, STR_INIT(v) }
#define L(v) { EVENT_LAST_AFFECTED, STR_INIT(v) }
#define M(v) { EVENT_LIMIT, STR_INIT(v) }
#define RANGE(a) { a, LEN(a) }

struct row {
	const char *version, *fixed; /* fixed NULL: not affected; "": affected without a fix */
};

static str version_of(const struct range_event *event)
{
	return event ? event->version : STR("");
}

static void expect_rows(const char *eco, const struct range *ranges, size_t n, const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++) {
		str version = str_c(rows[i].version);
		struct range_verdict v = range_evaluate(ecosystem_find(str_c(eco)), version, ranges, n, NULL, 0);
		if (v.affected != (rows[i].fixed != NULL))
			test_fail(__FILE__, __LINE__, "%s: affected %d", rows[i].version, v.affected);
		if (rows[i].fixed)
			EXPECT_STR(version_of(v.fixed), str_c(rows[i].fixed));
	}
}

TEST(range_takes_the_fix_of_its_own_interval)
{
	static const struct range_event events[] = { I("0"), F("1.25.13"), I("1.26.0-0"), F("1.26.6"), I("1.27.0-0"), F("1.27.0-rc.3") };
	static const struct range ranges[] = { RANGE(events) };
	static const struct row rows[] = {
		{ "1.25.12", "1.25.13" }, { "1.25.13", NULL },	 { "0.0.0-0", "1.25.13" }, { "go1.26rc1", "1.26.6" },
		{ "1.26.5", "1.26.6" },	  { "1.26.6", NULL },	 { "go1.27rc2", "1.27.0-rc.3" }, { "go1.27rc3", NULL },
		{ "1.27.0", NULL },
	};
	expect_rows("Go", ranges, 1, rows, LEN(rows));
}

TEST(range_does_not_ask_for_the_order_of_events)
{
	static const struct range_event events[] = { F("2.5"), I("2.0"), F("1.5"), I("1.0") };
	static const struct range ranges[] = { RANGE(events) };
	static const struct row rows[] = { { "0.9", NULL }, { "1.0", "1.5" }, { "1.5", NULL }, { "2.1", "2.5" }, { "2.5", NULL } };
	expect_rows("PyPI", ranges, 1, rows, LEN(rows));
}

TEST(range_ends_behind_last_affected)
{
	static const struct range_event events[] = { I("4.0.0"), L("4.5.2") };
	static const struct range ranges[] = { RANGE(events) };
	static const struct row rows[] = { { "3.9.9", NULL }, { "4.0.0", "" }, { "4.5.2", "" }, { "4.5.3", NULL } };
	expect_rows("npm", ranges, 1, rows, LEN(rows));
	struct range_verdict v = range_evaluate_one(ecosystem_find(STR("npm")), STR("4.1.0"), &ranges[0]);
	EXPECT_STR(version_of(v.introduced), STR("4.0.0"));
	EXPECT_STR(version_of(v.last_affected), STR("4.5.2"));
}

TEST(range_of_one_version)
{
	static const struct range_event events[] = { I("3.9.0"), L("3.9.0") };
	static const struct range ranges[] = { RANGE(events) };
	static const struct row rows[] = { { "3.8.9", NULL }, { "3.9.0", "" }, { "3.9.1", NULL } };
	expect_rows("npm", ranges, 1, rows, LEN(rows));
}

TEST(range_without_an_end_is_open)
{
	static const struct range_event events[] = { I("0"), F("6.6.2"), I("7.0.0") };
	static const struct range ranges[] = { RANGE(events) };
	static const struct row rows[] = { { "6.6.1", "6.6.2" }, { "6.6.2", NULL }, { "7.0.0", "" }, { "99.0.0", "" } };
	expect_rows("npm", ranges, 1, rows, LEN(rows));
}

TEST(range_zero_is_before_the_lowest_pre_release)
{
	static const struct range_event events[] = { I("0"), F("1:2.0-1") };
	static const struct range ranges[] = { RANGE(events) };
	static const struct row rows[] = { { "0~~~", "1:2.0-1" }, { "5.0", "1:2.0-1" }, { "1:2.0-1", NULL }, { "1:2.0-1~deb12u1", "1:2.0-1" } };
	expect_rows("Debian:12", ranges, 1, rows, LEN(rows));
}

TEST(range_counts_only_before_a_limit)
{
	static const struct range_event events[] = { I("1.0.0"), M("2.0.0") };
	static const struct range_event all[] = { I("1.0.0"), M("*") };
	static const struct range limited[] = { RANGE(events) }, unlimited[] = { RANGE(all) };
	static const struct row rows[] = { { "1.5.0", "" }, { "2.0.0", NULL } };
	static const struct row open[] = { { "1.5.0", "" }, { "2.0.0", "" } };
	expect_rows("npm", limited, 1, rows, LEN(rows));
	expect_rows("npm", unlimited, 1, open, LEN(open));
}

TEST(range_fix_is_in_no_other_range)
{
	static const struct range_event low[] = { I("1.0"), F("1.5") }, high[] = { I("1.2"), F("2.0") };
	static const struct range ranges[] = { RANGE(low), RANGE(high) };
	static const struct row rows[] = { { "1.1", "1.5" }, { "1.3", "2.0" }, { "1.5", "2.0" }, { "2.0", NULL } };
	expect_rows("PyPI", ranges, 1, rows, 1);
	expect_rows("PyPI", ranges, 2, rows + 1, 3);
}

TEST(range_knows_listed_versions_by_order)
{
	static const str versions[] = { STR_INIT("1.0"), STR_INIT("odd one") };
	const struct ecosystem *eco = ecosystem_find(STR("PyPI"));
	EXPECT(range_evaluate(eco, STR("1.0.0"), NULL, 0, versions, 2).listed);
	EXPECT(range_evaluate(eco, STR("odd one"), NULL, 0, versions, 2).affected);
	EXPECT(!range_evaluate(eco, STR("1.0.1"), NULL, 0, versions, 2).affected);
	EXPECT(!range_evaluate(eco, STR("odd"), NULL, 0, versions, 2).affected);
}

TEST(range_leaves_out_what_it_cannot_order)
{
	static const struct range_event bad[] = { I("0"), F("french") }, good[] = { I("0"), F("2.0") };
	static const struct range ranges[] = { RANGE(bad), RANGE(good) };
	static const str versions[] = { STR_INIT("0.9") };
	const struct ecosystem *eco = ecosystem_find(STR("PyPI"));
	struct range_verdict v = range_evaluate(eco, STR("1.0"), ranges, 2, NULL, 0);
	EXPECT(v.affected);
	EXPECT_STR(version_of(v.fixed), STR("2.0"));
	EXPECT_STR(version_of(v.unordered), STR("french"));
	EXPECT(!range_evaluate(eco, STR("1.0"), ranges, 1, NULL, 0).affected);
	EXPECT(!range_evaluate(eco, STR("1.0"), ranges, 1, versions, 1).unordered);
}

TEST(range_takes_the_valid_front_of_an_odd_event)
{
	static const struct range_event pypi[] = { I("2.0"), F("2.6.0-cu124") }, alpine[] = { I("0"), F("1.2.31-0") };
	static const struct range ranges[] = { RANGE(pypi), RANGE(alpine) };
	static const struct row pypi_rows[] = { { "1.9", NULL }, { "2.5", "2.6.0-cu124" }, { "2.6.1", NULL }, { "3", NULL } };
	static const struct row alpine_rows[] = { { "1.2.30-r9", "1.2.31-0" }, { "1.2.31-r1", NULL }, { "1.3-r0", NULL } };
	expect_rows("PyPI", ranges, 1, pypi_rows, LEN(pypi_rows));
	expect_rows("Alpine:v3.19", ranges + 1, 1, alpine_rows, LEN(alpine_rows));
	struct range_verdict v = range_evaluate_one(ecosystem_find(STR("PyPI")), STR("2.6.0"), &ranges[0]);
	EXPECT(!v.affected && v.unordered == &pypi[1]);
}
