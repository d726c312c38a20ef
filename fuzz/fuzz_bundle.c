/* Any bytes as a bundle's manifest: refused with a reason, or the same bytes again when written.
 * The same bytes as the blocks of its rows, from a jailed reader that was taken over. */
#include "stream/stream.h"
#include "vulndb/bundle.h"
#include "vulndb/bundleworker.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void as_manifest(str bytes)
{
	struct arena a cleanup(arena_done) = ARENA(16u << 20);
	struct arena again cleanup(arena_done) = ARENA(16u << 20);
	struct buf b cleanup(buf_done) = BUF(4u << 20);
	struct bundle_head head, back;
	struct error e = { 0 };
	int r = bundle_parse_head(bytes, &a, &head, &e);
	assert(r == 0 || e.msg[0]);
	if (r < 0)
		return;
	bundle_put_head(&b, &head);
	assert(!b.failed);
	r = bundle_parse_head(str_from(buf_view(&b), BUNDLE_MAGIC_BYTES + 4), &again, &back, &e);
	assert(r == 0 && back.bytes == head.bytes && str_eq(back.state, head.state));
}

static void as_blocks(str bytes)
{
	struct buf block cleanup(buf_done) = BUF(1 << 20);
	struct stream *s cleanup(stream_cleanup) = stream_mem(bytes);
	struct error e = { 0 };
	size_t total = 0;
	int r;
	while ((r = bundle_next_block(s, &block, &e)) == 1)
		assert(block.n && (total += block.n) <= bytes.n);
	assert(r == 0 || e.msg[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	as_manifest(str_mem(data, n));
	as_blocks(str_mem(data, n));
	return 0;
}
