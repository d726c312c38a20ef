/* fuzz/fuzz_golang.c — see fuzz/reader.h: what it finds is whole, a failure says why. */
#include "inventory/program.h"
#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(program_read, "usr/bin/a", str_mem(data, n));
	return 0;
}
