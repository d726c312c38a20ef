#include "reader.h"

TEST(inventory_add_makes_names_valid_utf_8_without_control_bytes)
{
	static const struct {
		const char *rule, *in, *want;
	} rows[] = {
		{ "ASCII stays", "a-1.0+x", "a-1.0+x" },
		{ "UTF-8 stays", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "lone continuation", "a\x80z", "a\xef\xbf\xbdz" },
		{ "overlong slash (RFC 3629 section 3)", "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "above U+10FFFF", "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "cut short (Unicode 3.9: one maximal part)", "a\xe2\x82", "a\xef\xbf\xbd" },
		{ "escape sequence", "a\x1b[31m\n", "a [31m " },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct inventory found = { .arena = &a };
		struct error e = { 0 };
		struct package p = { .name = str_c(rows[i].in), .version = STR("1") };
		EXPECT_OK(inventory_add(&found, &p, &e), &e);
		EXPECT_STR(found.packages.v[0].name, str_c(rows[i].want));
		EXPECT_INT(found.gaps.n, 0);
	}
}

TEST(inventory_add_cuts_long_names_and_says_so)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct inventory found = { .arena = &a };
	struct error e = { 0 };
	char name[3000];
	memset(name, 'n', sizeof name);
	struct package p = { .name = str_mem(name, 1024), .version = STR("1"), .path = STR("p") };
	EXPECT_OK(inventory_add(&found, &p, &e), &e);
	EXPECT_INT(found.gaps.n, 0);
	p.name.n = sizeof name;
	EXPECT_OK(inventory_add(&found, &p, &e), &e);
	EXPECT_INT(found.packages.v[1].name.n, 1024);
	EXPECT_INT(found.gaps.n, 1);
	EXPECT_INT(found.gaps.v[0].kind, GAP_LIMIT);
}

TEST(inventory_has_ceilings)
{
	struct arena a cleanup(arena_done) = ARENA(128 << 20);
	struct inventory found = { .arena = &a };
	struct error e = { 0 };
	struct package p = { .name = STR("n"), .version = STR("1") };
	for (int i = 0; i < PACKAGES_MAX; i++)
		if (inventory_add(&found, &p, &e) < 0)
			test_fail(__FILE__, __LINE__, "package %d: %s", i, e.msg);
	EXPECT_INT(inventory_add(&found, &p, &e), ERR_LIMIT);
	for (int i = 0; i < GAPS_MAX + 5; i++)
		inventory_gap(&found, GAP_NOTE, STR("w"), "gap %d", i);
	EXPECT_INT(found.gaps.n, GAPS_MAX);
	EXPECT_STR(found.gaps.v[GAPS_MAX - 2].why, STR("gap 9998"));
	EXPECT_INT(found.gaps.v[GAPS_MAX - 1].kind, GAP_LIMIT);
}

TEST(inventory_add_says_when_the_arena_is_spent)
{
	struct arena a cleanup(arena_done) = ARENA(4096);
	struct inventory found = { .arena = &a };
	struct error e = { 0 };
	struct package p = { .name = STR("n"), .version = STR("1") };
	int r = 0;
	for (int i = 0; i < 1000 && !r; i++)
		r = inventory_add(&found, &p, &e);
	EXPECT_INT(r, ERR_LIMIT);
}
