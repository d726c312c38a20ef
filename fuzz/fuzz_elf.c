/* fuzz/fuzz_elf.c — a front of any bytes: segments stay in their table, a failure says why. */
#include "format/elf.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What elf_offset answers, some loaded segment holds; segments may overlap. */
static bool is_consistent(const struct elf *elf, uint64_t address)
{
	uint64_t offset;

	if (!elf_offset(elf, address, &offset))
		return true;
	for (unsigned i = 0; i < elf->count; i++)
		if (elf->segments[i].type == ELF_PT_LOAD &&
		    offset - elf->segments[i].offset == address - elf->segments[i].address)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct elf elf = { 0 };
	struct error e = { 0 };
	str front = str_mem(data, n);
	if (elf_read(front, &elf, &e) < 0) {
		assert(e.msg[0]);
		return 0;
	}
	assert(elf.count <= ELF_SEGMENTS_MAX);
	elf_has_note(&elf, front, STR("Go"), 4);
	for (unsigned i = 0; i < elf.count; i++)
		assert(is_consistent(&elf, elf.segments[i].address));
	return 0;
}
