/* Which findings count: design.md, "Every answer says why". */
#include "../test.h"
#include "model/package_use.h"
#include "scan/divide.h"
#include "scan/order.h"

static struct package packages[] = {
	{ .type = PACKAGE_DEB, .name = STR_INIT("openssl") },
	{ .type = PACKAGE_DEB, .name = STR_INIT("linux-libc-dev") },
};

static void add(struct arena *a, struct scan_report *r, size_t package, const char *id,
                enum severity s, enum fix_status status, enum finding_state state)
{
	struct finding f = { .package = &packages[package],
		             .id = str_c(id),
		             .severity = s,
		             .status = status,
		             .state = state,
		             .exploited = { .epss = -1, .percentile = -1 } };
	vec_add(a, &r->findings, f);
}

TEST(divide_hides_what_was_taken_back_and_what_is_left_out)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { 0 };
	struct scan_options o = { .left_out = 1u << USE_KERNEL_HEADERS };
	add(&a, &r, 0, "CVE-1", SEVERITY_LOW, FIX_AVAILABLE, STATE_VALID);
	add(&a, &r, 0, "CVE-2", SEVERITY_HIGH, FIX_AVAILABLE, STATE_REJECTED);
	add(&a, &r, 1, "CVE-3", SEVERITY_CRITICAL, FIX_NONE, STATE_VALID);
	add(&a, &r, 0, "CVE-4", SEVERITY_MEDIUM, FIX_NONE, STATE_DISPUTED);
	add(&a, &r, 0, "CVE-5", SEVERITY_HIGH, FIX_NONE, STATE_WITHDRAWN);
	divide_findings(&o, &a, &r);
	EXPECT_INT(r.findings.n, 2);
	EXPECT_INT(r.suppressed.n, 3);
	EXPECT_INT(r.worst, SEVERITY_MEDIUM);
	EXPECT_STR(r.findings.v[1].id, STR("CVE-4"));
	EXPECT_INT(r.suppressed.v[0].hidden.kind, HIDING_WITHDRAWN);
	EXPECT_STR(r.suppressed.v[0].hidden.why, STR("the advisory was rejected"));
	EXPECT_INT(r.suppressed.v[1].hidden.kind, HIDING_NOISE);
	EXPECT_STR(r.suppressed.v[1].hidden.by, STR("--leave-out kernel-headers"));
}

TEST(divide_counts_what_severity_hides)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { 0 };
	struct scan_options o = { .shown = 1u << SEVERITY_LOW, .ignore_unfixed = true };
	add(&a, &r, 0, "CVE-1", SEVERITY_LOW, FIX_AVAILABLE, STATE_VALID);
	add(&a, &r, 0, "CVE-2", SEVERITY_HIGH, FIX_AVAILABLE, STATE_VALID);
	add(&a, &r, 0, "CVE-3", SEVERITY_CRITICAL, FIX_NONE, STATE_VALID);
	divide_findings(&o, &a, &r);
	EXPECT_INT(r.findings.n, 1);
	EXPECT_INT(r.findings_hidden, 2);
	EXPECT_INT(r.worst, SEVERITY_HIGH);
	EXPECT(r.any);
}

TEST(order_puts_exploited_and_likely_first)
{
	static const char *const want[] = { "CVE-6", "CVE-5", "CVE-2", "CVE-4", "CVE-1", "CVE-3" };
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { 0 };
	for (int i = 1; i <= 6; i++)
		add(&a, &r, 0,
		    ((const char *const[]){ "CVE-1", "CVE-2", "CVE-3", "CVE-4", "CVE-5",
		                            "CVE-6" })[i - 1],
		    i == 6 ? SEVERITY_CRITICAL : SEVERITY_HIGH, FIX_NONE, STATE_VALID);
	r.findings.v[3].exploited.percentile = 0.5;
	r.findings.v[1].exploited.percentile = 0.9;
	r.findings.v[4].exploited.known = true;
	order_report(&r);
	for (size_t i = 0; i < 6; i++)
		EXPECT_STR(r.findings.v[i].id, str_c(want[i]));
}

TEST(order_puts_what_is_exploited_and_unrated_among_high)
{
	static const char *const want[] = { "CVE-4", "CVE-2", "CVE-3", "CVE-5", "CVE-1" };
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { 0 };
	add(&a, &r, 0, "CVE-1", SEVERITY_UNKNOWN, FIX_NONE, STATE_VALID);
	add(&a, &r, 0, "CVE-2", SEVERITY_UNKNOWN, FIX_NONE, STATE_VALID);
	add(&a, &r, 0, "CVE-3", SEVERITY_HIGH, FIX_NONE, STATE_VALID);
	add(&a, &r, 0, "CVE-4", SEVERITY_CRITICAL, FIX_NONE, STATE_VALID);
	add(&a, &r, 0, "CVE-5", SEVERITY_LOW, FIX_NONE, STATE_VALID);
	r.findings.v[1].exploited.known = r.findings.v[4].exploited.known = true;
	order_report(&r);
	for (size_t i = 0; i < 5; i++)
		EXPECT_STR(r.findings.v[i].id, str_c(want[i]));
	EXPECT_INT(r.findings.v[1].severity, SEVERITY_UNKNOWN);
}
