/* Any bytes as the tracker's JSON: read or refused with a reason. */
#include "stream/stream.h"
#include "vulndb/debian.h"
#include "mutate_json.h"
#include <assert.h>

static int check(void *ctx, const struct advisory *a, struct error *e)
{
	(void)ctx, (void)e;
	assert(a->id.n && a->id.n <= RECORD_ID_BYTES && a->origin == ORIGIN_TRACKER);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct error e = { 0 };
	struct stream *s = stream_mem(str_mem(data, n));
	int r = debian_read("fuzz", s, check, NULL, &e);
	assert(r == 0 || e.msg[0]);
	stream_free(s);
	return 0;
}

MUTATOR(mutate_json)
