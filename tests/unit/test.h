/* tests/unit/test.h — cases register themselves; a failed expectation is printed with its place and
 * the case goes on. main is in test.c: it runs every case (or those whose name holds argv[1]) and
 * closes with "N passed, N failed, N skipped". */
#pragma once
#include "base/str.h"
#include "base/error.h"
#include <stdio.h>

struct test_case {
	const char *name;
	void (*run)(void);
	struct test_case *next;
};

void test_register(struct test_case *c);
void test_fail(const char *file, int line, const char *fmt, ...) printf_like(3, 4);
void test_skip(const char *why); /* counted and named; return from the case after it */

#define TEST(name_) \
	static void name_(void); \
	static struct test_case case_##name_ = { #name_, name_, NULL }; \
	__attribute__((constructor)) static void register_##name_(void) \
	{ \
		test_register(&case_##name_); \
	} \
	static void name_(void)

#define EXPECT(cond) \
	do { \
		if (!(cond)) \
			test_fail(__FILE__, __LINE__, "expected: %s", #cond); \
	} while (0)
#define EXPECT_INT(got, want) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (got_ != want_) \
			test_fail(__FILE__, __LINE__, "%s: got %lld, want %lld", #got, got_, want_); \
	} while (0)
#define EXPECT_STR(got, want) \
	do { \
		str got_ = (got), want_ = (want); \
		if (!str_eq(got_, want_)) \
			test_fail(__FILE__, __LINE__, "%s: got \"%.*s\", want \"%.*s\"", #got, \
				  STR_FMT(got_), STR_FMT(want_)); \
	} while (0)
#define EXPECT_OK(call, e) \
	do { \
		long long r_ = (call); \
		if (r_ < 0) \
			test_fail(__FILE__, __LINE__, "%s: %s", #call, (e)->msg); \
	} while (0)
