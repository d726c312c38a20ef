/* fuzz/fuzz_osrelease.c — see fuzz/reader.h: what it finds is whole, a failure says why. */
#include "inventory/osrelease.h"
#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(osrelease_read, "etc/os-release", str_mem(data, n));
	return 0;
}
