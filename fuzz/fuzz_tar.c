/* fuzz/fuzz_tar.c — see fuzz/archives.h */
#include "archives.h"
#include "mutate_tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	read_members(members_open_tar, data, n);
	return 0;
}

MUTATOR(mutate_tar)
