/* Examples of the specifications and their example documents (first.org); the rows without a word are
 * drawn over the metrics. All scores as Red Hat's `cvss` 3.6 has them (tests/peers/test_cvss_scores.py). */
#include "../test.h"
#include "model/cvss.h"

TEST(cvss_scores_like_the_specifications)
{
	// clang-format off
	static const struct {
		const char *vector;
		double score;
		enum severity severity;
	} rows[] = {
		{ "AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, SEVERITY_HIGH }, /* CVSS 2 guide 3.3.1: CVE-2002-0392 */
		{ "AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0, SEVERITY_HIGH }, /* 3.3.2: CVE-2003-0818 */
		{ "AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2, SEVERITY_MEDIUM }, /* 3.3.3: CVE-2003-0062 */
		{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", 7.8, SEVERITY_HIGH }, /* temporal metrics leave the base score */
		{ "(AV:N/AC:M/Au:N/C:P/I:P/A:P)", 6.8, SEVERITY_MEDIUM }, /* as NVD printed them */
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, SEVERITY_MEDIUM }, /* 3.1 examples: CVE-2013-1937 */
		{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, SEVERITY_MEDIUM }, /* CVE-2013-0375 */
		{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, SEVERITY_LOW }, /* CVE-2014-3566 */
		{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, SEVERITY_CRITICAL }, /* CVE-2012-1516 */
		{ "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2, SEVERITY_MEDIUM }, /* CVE-2012-0384's shape */
		{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, SEVERITY_CRITICAL },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, SEVERITY_CRITICAL },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, SEVERITY_NEGLIGIBLE }, /* no impact */
		{ "CVSS:3.1/S:U/C:H/I:N/A:N/AV:N/AC:L/PR:N/UI:N", 7.5, SEVERITY_HIGH }, /* in any order */
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O/RC:C", 7.5, SEVERITY_HIGH }, /* temporal metrics leave it */
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/CR:L/MAV:L", 7.5, SEVERITY_HIGH }, /* environmental too */
		{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3, SEVERITY_HIGH }, /* 4.0 examples: CVE-2022-41741 */
		{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7, SEVERITY_HIGH }, /* CVE-2020-3549 */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0, SEVERITY_CRITICAL }, /* CVE-2021-44228 */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7, SEVERITY_HIGH }, /* CVE-2014-0160 */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:P", 7.7, SEVERITY_HIGH }, /* threat counts in 4.0 */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:U", 6.6, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0, SEVERITY_NEGLIGIBLE }, /* no impact */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/MSI:S", 8.9, SEVERITY_HIGH }, /* safety */
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:L/VA:L/SC:L/SI:L/SA:L", 1.0, SEVERITY_LOW }, /* the lowest macrovector */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/S:P/AU:Y/R:U/V:C/RE:H/U:Red", 9.3, SEVERITY_CRITICAL }, /* supplemental metrics count nowhere */
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MAV:L/MPR:H/CR:L", 8.3, SEVERITY_HIGH }, /* modified ones do */
		{ "AV:A/AC:H/Au:S/C:C/I:N/A:N", 4.3, SEVERITY_MEDIUM },
		{ "AV:N/AC:H/Au:S/C:C/I:N/A:C", 6.6, SEVERITY_MEDIUM },
		{ "AV:L/AC:H/Au:M/C:P/I:P/A:N", 2.3, SEVERITY_LOW },
		{ "AV:L/AC:H/Au:N/C:P/I:N/A:C", 4.7, SEVERITY_MEDIUM },
		{ "AV:L/AC:H/Au:N/C:C/I:C/A:N", 5.6, SEVERITY_MEDIUM },
		{ "AV:N/AC:L/Au:S/C:N/I:N/A:N", 0.0, SEVERITY_NEGLIGIBLE },
		{ "AV:N/AC:H/Au:S/C:P/I:N/A:C", 5.6, SEVERITY_MEDIUM },
		{ "AV:L/AC:L/Au:S/C:C/I:C/A:N", 6.2, SEVERITY_MEDIUM },
		{ "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:H", 8.1, SEVERITY_HIGH },
		{ "CVSS:3.1/AV:A/AC:H/PR:H/UI:R/S:C/C:L/I:H/A:L", 6.5, SEVERITY_MEDIUM },
		{ "CVSS:3.0/AV:L/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:L", 5.7, SEVERITY_MEDIUM },
		{ "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:C/C:H/I:N/A:N", 4.6, SEVERITY_MEDIUM },
		{ "CVSS:3.0/AV:P/AC:L/PR:L/UI:N/S:C/C:L/I:N/A:H", 5.9, SEVERITY_MEDIUM },
		{ "CVSS:3.1/AV:N/AC:H/PR:L/UI:R/S:C/C:H/I:L/A:N", 6.5, SEVERITY_MEDIUM },
		{ "CVSS:3.0/AV:N/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:L", 7.1, SEVERITY_HIGH },
		{ "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:C/C:N/I:L/A:L", 3.2, SEVERITY_LOW },
		{ "CVSS:3.0/AV:A/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:H", 6.3, SEVERITY_MEDIUM },
		{ "CVSS:3.1/AV:A/AC:H/PR:L/UI:R/S:U/C:N/I:L/A:L", 3.4, SEVERITY_LOW },
		{ "CVSS:3.0/AV:L/AC:L/PR:L/UI:R/S:C/C:L/I:H/A:L", 7.3, SEVERITY_HIGH },
		{ "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 6.5, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:N/AC:H/AT:N/PR:L/UI:P/VC:H/VI:H/VA:L/SC:N/SI:L/SA:N", 7.5, SEVERITY_HIGH },
		{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:A/VC:N/VI:L/VA:L/SC:L/SI:L/SA:H", 4.4, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:P/AC:H/AT:N/PR:N/UI:N/VC:H/VI:L/VA:H/SC:H/SI:L/SA:N", 5.8, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:N/VI:H/VA:L/SC:N/SI:H/SA:H", 8.4, SEVERITY_HIGH },
		{ "CVSS:4.0/AV:A/AC:H/AT:N/PR:H/UI:P/VC:L/VI:N/VA:L/SC:L/SI:H/SA:H", 2.3, SEVERITY_LOW },
		{ "CVSS:4.0/AV:P/AC:H/AT:P/PR:L/UI:P/VC:H/VI:H/VA:H/SC:N/SI:L/SA:N", 5.4, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:H/UI:N/VC:H/VI:N/VA:L/SC:H/SI:N/SA:N", 6.8, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:N/AC:H/AT:N/PR:H/UI:P/VC:N/VI:L/VA:H/SC:L/SI:H/SA:N", 6.9, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:H/SC:N/SI:L/SA:L", 6.9, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:P/VC:H/VI:N/VA:N/SC:L/SI:L/SA:N", 5.9, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:L/AC:H/AT:N/PR:N/UI:N/VC:H/VI:L/VA:H/SC:L/SI:H/SA:L", 7.2, SEVERITY_HIGH },
		{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:N/VC:N/VI:H/VA:L/SC:N/SI:H/SA:L", 7.0, SEVERITY_HIGH },
		{ "CVSS:4.0/AV:A/AC:H/AT:P/PR:N/UI:A/VC:L/VI:L/VA:L/SC:N/SI:H/SA:N/E:A/CR:H/IR:H/AR:H/MSI:H/MVC:N", 4.3, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:P/AC:L/AT:P/PR:H/UI:P/VC:H/VI:N/VA:N/SC:H/SI:H/SA:H/E:U/CR:L/IR:H/AR:L/MSI:H/MVC:L", 0.5, SEVERITY_LOW },
		{ "CVSS:4.0/AV:A/AC:L/AT:N/PR:L/UI:N/VC:L/VI:N/VA:H/SC:N/SI:L/SA:L/E:U/CR:M/IR:H/AR:H/MSI:L/MVC:L", 4.6, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:H/UI:A/VC:H/VI:L/VA:H/SC:N/SI:H/SA:H/E:A/CR:H/IR:M/AR:L/MSI:S/MVC:N", 7.2, SEVERITY_HIGH },
		{ "CVSS:4.0/AV:N/AC:H/AT:P/PR:N/UI:A/VC:H/VI:H/VA:H/SC:L/SI:H/SA:H/E:U/CR:M/IR:L/AR:H/MSI:S/MVC:L", 5.8, SEVERITY_MEDIUM },
		{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:A/VC:N/VI:L/VA:N/SC:H/SI:N/SA:N/E:P/CR:L/IR:H/AR:M/MSI:H/MVC:L", 1.0, SEVERITY_LOW },
	};
	// clang-format on
	for (size_t i = 0; i < LEN(rows); i++) {
		struct cvss c = { 0 };
		struct error e = { 0 };
		EXPECT_OK(cvss_parse(str_c(rows[i].vector), &c, &e), &e);
		if (c.score != rows[i].score || c.severity != rows[i].severity)
			test_fail(__FILE__, __LINE__, "%s: got %.1f %s, want %.1f", rows[i].vector, c.score,
				  severity_word(c.severity), rows[i].score);
	}
}

TEST(cvss_knows_its_version)
{
	static const struct {
		const char *vector;
		int major, minor;
	} rows[] = {
		{ "AV:N/AC:L/Au:N/C:N/I:N/A:C", 2, 0 },
		{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 3, 0 },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 3, 1 },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 4, 0 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct cvss c = { 0 };
		struct error e = { 0 };
		EXPECT_OK(cvss_parse(str_c(rows[i].vector), &c, &e), &e);
		EXPECT_INT(c.major, rows[i].major);
		EXPECT_INT(c.minor, rows[i].minor);
	}
}

TEST(cvss_says_what_is_wrong_with_a_vector)
{
	static const struct {
		const char *vector, *why;
	} rows[] = {
		{ "", "AV is missing" },
		{ "high", "no such metric" },
		{ "CVSS:5.0/AV:N", "unknown version" },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "A is missing" },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/AV:N", "AV twice" },
		{ "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "no such metric or value: \"AV:X\"" },
		{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "ends with a slash" },
		{ "CVSS:3.1/AV:N//AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "no such metric" },
		{ "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "no such metric or value: \"AV:\"" },
		{ "CVSS:3.1/av:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "no such metric" },
		{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:S/SA:N", "\"SI:S\"" },
		{ "AV:N/AC:L/Au:N/C:N/I:N", "A is missing" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct cvss c = { .score = -1 };
		struct error e = { 0 };
		EXPECT_INT(cvss_parse(str_c(rows[i].vector), &c, &e), ERR_FORMAT);
		EXPECT(c.score == -1);
		if (!strstr(e.msg, rows[i].why))
			test_fail(__FILE__, __LINE__, "%s: \"%s\" does not say \"%s\"", rows[i].vector, e.msg, rows[i].why);
	}
}
