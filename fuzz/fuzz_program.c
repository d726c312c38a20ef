/* fuzz/fuzz_program.c — see fuzz/reader.h: what it finds is whole, a failure says why. The first byte
 * chooses the name of the file, and with it the version strings that are looked for. */
#include "inventory/program.h"
#include "reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const paths[] = { "usr/bin/a", "usr/lib/libcrypto.so.3", "usr/bin/python3.11",
		                             "usr/sbin/haproxy", "bin/[", "usr/bin/perl" };

	if (n)
		read_fuzzed(program_read, paths[data[0] % LEN(paths)], str_mem(data + 1, n - 1));
	return 0;
}
