/* report/markdown.c — see the header. */
#include "report/markdown.h"
#include "base/text.h"

static void add_rune(struct buf *out, uint32_t rune)
{
	char bytes[TEXT_RUNE_BYTES];

	if (text_is_unsafe(rune))
		rune = TEXT_REPLACEMENT;
	buf_add(out, (str){ bytes, text_encode(rune, bytes) });
}

static bool is_mark(uint32_t rune) /* 2.4: any ASCII punctuation may be escaped */
{
	return rune < 0x80 && rune > ' ' && strchr("\\`*_{}[]()<>#+-.!|~&@:$=\"'^", (int)rune);
}

void markdown_plain(struct buf *out, str text)
{
	while (text.n) {
		uint32_t rune = text_rune(&text);
		if (rune == '\n' || rune == '\t') {
			buf_addc(out, (char)rune);
			continue;
		}
		if (rune == '\r')
			continue;
		if (is_mark(rune))
			buf_addc(out, '\\');
		add_rune(out, rune);
	}
}

/* GitHub looks for @names and #numbers after it has read the marks: a word joiner parts them. */
void markdown_line(struct buf *out, str text)
{
	while (text.n) {
		uint32_t rune = text_rune(&text);
		if (rune == '\r')
			continue;
		if (rune == '\n' || rune == '\t')
			rune = ' ';
		if (is_mark(rune))
			buf_addc(out, '\\');
		add_rune(out, rune);
		if (rune == '@' || rune == '#')
			buf_add(out, STR("\xe2\x81\xa0"));
	}
}

void markdown_code(struct buf *out, str text)
{
	buf_addc(out, '`');
	if (!text.n)
		buf_addc(out, ' ');
	while (text.n) {
		uint32_t rune = text_rune(&text);
		if (rune == '|')
			buf_addc(out, '\\');
		add_rune(out, rune == '`' ? '\'' : rune < ' ' ? ' ' : rune);
	}
	buf_addc(out, '`');
}
