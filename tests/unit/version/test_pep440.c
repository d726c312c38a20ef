/* PEP 440: "Summary of permitted suffixes and relative ordering", "Normalization", "Version epochs",
 * "Local version identifiers". */
#include "order.h"
#include "version/pep440.h"

TEST(pep440_orders_suffixes)
{
	static const char *const v[] = {
		"1.dev0",   "1.0.dev456", "1.0a1",     "1.0a2.dev456", "1.0a12.dev456",  "1.0a12",	 "1.0b1.dev456",
		"1.0b2",    "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0",
		"1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1!0.1",
	};
	expect_ascending(pep440_compare, v, LEN(v));
}

TEST(pep440_normalises)
{
	static const char *const release[] = { "1.0", "v1.0", "1.0.0", "1", "01.0", "0!1.0", " 1.0\n" };
	static const char *const alpha[] = { "1.1a1", "1.1.a1", "1.1-alpha.1", "1.1ALPHA1", "1.1_a_1", "1.1a01" };
	static const char *const rc[] = { "1.1rc2", "1.1c2", "1.1pre2", "1.1-preview-2" };
	static const char *const post[] = { "1.2.post2", "1.2-2", "1.2-post2", "1.2rev2", "1.2.r2", "1.2post-2" };
	static const char *const dev[] = { "1.2.dev2", "1.2-dev2", "1.2dev2", "1.2.dev-2" };
	static const char *const implicit[] = { "1.2a", "1.2a0", "1.2.alpha." };
	static const char *const local[] = { "1.0+ubuntu.1", "1.0+Ubuntu-1", "1.0+ubuntu_01" };
	expect_equal(pep440_compare, release, LEN(release));
	expect_equal(pep440_compare, alpha, LEN(alpha));
	expect_equal(pep440_compare, rc, LEN(rc));
	expect_equal(pep440_compare, post, LEN(post));
	expect_equal(pep440_compare, dev, LEN(dev));
	expect_equal(pep440_compare, implicit, LEN(implicit));
	expect_equal(pep440_compare, local, LEN(local));
}

TEST(pep440_reports_what_is_no_version)
{
	static const char *const good[] = { "1", "2024.1.2", "1!2.3a4.post5.dev6+l.7" };
	static const char *const bad[] = { "", "french toast", "2004d", "1.0-", "1.0+", "1.0+a..b", "1.0+_a", "1..0", "1.0.x", "1.0dev1post1" };
	static const struct order_row rows[] = { { "2004d", -1, "0.dev0" } };
	expect_valid(pep440_valid, true, good, LEN(good));
	expect_valid(pep440_valid, false, bad, LEN(bad));
	expect_order(pep440_compare, rows, LEN(rows));
}
