/* What is different between two reports: docs/diff.md. */
#include "../test.h"
#include "base/buf.h"
#include "scan/differ.h"

#define PACKAGE(type_, name_, version_) \
	((struct package){ .type = PACKAGE_##type_, .name = STR(name_), .version = STR(version_) })

struct side {
	struct package packages[8];
	size_t n;
};

struct row {
	const char *name;
	struct side a, b;
	const char *want; /* "change name before after" a line */
};

static void expect(const struct row *row)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct buf out cleanup(buf_done) = BUF(1 << 16);
	struct scan_report x = { .distro.ecosystem = STR("Debian:12") }, y = x;
	struct difference d;
	struct error e = { 0 };

	for (size_t i = 0; i < row->a.n; i++)
		vec_add(&a, &x.packages, row->a.packages[i]);
	for (size_t i = 0; i < row->b.n; i++)
		vec_add(&a, &y.packages, row->b.packages[i]);
	EXPECT_OK(differ_reports(&x, &y, &a, &d, &e), &e);
	for (size_t i = 0; i < d.packages.n; i++) {
		const struct package_change *c = &d.packages.v[i];
		const struct package *p = c->after ? c->after : c->before;
		buf_printf(&out, "%s %.*s %.*s %.*s\n", change_word(c->kind), STR_FMT(p->name),
		           STR_FMT(c->before ? c->before->version : STR("-")),
		           STR_FMT(c->after ? c->after->version : STR("-")));
	}
	EXPECT_STR(buf_view(&out), str_c(row->want));
}

TEST(differ_pairs_packages_by_name_in_the_ecosystems_order)
{
	const struct row rows[] = {
		{ "nothing", { .n = 0 }, { .n = 0 }, "" },
		{ "npm's numbers are no words",
		  { { PACKAGE(NPM, "a", "1.9.0") }, 1 },
		  { { PACKAGE(NPM, "a", "1.10.0") }, 1 },
		  "upgraded a 1.9.0 1.10.0\n" },
		{ "dpkg's tilde is before all",
		  { { PACKAGE(DEB, "a", "1.0-1") }, 1 },
		  { { PACKAGE(DEB, "a", "1.0~rc1-1") }, 1 },
		  "downgraded a 1.0-1 1.0~rc1-1\n" },
		{ "another type is another package",
		  { { PACKAGE(NPM, "a", "1.0.0") }, 1 },
		  { { PACKAGE(PYPI, "a", "1.0.0") }, 1 },
		  "new a - 1.0.0\ngone a 1.0.0 -\n" },
		{ "versions of both are taken away first",
		  { { PACKAGE(NPM, "a", "1.0.0"), PACKAGE(NPM, "a", "2.0.0") }, 2 },
		  { { PACKAGE(NPM, "a", "1.0.0"), PACKAGE(NPM, "a", "1.5.0"),
		      PACKAGE(NPM, "a", "2.1.0") },
		    3 },
		  "new a - 2.1.0\ndowngraded a 2.0.0 1.5.0\n" },
		{ "a second place is no second package",
		  { { PACKAGE(NPM, "a", "1.0.0") }, 1 },
		  { { PACKAGE(NPM, "a", "1.0.0"), PACKAGE(NPM, "a", "1.0.0") }, 2 },
		  "" },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		expect(&rows[i]);
}

static void add(struct arena *a, struct scan_report *r, const struct package *p, const char *id,
                const char *alias, enum severity s)
{
	struct finding f = { .package = p, .id = str_c(id), .severity = s };
	if (alias)
		vec_add(a, &f.aliases, str_c(alias));
	vec_add(a, &r->findings, f);
}

TEST(differ_knows_a_finding_by_its_other_name_and_takes_the_gravest)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct package here = PACKAGE(NPM, "a", "1.0.0"), there = here;
	struct scan_report x = { .packages.n = 0 }, y = x;
	struct difference d;
	struct error e = { 0 };

	there.path = STR("elsewhere/package.json");
	add(&a, &x, &here, "GHSA-1", NULL, SEVERITY_LOW);
	add(&a, &y, &there, "CVE-2024-0001", "GHSA-1", SEVERITY_LOW); /* it has got its CVE since */
	add(&a, &x, &here, "CVE-2024-0002", NULL, SEVERITY_HIGH);
	add(&a, &y, &here, "CVE-2024-0002", NULL, SEVERITY_LOW);
	add(&a, &y, &there, "CVE-2024-0002", NULL, SEVERITY_HIGH); /* the gravest is the same */
	add(&a, &y, &there, "CVE-2024-0003", NULL, SEVERITY_MEDIUM);
	EXPECT_OK(differ_reports(&x, &y, &a, &d, &e), &e);
	EXPECT_INT(d.same_findings, 2);
	EXPECT_INT(d.findings.n, 1);
	EXPECT(d.any_new && d.worst_new == SEVERITY_MEDIUM);
	EXPECT_STR(d.findings.v[0].why, STR("newly known"));
}
