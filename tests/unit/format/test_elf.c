#include "format/elf.h"
#include "../test.h"

/* 64 bits, little-endian: one PT_LOAD of 0x1000 bytes at 0x400000, one PT_NOTE at 0xb0 */
static const char small[] =
	"\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0" "\2\0\x3e\0\1\0\0\0" "\0\0\x40\0\0\0\0\0" "\x40\0\0\0\0\0\0\0"
	"\0\0\0\0\0\0\0\0" "\0\0\0\0\x40\0\x38\0\2\0\0\0\0\0\0\0"
	"\1\0\0\0\5\0\0\0" "\0\2\0\0\0\0\0\0" "\0\0\x40\0\0\0\0\0" "\0\0\x40\0\0\0\0\0" "\0\x10\0\0\0\0\0\0"
	"\0\x10\0\0\0\0\0\0" "\0\x10\0\0\0\0\0\0"
	"\4\0\0\0\4\0\0\0" "\xb0\0\0\0\0\0\0\0" "\xb0\0\x40\0\0\0\0\0" "\xb0\0\x40\0\0\0\0\0" "\x18\0\0\0\0\0\0\0"
	"\x18\0\0\0\0\0\0\0" "\4\0\0\0\0\0\0\0"
	"\4\0\0\0\5\0\0\0\4\0\0\0" "Go\0\0" "abcde\0\0\0";

TEST(elf_segments_and_notes)
{
	struct elf elf;
	struct error e = { 0 };
	uint64_t offset = 0;
	str front = { small, sizeof small - 1 };

	EXPECT_OK(elf_read(front, &elf, &e), &e);
	EXPECT(elf.is_64 && !elf.is_big_endian);
	EXPECT_INT(elf.count, 2);
	EXPECT(elf_offset(&elf, 0x400010, &offset));
	EXPECT_INT(offset, 0x210);
	EXPECT(elf_offset(&elf, 0x400fff, &offset));
	EXPECT(!elf_offset(&elf, 0x401000, &offset));
	EXPECT(!elf_offset(&elf, 0x3fffff, &offset));
	EXPECT(elf_has_note(&elf, front, STR("Go"), 4));
	EXPECT(!elf_has_note(&elf, front, STR("Go"), 3));
	EXPECT(!elf_has_note(&elf, front, STR("GNU"), 4));
}

TEST(elf_any_cut_is_survived)
{
	for (size_t n = 0; n < sizeof small - 1; n++) {
		struct elf elf;
		struct error e = { 0 };
		char *cut = malloc(n ? n : 1);
		memcpy(cut, small, n);
		int r = elf_read(str_mem(cut, n), &elf, &e);
		EXPECT_INT(r, n < 58 ? ERR_FORMAT : 0);
		if (!r)
			EXPECT(elf.count < 2 || n >= 0xa0);
		if (!r)
			EXPECT(!elf_has_note(&elf, str_mem(cut, n), STR("Go"), 4) || n >= 0xc0);
		free(cut);
	}
}

TEST(elf_what_is_none)
{
	static const str rows[] = {
		STR_INIT(""), STR_INIT("\x7f" "ELG"),
		STR_INIT("\x7f" "ELF\3\1\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
		STR_INIT("\x7f" "ELF\2\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct elf elf;
		struct error e = { 0 };
		EXPECT_INT(elf_read(rows[i], &elf, &e), ERR_FORMAT);
		EXPECT(e.msg[0]);
	}
}
