/* Any bytes as a bundle's manifest: refused with a reason, or the same bytes again when written. */
#include "vulndb/bundle.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(16u << 20);
	struct arena again cleanup(arena_done) = ARENA(16u << 20);
	struct buf b cleanup(buf_done) = BUF(4u << 20);
	struct bundle_head head, back;
	struct error e = { 0 };
	int r = bundle_parse_head(str_mem(data, n), &a, &head, &e);
	assert(r == 0 || e.msg[0]);
	if (r < 0)
		return 0;
	bundle_put_head(&b, &head);
	assert(!b.failed);
	r = bundle_parse_head(str_from(buf_view(&b), BUNDLE_MAGIC_BYTES + 4), &again, &back, &e);
	assert(r == 0 && back.bytes == head.bytes && str_eq(back.state, head.state));
	return 0;
}
