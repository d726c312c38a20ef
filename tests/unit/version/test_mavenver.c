/* Maven's "Version Order Specification" (POM reference) and its examples; Maven 3.9.9 agrees. */
#include "order.h"
#include "version/mavenver.h"

TEST(mavenver_orders_qualifiers)
{
	static const char *const v[] = { "1-alpha-1", "1-alpha-2", "1-beta-1", "1-milestone-1", "1-rc-1", "1-SNAPSHOT",
					 "1",	      "1-sp",	   "1-abc",    "1-1",		"1.1" };
	static const char *const rc[] = { "1-rc-1", "1-cr-1", "1rc1", "1-RC1", "1.rc1" };
	static const char *const ga[] = { "1", "1.0", "1.0.0", "1-ga", "1.0-final", "1.0.RELEASE", "1.0.Final", "1-0", "01" };
	static const char *const letters[] = { "1-alpha-1", "1a1", "1-a1", "1.0-alpha1" };
	expect_ascending(mavenver_compare, v, LEN(v));
	expect_equal(mavenver_compare, rc, LEN(rc));
	expect_equal(mavenver_compare, ga, LEN(ga));
	expect_equal(mavenver_compare, letters, LEN(letters));
}

TEST(mavenver_orders_like_the_specification)
{
	static const struct order_row rows[] = {
		{ "1", -1, "1.1" },
		{ "1-snapshot", -1, "1" },
		{ "1", -1, "1-sp" },
		{ "1-foo2", -1, "1-foo10" },
		{ "1.foo", 0, "1-foo" },
		{ "1-foo", -1, "1-1" },
		{ "1-1", -1, "1.1" },
		{ "1.ga", 0, "1-ga" },
		{ "1-ga", 0, "1-0" },
		{ "1-0", 0, "1.0" },
		{ "1-sp", 1, "1-ga" },
		{ "1-sp.1", 1, "1-ga.1" },
		{ "1-a1", 0, "1-alpha-1" },
		{ "1.0.0.X1", -1, "1.0.0.X2" },
		{ "1-1.foo-bar1baz-.1", 0, "1-1.foo-bar-1-baz-0.1" },
		{ "2.9.10.8", 1, "2.9.10" },
		{ "2.13.4.1", -1, "2.13.4.2" },
		{ "31.1-jre", 1, "31.1-android" },
		{ "2.0.0.M1", -1, "2.0.0.RC1" },
		{ "1.0.0-99999999999999999999", 1, "1.0.0-9999999999999999999" },
		{ "6.0.0.Beta1", -1, "6.0.0.Final" },
	};
	expect_order(mavenver_compare, rows, LEN(rows));
}

TEST(mavenver_takes_any_number_of_pieces)
{
	static char a[20001], b[20001];
	for (size_t i = 0; i + 2 < sizeof a; i += 2)
		memcpy(a + i, "1-", 2), memcpy(b + i, "1-", 2);
	b[1] = '.';
	expect_order(mavenver_compare, &(struct order_row){ a, -1, b }, 1);
}

TEST(mavenver_reports_what_is_no_version)
{
	static const char *const good[] = { "1.0", "Finchley.SR2", "r09", "1.0-b01-ea" };
	static const char *const bad[] = { "", "${project.version}", "1.0 2" };
	expect_valid(mavenver_valid, true, good, LEN(good));
	expect_valid(mavenver_valid, false, bad, LEN(bad));
}
