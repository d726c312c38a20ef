/* Any JSON as a security database: read or refused with a reason; what is read can be kept. */
#include "vulndb/secdb.h"
#include "mutate_json.h"
#include <assert.h>

static int check(void *ctx, const struct advisory *a, struct error *e)
{
	struct arena kept cleanup(arena_done) = ARENA(16u << 20);
	struct buf b cleanup(buf_done) = BUF(16u << 20);
	struct advisory back = { 0 };
	(void)ctx;
	assert(a->id.n && a->id.n <= RECORD_ID_BYTES && a->origin == ORIGIN_TRACKER);
	record_put_advisory(&b, a);
	struct cursor c = CURSOR("fuzz", b.p, b.n);
	assert(b.failed || record_get_advisory(&c, &kept, &back, e) == 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct json *doc = NULL;
	struct error e = { 0 };
	if (!n || json_parse("fuzz", str_mem(data + 1, n - 1), &doc, &e) < 0)
		return 0;
	int r = secdb_read(doc, data[0] == 'W' ? STR("Wolfi") : STR("Alpine"), check, NULL, &e);
	assert(r == 0 || e.msg[0]);
	json_free(doc);
	return 0;
}

MUTATOR(mutate_json)
