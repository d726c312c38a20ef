/* fuzz/fuzz_elfnote.c — see fuzz/reader.h: a whole program, or else what a program's package note
 * says, put behind the header of one. */
#include "base/buf.h"
#include "inventory/elfnote.h"
#include "inventory/window.h"
#include "mutate_json.h"
#include "reader.h"

enum { EHDR_BYTES = 64, PHDR_BYTES = 56, FRONT_BYTES = EHDR_BYTES + PHDR_BYTES };

static int read_note(struct file *f, struct inventory *into, struct error *e)
{
	struct window w = { 0 };
	int r = window_open(&w, f, e);

	if (r > 0) {
		r = elfnote_read(&w, into, e);
		assert(into->packages.n <= 1 && into->gaps.n <= 1);
		window_done(&w);
	}
	return r;
}

static void add_number(struct buf *out, uint64_t v, unsigned bytes)
{
	char little[8];

	for (unsigned i = 0; i < bytes; i++)
		little[i] = (char)(v >> 8 * i);
	buf_add(out, str_mem(little, bytes));
}

/* gABI: header, one segment of type PT_NOTE, the note */
static void wrap(struct buf *out, str text)
{
	static const char ident[16] = "\177ELF\2\1\1";
	size_t padding = -text.n % 4;

	buf_add(out, str_mem(ident, sizeof ident));
	add_number(out, 3 | 62 << 16, 4); /* type, machine */
	add_number(out, 1, 4);
	add_number(out, 0, 8);
	add_number(out, EHDR_BYTES, 8); /* segments */
	add_number(out, 0, 8);
	add_number(out, 0, 4);
	add_number(out, EHDR_BYTES | PHDR_BYTES << 16, 4);
	add_number(out, 1, 2); /* of them */
	add_number(out, 0, 6);
	add_number(out, 4 | (uint64_t)4 << 32, 8); /* PT_NOTE, readable */
	add_number(out, FRONT_BYTES, 8);
	buf_add(out, str_mem((char[16]){ 0 }, 16));
	add_number(out, 16 + text.n + padding, 8);
	add_number(out, 16 + text.n + padding, 8);
	add_number(out, 4, 8);
	assert(out->n == FRONT_BYTES);
	add_number(out, 4, 4);
	add_number(out, text.n, 4);
	add_number(out, 0xcafe1a7e, 4);
	buf_add(out, str_mem("FDO", 4));
	buf_add(out, text);
	buf_add(out, str_mem("\0\0\0", padding));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf program cleanup(buf_done) = BUF(2 << 20);
	str bytes = str_mem(data, n);

	if (!elf_is(bytes)) {
		wrap(&program, str_upto(bytes, 1 << 20));
		bytes = buf_view(&program);
	}
	read_fuzzed(read_note, "usr/bin/a", bytes);
	return 0;
}

MUTATOR(mutate_json)
