#include "format/elf.h"
#include "base/cursor.h"

static uint16_t half(const struct elf *elf, struct cursor *c)
{
	return elf->is_big_endian ? cur_be16(c) : cur_le16(c);
}

static uint32_t word(const struct elf *elf, struct cursor *c)
{
	return elf->is_big_endian ? cur_be32(c) : cur_le32(c);
}

/* An address, an offset or a size */
static uint64_t wide(const struct elf *elf, struct cursor *c)
{
	if (!elf->is_64)
		return word(elf, c);
	return elf->is_big_endian ? cur_be64(c) : cur_le64(c);
}

uint64_t elf_word(const struct elf *elf, const void *p)
{
	struct cursor c = CURSOR(NULL, p, elf->is_64 ? 8 : 4);
	return wide(elf, &c);
}

bool elf_is(str front)
{
	return str_starts(front, STR("\x7f"
	                             "ELF"));
}

static void read_segment(const struct elf *elf, struct cursor *c, struct elf_segment *out)
{
	out->type = word(elf, c);
	if (elf->is_64)
		cur_skip(c, 4); /* flags, which 32 bits have further on */
	out->offset = wide(elf, c);
	out->address = wide(elf, c);
	cur_skip(c, elf->is_64 ? 8 : 4); /* physical address */
	out->file_bytes = wide(elf, c);
}

static void read_segments(struct elf *elf, str front, uint64_t at, unsigned count, unsigned size)
{
	unsigned least = elf->is_64 ? 56 : 32;

	for (unsigned i = 0; i < count && elf->count < ELF_SEGMENTS_MAX && size >= least; i++) {
		uint64_t start;
		if (ckd_add(&start, at, (uint64_t)i * size) || start > front.n)
			return;
		struct cursor c = CURSOR(NULL, front.p + start, front.n - start);
		struct elf_segment s;
		read_segment(elf, &c, &s);
		if (cur_bad(&c))
			return;
		elf->segments[elf->count++] = s;
	}
}

int elf_read(str front, struct elf *out, struct error *e)
{
	struct cursor c = CURSOR("ELF header", front.p, front.n);
	struct elf elf = { 0 };
	uint64_t segments_at;
	unsigned size, count;

	if (!elf_is(front))
		return cur_error(&c, e, "no magic number");
	cur_skip(&c, 4);
	uint8_t class = cur_u8(&c), order = cur_u8(&c);
	if (class < 1 || class > 2 || order < 1 || order > 2)
		return cur_error(&c, e, "class %u, byte order %u", class, order);
	elf.is_64 = class == 2;
	elf.is_big_endian = order == 2;
	cur_seek(&c, 24); /* behind type, machine and version */
	elf.has_entry = wide(&elf, &c);
	segments_at = wide(&elf, &c);
	wide(&elf, &c);      /* sections */
	cur_skip(&c, 4 + 2); /* flags, size of this header */
	size = half(&elf, &c);
	count = half(&elf, &c);
	if (cur_bad(&c))
		return cur_error(&c, e, "shorter than its header");
	read_segments(&elf, front, segments_at, count, size);
	*out = elf;
	return 0;
}

bool elf_offset(const struct elf *elf, uint64_t address, uint64_t *out)
{
	for (unsigned i = 0; i < elf->count; i++) {
		const struct elf_segment *s = &elf->segments[i];
		if (s->type == ELF_PT_LOAD && address >= s->address &&
		    address - s->address < s->file_bytes)
			return !ckd_add(out, s->offset, address - s->address);
	}
	return false;
}

bool elf_is_library(const struct elf *elf)
{
	bool dynamic = false, interpreter = false;

	for (unsigned i = 0; i < elf->count; i++) {
		dynamic |= elf->segments[i].type == ELF_PT_DYNAMIC;
		interpreter |= elf->segments[i].type == ELF_PT_INTERP;
	}
	return dynamic && !interpreter && !elf->has_entry;
}

static bool find_note(const struct elf *elf, struct cursor *c, str name, uint32_t type, str *data)
{
	while (cur_left(c) >= 12) {
		uint32_t name_bytes = word(elf, c), data_bytes = word(elf, c),
		         note_type = word(elf, c);
		str note_name = cur_bytes(c, name_bytes);
		cur_skip(c, -name_bytes & 3u);
		str note_data = cur_bytes(c, data_bytes);
		/* one NUL or, as Go has it, padding to four bytes is part of the name */
		if (note_type == type && !cur_bad(c) &&
		    str_eq(str_upto(note_name, str_chr(note_name, 0)), name)) {
			*data = note_data;
			return true;
		}
		cur_skip(c, -data_bytes & 3u);
	}
	return false;
}

bool elf_find_note(const struct elf *elf, str front, str name, uint32_t type, str *data)
{
	for (unsigned i = 0; i < elf->count; i++) {
		const struct elf_segment *s = &elf->segments[i];
		if (s->type != ELF_PT_NOTE || s->offset > front.n)
			continue;
		struct cursor c = CURSOR(NULL, front.p + s->offset,
		                         (size_t)MIN(s->file_bytes, front.n - s->offset));
		if (find_note(elf, &c, name, type, data))
			return true;
	}
	return false;
}

bool elf_has_note(const struct elf *elf, str front, str name, uint32_t type)
{
	str data;
	return elf_find_note(elf, front, name, type, &data);
}
