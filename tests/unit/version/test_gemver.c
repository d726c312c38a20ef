/* rubygems/version.rb, "Gem::Version": the examples of its documentation; Ruby 3.1 says the same.
 */
#include "order.h"
#include "version/gemver.h"

TEST(gemver_orders_like_its_documentation)
{
	static const char *const spec[] = { "1.0.a.2", "1.0.b1", "1.0", "1.1.rc1",
		                            "1.1",     "1.9",    "1.10" };
	static const char *const same[] = { "1", "1.0", "1.0.0", " 1.0 ", "01" };
	static const char *const before[] = { "1.0.a", "1.a", "1.0.0.a.0" };
	static const struct order_row rows[] = {
		{ "1-2", 0, "1.pre.2" },     { "1.0.0-rc1", -1, "1.0.0" }, { "1.A", -1, "1.a" },
		{ "1.a.0.1", 1, "1.a.0.0" }, { "1.0.b10", 1, "1.0.b9" },   { "junk", -1, "0.a" },
		{ "1.0.1.a", 1, "1.0" },
	};
	expect_ascending(gemver_compare, spec, LEN(spec));
	expect_equal(gemver_compare, same, LEN(same));
	expect_equal(gemver_compare, before, LEN(before));
	expect_order(gemver_compare, rows, LEN(rows));
}

TEST(gemver_knows_correct_versions)
{
	static const char *const good[] = {
		"1", "1.2.b1", "1.0.0-java", "5.2.4.rc1", "1-a-b", "0"
	};
	static const char *const bad[] = { "",      "a",     "1..2", "1.", "1.2-",
		                           "1.2 3", "1.2_3", "v1.2", ".1" };
	expect_valid(gemver_valid, true, good, LEN(good));
	expect_valid(gemver_valid, false, bad, LEN(bad));
}
