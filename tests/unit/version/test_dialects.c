/* SemVer's relatives: learn.microsoft.com/nuget/concepts/package-versioning, semver.org to the
 * letter (crates.io, Elixir's Version), pub.dev/packages/pub_semver, Bitnami; ?numeric_version of
 * R, pvp.haskell.org; and programs without a scheme. */
#include "order.h"
#include "version/dotver.h"
#include "version/genericver.h"
#include "version/semver.h"

TEST(nugetver_has_a_fourth_number_and_no_case)
{
	static const char *const up[] = { "1.0.0-alpha", "1.0.0-Beta.2", "1.0.0-beta.11",
		                          "1.0.0-RC",    "1.0.0",        "1.0.0.1",
		                          "1.0.1",       "10.0" };
	static const char *const same[] = { "1", "1.0", "1.0.0.0", "1.00", "1.0.0+abc" };
	static const struct order_row rows[] = {
		{ "1.0-rc.1", 0, "1.0.0-RC.1" },
		{ "1.0-a.2147483648", 1, "1.0-a.3" }, /* past 32 bits it is a word */
	};
	static const char *const bad[] = { "", "1.2.3.4.5", "1.0-", "1.0beta", "v1.0" };
	expect_ascending(nugetver_compare, up, LEN(up));
	expect_equal(nugetver_compare, same, LEN(same));
	expect_order(nugetver_compare, rows, LEN(rows));
	expect_valid(nugetver_valid, false, bad, LEN(bad));
}

TEST(semver_to_the_letter)
{
	static const char *const good[] = { "1.0.0", "1.0.0-alpha.1+x.01", "1.0.0--" };
	static const char *const bad[] = { "v1.0.0",    "01.0.0", "1.0.0-01",
		                           "1.0.0beta", " 1.0.0", "1.0.0.0" };
	static const struct order_row rows[] = { { "1.0.0+a", 0, "1.0.0+b" },
		                                 { "1.0.0-alpha", -1, "1.0.0" },
		                                 { "0.10", 0, "0.10.0" }, /* GHSA-9cc5-2pq7-hfj8 */
		                                 { "0.9.1", -1, "0.10" } };
	expect_valid(semver_strict_valid, true, good, LEN(good));
	expect_valid(semver_strict_valid, false, bad, LEN(bad));
	expect_order(semver_strict_compare, rows, LEN(rows));
}

TEST(pubver_counts_build_metadata)
{
	static const char *const up[] = { "1.0.0-alpha", "1.0.0",   "1.0.0+1", "1.0.0+2",
		                          "1.0.0+10",    "1.0.0+a", "1.0.1" };
	expect_ascending(pubver_compare, up, LEN(up));
	EXPECT(!pubver_valid(STR("1.0")));
}

TEST(bitnamiver_has_revisions)
{
	static const char *const up[] = { "1.2.3-rc1", "1.2.3", "1.2.3-1", "1.2.3-10", "1.2.4-0" };
	static const struct order_row rows[] = { { "1.2.3", 0, "1.2.3-0" },
		                                 { "v1.2.3-4", 0, "1.2.3-4" } };
	expect_ascending(bitnamiver_compare, up, LEN(up));
	expect_order(bitnamiver_compare, rows, LEN(rows));
}

TEST(versions_of_numbers_only)
{
	static const struct order_row r[] = { { "1.0-1", 0, "1.0.1" },
		                              { "1.0", 0, "1.0.0" },
		                              { "1.9", -1, "1.10" } };
	static const struct order_row haskell[] = { { "1.0", -1, "1.0.0" }, { "1.9", -1, "1.10" } };
	static const char *const bad[] = { "", "1.", "1..2", "a", "1.0-beta" };
	expect_order(cranver_compare, r, LEN(r));
	expect_order(hackagever_compare, haskell, LEN(haskell));
	expect_valid(cranver_valid, false, bad, LEN(bad));
	expect_valid(hackagever_valid, false, bad, LEN(bad));
	EXPECT(!hackagever_valid(STR("1-0")));
}

TEST(genericver_orders_letters_and_words)
{
	static const char *const up[] = { "1.0.2-beta1", "1.0.2-rc1", "1.0.2",   "1.0.2a",
		                          "1.0.2k",      "1.0.2z",    "1.0.2za", "1.0.2zh",
		                          "1.0.2.1",     "1.1.0" };
	static const char *const same[] = { "1.25", "1.25.0", "v1.25", "1.25+dfsg", "1.25.0.0" };
	static const struct order_row rows[] = {
		{ "9.3", -1, "9.3p1" },      { "9.3p1", -1, "9.3p2" },
		{ "9.3p2", -1, "9.4" },      { "1.9.5p2", 1, "1.9.5" },
		{ "7.0.0rc1", -1, "7.0.0" }, { "8.0.0-dev", -1, "8.0.0-alpha1" },
	};
	static const char *const bad[] = { "", "unspecified", "n/a", "*", "< 1.2", "1.2, 1.3" };
	expect_ascending(genericver_compare, up, LEN(up));
	expect_equal(genericver_compare, same, LEN(same));
	expect_order(genericver_compare, rows, LEN(rows));
	expect_valid(genericver_valid, false, bad, LEN(bad));
}
