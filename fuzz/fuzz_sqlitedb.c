/* fuzz/fuzz_sqlitedb.c — SQLite databases, as rpm's Packages table: see fuzz/pages.h */
#include "format/sqlitedb.h"
#include "pages.h"

static int open_it(struct spool *spool, struct blobs **out, struct error *e)
{
	return sqlitedb_open(spool, "Packages", "blob", RECORD_BYTES, out, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_records(open_it, data, n);
	return 0;
}

MUTATOR(mutate_pages)
