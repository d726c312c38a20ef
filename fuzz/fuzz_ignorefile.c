/* Ignore files: the first byte picks the form. */
#include "policy/ignorefile.h"
#include "mutate_mixed.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(8 << 20);
	struct package p = { .type = PACKAGE_DEB, .name = STR("libssl3"), .path = STR("a/b/c.d/e") };
	struct finding f = { .package = &p, .id = STR("CVE-2023-0464") };
	struct ignore_list l = { 0 };
	struct error e = { 0 };

	if (!n)
		return 0;
	if (ignorefile_parse("fuzz", str_mem(data + 1, n - 1), data[0] & 1, &a, &l, &e) < 0)
		assert(e.msg[0]);
	else
		ignorefile_find(&l, &f, 0);
	return 0;
}

MUTATOR(mutate_mixed)
