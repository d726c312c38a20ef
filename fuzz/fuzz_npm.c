/* fuzz/fuzz_npm.c — see fuzz/reader.h: what it finds is whole, a failure says why. */
#include "inventory/npm.h"
#include "reader.h"
#include "mutate_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(npm_read, "node_modules/a/package.json", str_mem(data, n));
	return 0;
}

MUTATOR(mutate_json)
