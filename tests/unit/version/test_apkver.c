/* apk-package(5) and what `apk version -t` of apk-tools 2.14 and 3 answers. */
#include "order.h"
#include "version/apkver.h"

TEST(apkver_orders_like_apk_tools)
{
	static const char *const suffixes[] = { "1.0_alpha", "1.0_alpha1", "1.0_beta", "1.0_pre", "1.0_rc", "1.0_rc2", "1.0",
						"1.0_cvs",   "1.0_svn",	   "1.0_git",  "1.0_hg",  "1.0_p",  "1.0_p1" };
	static const struct order_row rows[] = {
		{ "2.34", 1, "0.1.0_alpha" },
		{ "1.0-r9", -1, "1.0-r10" },
		{ "1.0", -1, "1.0-r0" },
		{ "1.0", -1, "1.0.0" },
		{ "1.10", 1, "1.9" },
		{ "1.01", -1, "1.1" }, /* a leading zero makes it a fraction */
		{ "1.05", -1, "1.5" },
		{ "1.010", 1, "1.01" },
		{ "01", 0, "1" }, /* but not in the first number */
		{ "1.0a", 1, "1.0" },
		{ "1.0a", -1, "1.0b" },
		{ "1.0a", -1, "1.0.1" },
		{ "1.0_rc1-r1", -1, "1.0-r0" },
		{ "1.0_p1-r1", 1, "1.0-r9" },
		{ "1.0_git20200101", -1, "1.0_git20200102" },
		{ "1.0~abc", -1, "1.0~abd" },
		{ "1.0~abc", 1, "1.0" },
		{ "1.0_alpha_pre1", -1, "1.0_alpha1" },
		{ "1.2.13-r0", -1, "1.2.13-r1" },
		{ "3.0.12-r4", 1, "3.0.8-r0" },
		{ "5.1p1-r0", -1, "9.3_p2-r1" }, /* as apk-tools 2.12 wrote them */
		{ "5.1p1-r0", -1, "5.1p2-r0" },
	};
	expect_ascending(apkver_compare, suffixes, LEN(suffixes));
	expect_order(apkver_compare, rows, LEN(rows));
}

TEST(apkver_reports_what_is_no_version)
{
	static const char *const good[] = { "1", "1.0a_rc1_p2~0f-r3", "20240101", "5.1p1-r0", "1.0_git", "0.0.0-r0" };
	static const char *const bad[] = { "", "a", "1.", "1..2", "1.0-1", "1.0-r", "1.0_foo", "1.0ab", "1.0-r1-r2",
					   "1.0~", "1.0_p1.2", "1.0-r1_p1", "1.0 ", "1:2" };
	expect_valid(apkver_valid, true, good, LEN(good));
	expect_valid(apkver_valid, false, bad, LEN(bad));
}
