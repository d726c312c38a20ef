/* rpm-version(7): "Comparison rules" and the examples of its text. */
#include "order.h"
#include "version/rpmver.h"

TEST(rpmver_orders_like_rpm_version_7)
{
	static const char *const caret[] = { "1.0~rc1-1", "1.0~rc1^git1-1", "1.0-1", "1.0^git1~pre-1", "1.0^git1-1", "1.0.1-1" };
	static const struct order_row rows[] = {
		{ "1.0010-1", 1, "1.9-1" },
		{ "1.05-1", 0, "1.5-1" },
		{ "1.0-1", 1, "1-1" },
		{ "2.50-1", 1, "2.5-1" },
		{ "fc4-1", 0, "fc.4-1" },
		{ "FC5-1", -1, "fc4-1" },
		{ "2a-1", -1, "2.0-1" },
		{ "1.0-1", 1, "1.fc4-1" },
		{ "3.0.0_fc-1", 0, "3.0.0.fc-1" }, /* separators only separate */
		{ "1.0.-1", 0, "1.0-1" },
		{ "1:1.0-1", 1, "2.0-1" },
		{ "0:1.0-1", 0, "1.0-1" },
		{ "1.0-1.el9_2", 1, "1.0-1.el9" },
		{ "1.1.1k-9.el8_7", -1, "1.1.1k-12.el8_9" },
		{ "4.18.0-553.22.1.el8_10", 1, "4.18.0-553.8.1.el8_10" },
		{ "1.0-1", 0, "1.0" }, /* a missing release is not asked for */
		{ "2:1.0", 1, "1.0-1" },
		{ "10xyz-1", -1, "10.1xyz-1" },
		{ "xyz10-1", -1, "xyz10.1-1" },
		{ "1.0aa-1", 1, "1.0a-1" },
		{ "20101121-1", -1, "20101122-1" },
		{ "99999999999999999999999-1", -1, "100000000000000000000000-1" },
		{ "1b.fc17-1", -1, "1.fc17-1" },
		{ "1g.fc17-1", 1, "1.fc17-1" },
	};
	expect_ascending(rpmver_compare, caret, LEN(caret));
	expect_order(rpmver_compare, rows, LEN(rows));
}

TEST(rpmver_wants_a_version)
{
	static const char *const good[] = { "1.0-1", "1", "1:2-3", "a^b~c-1.el9" };
	static const char *const bad[] = { "", "-1", "1-", ":1-1", "x:1-1", "1 0-1", "1:-1" };
	expect_valid(rpmver_valid, true, good, LEN(good));
	expect_valid(rpmver_valid, false, bad, LEN(bad));
}
