/* fuzz/archives.h — fuzzed bytes as an archive: walked to its end or to an error that says why;
 * every member is read. */
#pragma once
#include "format/members.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

typedef int open_members(struct stream *from, struct members **out, struct error *e);

static inline void read_members(open_members *open, const uint8_t *data, size_t n)
{
	struct error e = { 0 };
	struct members *m = NULL;
	struct member each;
	char bytes[4096], clean[1 << 16];
	unsigned budget = 1000;
	int r = open(stream_mem(str_mem(data, n)), &m, &e);

	while (r >= 0 && (r = members_next(m, &each, &e)) > 0 && budget--) {
		if (each.path.n < sizeof clean)
			members_clean_path(each.path, clean);
		for (unsigned i = 0; i < 16; i++)
			if (stream_read(members_stream(m), bytes, sizeof bytes, &e) <= 0)
				break;
	}
	assert(r >= 0 || e.msg[0]);
	members_free(m);
}
