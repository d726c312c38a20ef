/* fuzz/fuzz_deb822.c — stanzas lie one behind the other, and values keep to their ceiling. */
#include "format/deb822.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const str fields[] = { STR_INIT("Package"), STR_INIT("Version"), STR_INIT("Status") };
	struct stream *from = stream_mem(str_mem(data, n));
	struct deb822 *d = deb822_new(from, fields, LEN(fields));
	struct deb822_stanza s;
	struct error e = { 0 };
	uint64_t least = 0;

	while (deb822_next(d, &s, &e) > 0) {
		assert(s.offset >= least && s.offset < n);
		assert(!s.damage || (s.damage_at >= s.offset && s.damage_at < n));
		for (size_t i = 0; i < LEN(fields); i++)
			assert(s.values[i].n <= DEB822_VALUE_BYTES);
		least = s.offset + 1;
	}
	deb822_free(d);
	stream_free(from);
	return 0;
}
