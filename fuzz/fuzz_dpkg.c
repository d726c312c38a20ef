/* fuzz/fuzz_dpkg.c — see fuzz/reader.h: what it finds is whole, a failure says why. */
#include "inventory/dpkg.h"
#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(dpkg_read, "var/lib/dpkg/status", str_mem(data, n));
	return 0;
}
