/* Any JSON as a CVE record: read, passed over or refused with a reason. */
#include "vulndb/cve5.h"
#include "mutate_json.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a cleanup(arena_done) = ARENA(16u << 20);
	struct json *doc = NULL;
	struct error e = { 0 };
	struct advisory out;
	if (json_parse("fuzz", str_mem(data, n), &doc, &e) < 0)
		return 0;
	int r = cve5_read(doc, &a, &out, &e);
	assert(r >= 0 || e.msg[0]);
	json_free(doc);
	return 0;
}

MUTATOR(mutate_json)
