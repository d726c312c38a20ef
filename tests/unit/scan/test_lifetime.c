/* Dates of the publishers: see the sources in data/eol.csv. */
#include "../test.h"
#include "base/attr.h"
#include "base/time.h"
#include "scan/lifetime.h"

TEST(lifetime_is_looked_up_by_os_release)
{
	static const struct {
		const char *id, *version, *name, *now;
		bool known, ended;
		const char *date;
	} rows[] = {
		{ "debian", "12", "", "2026-11-22", true, false, "2028-06-30" },
		{ "debian", "9", "", "2026-11-22", true, true, "2022-06-30" },
		{ "ubuntu", "20.04", "", "2026-11-22", true, true, "2025-05-29" },
		{ "alpine", "3.19.1", "", "2025-11-01", true, false,
		  "2025-11-01" }, /* its last day */
		{ "alpine", "3.19.1", "", "2025-11-02", true, true, "2025-11-01" },
		{ "alpine", "3.22.0_alpha20250108", "", "2026-11-22", false, false, "" },
		{ "rhel", "8.10", "", "2026-11-22", true, false, "2029-05-31" },
		{ "rhel", "80", "", "2026-11-22", false, false, "" },
		{ "centos", "8", "CentOS Linux 8", "2022-06-01", true, true, "2021-12-31" },
		{ "centos", "8", "CentOS Stream 8", "2022-06-01", true, false, "2024-05-31" },
		{ "sles", "15.5", "", "2026-11-22", true, true, "2024-12-31" },
		{ "sles", "15.9", "", "2026-11-22", false, false, "" }, /* not what 15 is */
		{ "wolfi", "20230201", "", "2026-11-22", true, false, "" },
		{ "amzn", "2023", "", "2026-11-22", true, false, "2029-06-30" },
		{ "nobody", "1", "", "2026-11-22", false, false, "" },
		{ "", "", "", "2026-11-22", false, false, "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct distro d = { .id = str_c(rows[i].id),
			            .version_id = str_c(rows[i].version),
			            .name = str_c(rows[i].name) };
		int64_t now = 0;
		EXPECT(time_parse(str_c(rows[i].now), &now));
		struct end_of_life e = lifetime_of(&d, now);
		if (e.known != rows[i].known || e.ended != rows[i].ended)
			test_fail(__FILE__, __LINE__, "%s %s: known %d, ended %d", rows[i].id,
			          rows[i].version, e.known, e.ended);
		EXPECT_STR(e.date, str_c(rows[i].date));
	}
}
