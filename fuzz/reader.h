/* fuzz/reader.h — a reader of the inventory over fuzzed bytes: it ends, every package has a name and a
 * version, a gap says where and why, a failure says why. */
#pragma once
#include "inventory/detector.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline void read_fuzzed(detector_read *read, const char *path, str bytes)
{
	struct arena arena cleanup(arena_done) = ARENA(8u << 20);
	struct inventory found = { .arena = &arena };
	struct stream *from = stream_mem(bytes);
	struct file f = { str_c(path), bytes.n, 0755, from };
	struct error e = { 0 };
	int r = read(&f, &found, &e);

	assert(r >= 0 || e.msg[0]);
	assert(r <= 0);
	for (size_t i = 0; i < found.packages.n; i++)
		assert(found.packages.v[i].name.n); /* a version may be unknown */
	for (size_t i = 0; i < found.gaps.n && !arena.failed; i++)
		assert(found.gaps.v[i].where.n && found.gaps.v[i].why.n);
	stream_free(from);
}
