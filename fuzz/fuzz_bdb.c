/* fuzz/fuzz_bdb.c — Berkeley DB hash databases: see fuzz/pages.h */
#include "format/bdb.h"
#include "pages.h"

static int open_it(struct spool *spool, struct blobs **out, struct error *e)
{
	return bdb_open(spool, RECORD_BYTES, out, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_records(open_it, data, n);
	return 0;
}

MUTATOR(mutate_pages)
