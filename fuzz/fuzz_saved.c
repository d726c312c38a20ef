/* Saved reports. */
#include "report/saved.h"
#include "mutate_json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(16 << 20);
	struct scan_report r;
	struct error e = { 0 };

	if (saved_read("fuzz", str_mem(data, n), &a, &r, &e) < 0)
		assert(e.msg[0]);
	return 0;
}

MUTATOR(mutate_json)
