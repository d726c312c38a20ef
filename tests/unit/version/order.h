/* Rows "a sign b" for one order; both directions are looked at, and that a version equals itself. */
#pragma once
#include "../test.h"
#include "base/attr.h"

struct order_row {
	const char *a;
	int sign;
	const char *b;
};

static inline void expect_order(int (*compare)(str, str), const struct order_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		str a = str_c(rows[i].a), b = str_c(rows[i].b);
		int got = compare(a, b), back = compare(b, a);
		if ((got > 0) - (got < 0) != rows[i].sign)
			test_fail(__FILE__, __LINE__, "\"%s\" and \"%s\": got %d, want %d", rows[i].a, rows[i].b,
				  got, rows[i].sign);
		if ((back > 0) - (back < 0) != -rows[i].sign)
			test_fail(__FILE__, __LINE__, "\"%s\" and \"%s\" the other way: got %d, want %d",
				  rows[i].b, rows[i].a, back, -rows[i].sign);
		if (compare(a, a) || compare(b, b))
			test_fail(__FILE__, __LINE__, "\"%s\" or \"%s\" is not itself", rows[i].a, rows[i].b);
	}
}

/* A list from the lowest to the highest: every pair of it. */
static inline void expect_ascending(int (*compare)(str, str), const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			expect_order(compare, &(struct order_row){ v[i], -1, v[j] }, 1);
}

static inline void expect_equal(int (*compare)(str, str), const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			expect_order(compare, &(struct order_row){ v[i], 0, v[j] }, 1);
}

static inline void expect_valid(bool (*valid)(str), bool want, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (valid(str_c(v[i])) != want)
			test_fail(__FILE__, __LINE__, "\"%s\" is %s a version", v[i], want ? "not" : "taken for");
}
