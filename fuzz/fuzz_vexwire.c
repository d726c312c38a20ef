/* What a jailed reader might answer instead of a VEX document: nothing of it is believed, and what
 * is taken is what the writer writes. */
#include "policy/vexwire.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(16 << 20);
	struct buf again cleanup(buf_done) = BUF(16 << 20);
	struct cursor c = CURSOR("wire", data, n);
	struct vex_document d = { 0 };
	struct error e = { 0 };

	if (vexwire_read(&c, &a, &d, &e) < 0) {
		assert(e.msg[0]);
		return 0;
	}
	vexwire_write(&d, &again);
	assert(again.n == n && !memcmp(again.p, data, n));
	return 0;
}
