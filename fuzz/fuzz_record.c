/* What a feed reader that was taken over may send: any bytes are an advisory or refused with a
 * reason, and an advisory is written the same way again. */
#include "vulndb/pack.h"
#include "vulndb/record.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(16u << 20);
	struct error e = { 0 };
	struct advisory out = { 0 }, back = { 0 };
	struct unpacker *u = NULL;
	str text;
	struct cursor c = CURSOR("fuzz", data, n), p = CURSOR("fuzz", data, n);
	int r = record_get_advisory(&c, &a, &out, &e);
	assert(r == 0 || e.msg[0]);
	if (r == 0) {
		struct buf b cleanup(buf_done) = BUF(16u << 20),
		             again cleanup(buf_done) = BUF(16u << 20);
		record_put_advisory(&b, &out);
		struct cursor d = CURSOR("fuzz", b.p, b.n);
		assert(record_get_advisory(&d, &a, &back, &e) == 0 || a.failed);
		record_put_advisory(&again, &back);
		assert(a.failed || str_eq(buf_view(&b), buf_view(&again)));
	}
	e = (struct error){ 0 };
	r = pack_get(&u, &p, &a, 1u << 20, &text, &e);
	assert(r == 0 || e.msg[0]);
	unpacker_free(u);
	return 0;
}
