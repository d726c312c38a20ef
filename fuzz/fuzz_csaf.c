/* Any JSON as a VEX document: read or refused with a reason; what is read survives its binary form.
 */
#include "vulndb/csaf.h"
#include "mutate_json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(32u << 20);
	struct json *doc = NULL;
	struct error e = { 0 };
	struct advisory out, back = { 0 };
	if (json_parse("fuzz", str_mem(data, n), &doc, &e) < 0)
		return 0;
	int r = csaf_read(doc, &a, &out, &e);
	assert(r >= 0 || e.msg[0]);
	if (r == 1) {
		struct buf b cleanup(buf_done) = BUF(16u << 20);
		record_put_advisory(&b, &out);
		struct cursor c = CURSOR("fuzz", b.p, b.n);
		r = record_get_advisory(&c, &a, &back, &e);
		assert(b.failed || r == 0 || e.msg[0]);
	}
	json_free(doc);
	return 0;
}

MUTATOR(mutate_json)
