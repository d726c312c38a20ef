/* getcomposer.org/doc/articles/versions.md, and the cases of composer/semver's own documentation of
 * normalize(); PHP's version_compare orders dev < alpha < beta < RC < # < pl. */
#include "order.h"
#include "version/composerver.h"

TEST(composerver_orders_stabilities)
{
	static const char *const spec[] = { "1.0-dev", "1.0-alpha", "1.0-alpha2", "1.0-beta.1",
		                            "1.0RC1",  "1.0-rc.2",  "1.0",        "1.0-patch1",
		                            "1.0.1",   "1.0.x-dev", "1.1",        "1.x-dev",
		                            "2.0" };
	static const char *const same[] = { "1.0",        "v1.0",        "1",       "1.0.0.0",
		                            "1.0-stable", "1.0+build.5", "1.0@beta" };
	static const struct order_row rows[] = {
		{ "1.0-b2", 0, "1.0-beta2" },         { "1.0-p1", 0, "1.0-pl1" },
		{ "1.0-beta-dev", -1, "1.0-beta" },   { "2010:01:02", 0, "2010-01-02" },
		{ "20100102-203040-1", -1, "20100102-203040-p1" }, { "20100102", -1, "20100103" },
		{ "dev-main", -1, "0.0.1-dev" },
	};
	expect_ascending(composerver_compare, spec, LEN(spec));
	expect_equal(composerver_compare, same, LEN(same));
	expect_order(composerver_compare, rows, LEN(rows));
}

TEST(composerver_has_no_place_for_branches_by_name)
{
	static const char *const good[] = { "1.2.3", "1.0.*-dev",  "20100102-203040-p1",
		                            "1.0.",  "2010-01-02", "100000.1.x-dev" };
	static const char *const bad[] = { "",      "dev-main", "master",  "1.2.3.4.5", "123456789012345678901234",
		                           "1.0-1", "a",        "1.0-foo", "1.0.x" };
	expect_valid(composerver_valid, true, good, LEN(good));
	expect_valid(composerver_valid, false, bad, LEN(bad));
}
