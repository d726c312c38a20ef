/* The upgrade plan: docs/plan.md, weights and order by hand. */
#include "../test.h"
#include "base/buf.h"
#include "scan/planner.h"

struct row {
	const char *type, *name, *source, *version, *fix;
	unsigned layer;
	enum severity severity;
	bool known;
};

static struct package made[16];

static void fill(struct arena *a, struct scan_report *r, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *x = &rows[i];
		bool deb = !strcmp(x->type, "deb");
		made[i] = (struct package){ .type = deb ? PACKAGE_DEB : PACKAGE_NPM,
			                    .name = str_c(x->name),
			                    .source = str_c(x->source),
			                    .version = str_c(x->version),
			                    .layer = x->layer };
		struct finding f = { .package = &made[i],
			             .id = STR("CVE-1"),
			             .severity = x->severity,
			             .status = x->fix ? FIX_AVAILABLE : FIX_WILL_NOT,
			             .fixed_version = str_c(x->fix),
			             .ecosystem = deb ? STR("Debian:12") : STR("npm"),
			             .compared_version = str_c(x->version),
			             .exploited = {
			                     .known = x->known, .epss = -1, .percentile = -1 } };
		f.remediation =
		        deb ? arena_printf(
		                      a,
		                      "Upgrade %s to 1 or later: apt-get install --only-upgrade %s",
		                      x->name, x->name)
		            : arena_printf(a, "Upgrade %s to %s or later: npm install %s@%s",
		                           x->name, x->fix, x->name, x->fix);
		vec_add(a, &r->findings, f);
	}
}

/* "name to layer|base findings cleared weight" a line */
static void expect(const struct row *rows, size_t n, size_t base, const char *want)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct buf out cleanup(buf_done) = BUF(1 << 16);
	struct scan_report r = { .base.layers = base };
	struct plan p;
	fill(&a, &r, rows, n);
	planner_make(&a, &r, &p);
	for (size_t i = 0; i < p.steps.n; i++) {
		const struct plan_step *s = &p.steps.v[i];
		buf_printf(&out, "%.*s %.*s %s%u %d %d %d%s%.*s\n", STR_FMT(s->name),
		           STR_FMT(s->to), s->base ? "base" : "layer", s->layer, (int)s->findings,
		           (int)s->cleared, (int)s->weight, s->major ? " major " : "",
		           STR_FMT(s->within));
	}
	EXPECT_STR(buf_view(&out), str_c(want));
}

TEST(planner_takes_the_highest_fix_and_the_heaviest_first)
{
	static const struct row rows[] = {
		{ "npm", "a", NULL, "1.0.0", "1.2.0", 1, SEVERITY_HIGH, false },
		{ "npm", "a", NULL, "1.0.0", "1.10.0", 1, SEVERITY_LOW, false }, /* above 1.2.0 */
		{ "npm", "b", NULL, "1.0.0", "1.0.1", 1, SEVERITY_CRITICAL, false },
		{ "npm", "c", NULL, "1.0.0", "1.0.1", 1, SEVERITY_LOW,
		  true }, /* known to be exploited */
		{ "npm", "d", NULL, "1.0.0", NULL, 1, SEVERITY_CRITICAL, false },
	};
	expect(rows, LEN(rows), 0,
	       "c 1.0.1 layer1 1 1 302\n"
	       "b 1.0.1 layer1 1 2 100\n"
	       "a 1.10.0 layer1 2 4 32\n");
}

TEST(planner_upgrades_what_one_source_package_makes_together)
{
	static const struct row rows[] = {
		{ "deb", "libssl3", "openssl", "3.0.1-1", "3.0.1-2", 0, SEVERITY_MEDIUM, false },
		{ "deb", "openssl", NULL, "3.0.1-1", "3.0.1-3", 0, SEVERITY_MEDIUM, false },
		{ "deb", "libssl3", "openssl", "3.0.1-1", "3.0.1-2", 2, SEVERITY_LOW,
		  false }, /* another layer */
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { .base.layers = 1 };
	struct plan p;
	expect(rows, LEN(rows), 1,
	       "openssl 3.0.1-3 base0 2 2 16\n"
	       "openssl 3.0.1-2 layer2 1 3 2\n");
	fill(&a, &r, rows, LEN(rows));
	planner_make(&a, &r, &p);
	EXPECT_STR(p.steps.v[0].how, STR("apt-get install --only-upgrade openssl libssl3"));
	EXPECT_INT(p.steps.v[0].packages.n, 2);
}

TEST(planner_marks_major_versions_and_what_can_be_had_without)
{
	static const struct row rows[] = {
		{ "npm", "a", NULL, "1.0.0", "1.4.0", 0, SEVERITY_LOW, false },
		{ "npm", "a", NULL, "1.0.0", "1.3.0", 0, SEVERITY_LOW, false },
		{ "npm", "a", NULL, "1.0.0", "3.0.0", 0, SEVERITY_LOW, false },
		{ "npm", "zero", NULL, "0.1.9", "0.2.0", 0, SEVERITY_LOW, false },
		{ "npm", "patch", NULL, "0.1.9", "0.1.10", 0, SEVERITY_NEGLIGIBLE, false },
	};
	expect(rows, LEN(rows), 0,
	       "a 3.0.0 layer0 3 3 6 major 1.4.0\n"
	       "zero 0.2.0 layer0 1 4 2 major \n"
	       "patch 0.1.10 layer0 1 5 1\n");
}

TEST(planner_counts_what_remains)
{
	static const struct row rows[] = {
		{ "npm", "a", NULL, "1.0.0", NULL, 0, SEVERITY_LOW, false },
		{ "npm", "b", NULL, "1.0.0", "no version", 0, SEVERITY_LOW, false },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { .base.layers = 0 };
	struct plan p;
	fill(&a, &r, rows, LEN(rows));
	planner_make(&a, &r, &p);
	EXPECT_INT(p.steps.n, 0);
	EXPECT_INT(p.findings, 2);
	EXPECT_INT(p.remaining[FIX_WILL_NOT], 1);
	EXPECT_INT(p.remaining[FIX_AVAILABLE], 1);
}
