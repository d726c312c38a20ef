/* fuzz/fuzz_python.c — see fuzz/reader.h; the same bytes as headers and as an egg. */
#include "inventory/python.h"
#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_fuzzed(python_read, "a.dist-info/METADATA", str_mem(data, n));
	read_fuzzed(python_read_egg, "a.egg", str_mem(data, n));
	return 0;
}
