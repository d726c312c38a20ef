/* go.dev/ref/mod#versions, go.dev/doc/toolchain#version, and OSV's spelling of Go releases. */
#include "order.h"
#include "version/gover.h"

TEST(gover_orders_modules)
{
	static const char *const v[] = {
		"(devel)",
		"v0.0.0-20180101000000-abcdefabcdef",
		"v0.0.0-20191109021931-daa7c04131f5",
		"v0.0.0",
		"v1.2.3-pre",
		"v1.2.3-pre.0.20191109021931-daa7c04131f5", /* after v1.2.3-pre */
		"v1.2.3",
		"v1.2.4-0.20191109021931-daa7c04131f5", /* before v1.2.4 */
		"v1.2.4",
		"v2.0.0+incompatible",
		"v2.0.1",
	};
	static const char *const same[] = { "v2.0.0+incompatible", "v2.0.0", "2.0.0" };
	expect_ascending(gover_compare, v, LEN(v));
	expect_equal(gover_compare, same, LEN(same));
}

TEST(gover_orders_releases_of_go)
{
	static const char *const v[] = { "1.21.0-0",   "go1.21beta1", "1.21.0-beta.2", "go1.21rc1", "1.21.0-rc.2",
					 "go1.21rc10", "go1.21.0",    "go1.21.1",      "1.22.0-0" };
	static const char *const same[] = { "go1.21", "1.21", "go1.21.0", "1.21.0", "go1.21-vendor", "go1.21 X:boringcrypto" };
	static const struct order_row rows[] = {
		{ "1.21rc2", 0, "1.21.0-rc.2" },
		{ "go1.9.2rc2", 0, "1.9.2-rc.2" },
		{ "1.20.14", -1, "1.21.0-0" },
	};
	expect_ascending(gover_compare, v, LEN(v));
	expect_equal(gover_compare, same, LEN(same));
	expect_order(gover_compare, rows, LEN(rows));
}

TEST(gover_reports_what_is_no_version)
{
	static const char *const good[] = { "v1.2.3", "go1.21", "1.21rc2", "v1.0.0-rc.1+meta" };
	static const char *const bad[] = { "", "(devel)", "devel go1.22-abcdef", "master", "go", "v" };
	expect_valid(gover_valid, true, good, LEN(good));
	expect_valid(gover_valid, false, bad, LEN(bad));
}
