/* fuzz/fuzz_apkdb.c — see fuzz/reader.h: what it finds is whole, a failure says why. */
#include "inventory/apkdb.h"
#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(apkdb_read, "lib/apk/db/installed", str_mem(data, n));
	return 0;
}
