/* format/elf.h — what the front of an ELF file says about its segments (System V gABI, chapters 4
 * and 5; 32 and 64 bits, both byte orders). Only the first bytes of a file are needed. Any thread.
 */
#pragma once
#include "base/error.h"
#include "base/str.h"

enum {
	ELF_SEGMENTS_MAX = 64,
	ELF_PT_LOAD = 1,
	ELF_PT_DYNAMIC = 2,
	ELF_PT_INTERP = 3,
	ELF_PT_NOTE = 4
};

struct elf_segment {
	uint32_t type;
	uint64_t offset, address, file_bytes;
};

struct elf { /* a value */
	bool is_64, is_big_endian, has_entry;
	unsigned count; /* of segments; those past ELF_SEGMENTS_MAX and past the front are left out
	                 */
	struct elf_segment segments[ELF_SEGMENTS_MAX];
};

bool elf_is(str front); /* starts with the magic number */
/* ERR_FORMAT when the header is not one of the System V gABI. */
int elf_read(str front, struct elf *out, struct error *e) must_use;
/* Linked dynamically, with no place to start at and no loader named: nothing that is run itself. A
 * static program that is position-independent has an entry point. */
bool elf_is_library(const struct elf *elf);
/* Where in the file the bytes of a virtual address are; false when no segment holds it. */
bool elf_offset(const struct elf *elf, uint64_t address, uint64_t *out);
/* Has a note of this name (without its NUL) and type, in a PT_NOTE segment inside the front? */
bool elf_has_note(const struct elf *elf, str front, str name, uint32_t type);
/* The same; *data is what the note holds, a view into the front. */
bool elf_find_note(const struct elf *elf, str front, str name, uint32_t type, str *data);
/* The number of 4 or 8 bytes at p, as the file's class and byte order say. */
uint64_t elf_word(const struct elf *elf, const void *p);
