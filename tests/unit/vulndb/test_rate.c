/* The rules at the head of vulndb/rate.h. */
#include "../test.h"
#include "base/attr.h"
#include "vulndb/rate.h"

#define CRITICAL "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
#define HIGH     "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"

TEST(rate_takes_the_source_that_is_asked_for)
{
	static const struct opinion opinions[] = {
		{ STR_INIT("Debian"), { 0 }, SEVERITY_LOW },
		{ STR_INIT("NVD"), STR_INIT(CRITICAL), SEVERITY_UNKNOWN },
		{ STR_INIT("GitHub"), STR_INIT(HIGH), SEVERITY_UNKNOWN },
		{ STR_INIT("CISA-ADP"), { 0 }, SEVERITY_MEDIUM },
	};
	static const struct {
		const char *wanted, *ecosystem, *reason;
	} rows[] = {
		{ "", "Debian:12", "Debian's own rating" },
		{ "", "npm", "CVSS 3.1 of GitHub: 7.5" },
		{ "vendor", "npm", "CVSS 3.1 of GitHub: 7.5" }, /* has none: the rules */
		{ "nvd", "Debian:12", "CVSS 3.1 of NVD: 9.8" },
		{ "ghsa", "Debian:12", "CVSS 3.1 of GitHub: 7.5" },
		{ "GHSA,nvd", "Debian:12", "CVSS 3.1 of GitHub: 7.5" },
		{ "RustSec, NVD", "Debian:12", "CVSS 3.1 of NVD: 9.8" },
		{ "cvss", "Debian:12", "CVSS 3.1 of GitHub: 7.5" },
		{ "highest", "Debian:12", "CVSS 3.1 of NVD: 9.8" },
		{ "cisa-adp", "Debian:12", "rating of CISA-ADP" },
		{ "nobody", "Debian:12", "Debian's own rating" },
		{ ",,", "Debian:12", "Debian's own rating" },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	for (size_t i = 0; i < LEN(rows); i++) {
		struct finding f = { .ecosystem = str_c(rows[i].ecosystem) };
		size_t chosen = 0;
		for (size_t k = 0; k < LEN(opinions); k++)
			rate_add(&a, &f, &opinions[k], false);
		rate_choose(&a, &f, str_c(rows[i].wanted));
		EXPECT_STR(f.severity_reason, str_c(rows[i].reason));
		for (size_t k = 0; k < f.ratings.n; k++)
			chosen += f.ratings.v[k].chosen;
		EXPECT_INT(chosen, 1);
	}
}
