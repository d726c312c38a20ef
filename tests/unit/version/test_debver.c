/* Debian Policy 5.6.12, and dpkg itself where it is installed. */
#include "order.h"
#include "version/debver.h"
#include <stdio.h>
#include <sys/wait.h>

TEST(debver_orders_like_policy_5_6_12)
{
	static const char *const tildes[] = { "~~", "~~a", "~", "", "a" }; /* the policy's own example */
	static const struct order_row rows[] = {
		{ "1.0~rc1", -1, "1.0" },
		{ "1:0.1", 1, "2.0" },
		{ "0:1.0", 0, "1.0" },
		{ "1.0~beta1~svn1245", -1, "1.0~beta1" },
		{ "1.0-1", 1, "1.0" },
		{ "1.0-0", 0, "1.0" },
		{ "1.2.10", 1, "1.2.9" },
		{ "1.010", 0, "1.10" },
		{ "1.0a", -1, "1.0+" }, /* letters before the rest */
		{ "1.0A", -1, "1.0a" },
		{ "1.0", -1, "1.0a" },
		{ "1.0-1+deb12u1", 1, "1.0-1" },
		{ "1.0-1~deb12u1", -1, "1.0-1" },
		{ "1.0-1-2", 1, "1.0-1-1" }, /* the last hyphen begins the revision */
		{ "7.88.1-10+deb12u8", -1, "7.88.1-10+deb12u12" },
		{ "2:1.0", 1, "1:9.9" },
		{ "10000000000000000000000:1", 1, "9999999999999999999999:2" },
		{ "1.00000000000000000000001", -1, "1.2" },
	};
	expect_ascending(debver_compare, tildes, LEN(tildes));
	expect_order(debver_compare, rows, LEN(rows));
}

TEST(debver_takes_what_dpkg_takes)
{
	static const char *const good[] = { "1", "1.0-1", "1:1.0", "a1", "1.0_1", "2004d" };
	static const char *const bad[] = { "", "1.0-", ":1", "a:1", "1:", "1.0 2", "-1" };
	expect_valid(debver_valid, true, good, LEN(good));
	expect_valid(debver_valid, false, bad, LEN(bad));
}

static int dpkg_says(const char *a, const char *op, const char *b)
{
	char command[512];
	snprintf(command, sizeof command, "dpkg --compare-versions '%s' %s '%s' 2>/dev/null", a, op, b);
	int r = system(command);
	return WIFEXITED(r) ? WEXITSTATUS(r) : -1;
}

TEST(debver_agrees_with_dpkg)
{
	static const char *const v[] = {
		"1.0",      "1.0-1",	"1.0~",	    "1.0~-1",	 "1.0+b1",	"1:0",	 "0",	       "00.1",
		"1.0-1.1",  "1.0-1+b1", "1.0a-1",   "1.0.~1",	 "1.0-1~bpo11+1", "1.0~rc1-1", "1.0+dfsg-1", "1.0+really0.9-1",
		"20200101", "1.0-0",	"2:1.0-10", "1.0-1deb1", "a",		"1.-1",
	};
	if (dpkg_says("1", "eq", "1")) {
		test_skip("no dpkg");
		return;
	}
	for (size_t i = 0; i < LEN(v); i++)
		for (size_t j = i; j < LEN(v); j++) {
			int c = debver_compare(str_c(v[i]), str_c(v[j]));
			if (dpkg_says(v[i], c < 0 ? "lt" : c > 0 ? "gt" : "eq", v[j]))
				test_fail(__FILE__, __LINE__, "dpkg denies that %.*s against %.*s is %d",
					  STR_FMT(str_c(v[i])), STR_FMT(str_c(v[j])), c);
		}
}
