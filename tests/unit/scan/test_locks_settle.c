#include "../test.h"
#include "base/attr.h"
#include "scan/locks.h"

#define P(type_, name_, version_, traits_)                                             \
	{                                                                              \
		.type = PACKAGE_##type_, .name = STR_INIT(name_),                      \
		.version = STR_INIT(version_), .traits = (traits_), .path = STR_INIT("x") \
	}

TEST(locks_are_told_once_as_installed)
{
	static const struct package given[] = {
		P(PYPI, "Flask", "2.0.1", 0),
		P(PYPI, "flask", "2.0.1", PACKAGE_LOCKED),
		P(PYPI, "zope.interface", "5", 0),
		P(PYPI, "Zope_-Interface", "5", PACKAGE_LOCKED | PACKAGE_DEVELOPMENT),
		P(PYPI, "flask", "2.0.2", PACKAGE_LOCKED),
		P(NPM, "flask", "2.0.1", PACKAGE_LOCKED),
		P(CARGO, "A", "1", 0),
		P(CARGO, "a", "1", PACKAGE_LOCKED),
		P(NUGET, "Newtonsoft.Json", "13", 0),
		P(NUGET, "newtonsoft.json", "13", PACKAGE_LOCKED),
		P(CARGO, "app", "1", PACKAGE_LOCKED | PACKAGE_MAIN),
	};
	static const unsigned want[] = { 0, 2, 4, 5, 6, 7, 8, 10 };
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { 0 };
	struct error e = { 0 };

	for (size_t i = 0; i < LEN(given); i++)
		vec_add(&a, &r.packages, given[i]);
	EXPECT_OK(locks_settle(&a, &r, &e), &e);
	EXPECT_INT(r.packages.n, LEN(want));
	for (size_t i = 0; i < MIN(r.packages.n, LEN(want)); i++) {
		EXPECT_STR(r.packages.v[i].name, given[want[i]].name);
		EXPECT_INT(r.packages.v[i].traits, given[want[i]].traits);
	}
	EXPECT(locks_is_own(&given[10]) && !locks_is_own(&given[1]) && !locks_is_own(&given[0]));
}

/* A distribution's copy may be mended in place, what the lock file wants is as published. */
TEST(locks_are_not_met_by_a_distribution)
{
	struct package owned = P(PYPI, "django", "3.2.19", 0);
	static const struct package wanted = P(PYPI, "django", "3.2.19", PACKAGE_LOCKED);
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { 0 };
	struct error e = { 0 };

	owned.owner = STR("python3-django");
	vec_add(&a, &r.packages, owned);
	vec_add(&a, &r.packages, wanted);
	EXPECT_OK(locks_settle(&a, &r, &e), &e);
	EXPECT_INT(r.packages.n, 2);
}

TEST(locks_without_any_change_nothing)
{
	static const struct package given = P(NPM, "a", "1", 0);
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct scan_report r = { 0 };
	struct error e = { 0 };

	EXPECT_OK(locks_settle(&a, &r, &e), &e);
	vec_add(&a, &r.packages, given);
	EXPECT_OK(locks_settle(&a, &r, &e), &e);
	EXPECT_INT(r.packages.n, 1);
}
