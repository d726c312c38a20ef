/* fuzz/fuzz_zip.c — see fuzz/archives.h */
#include "archives.h"
#include "mutate_zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_members(members_open_zip, data, n);
	return 0;
}

MUTATOR(mutate_zip)
