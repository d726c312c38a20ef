/* semver.org 2.0.0 section 11, and npm's loose reading. */
#include "order.h"
#include "version/semver.h"

TEST(semver_orders_like_section_11)
{
	static const char *const spec[] = { "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
					    "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1" };
	static const char *const same[] = { "1.2.0", "1.2.0+build.7", "v1.2.0", "=1.2.0", " 1.2.0 ", "1.2", "01.02.00" };
	static const struct order_row rows[] = {
		{ "1.0.0-0", -1, "1.0.0-a" },
		{ "1.0.0-99999999999999999999", -1, "1.0.0-100000000000000000000" },
		{ "1.2.3beta", 0, "1.2.3-beta" },
		{ "1.0.0--", 1, "1.0.0-0" },
		{ "4.17.21", 1, "4.17.4" },
		{ "not-a-version", -1, "0.0.0-0" },
	};
	expect_ascending(semver_compare, spec, LEN(spec));
	expect_equal(semver_compare, same, LEN(same));
	expect_order(semver_compare, rows, LEN(rows));
}

TEST(semver_reports_what_is_no_version)
{
	static const char *const good[] = { "1.2.3", "1.2.3-x.7.z.92", "1.0.0+20130313144700", "1.0.0-beta+exp.sha.5114f85" };
	static const char *const bad[] = { "", "latest", "1.2.3.4", "1.2.3-", "1.2.3-a..b", "1.2.3+", "1.", "1.2.3-a_b", "^1.2.3" };
	expect_valid(semver_valid, true, good, LEN(good));
	expect_valid(semver_valid, false, bad, LEN(bad));
}
