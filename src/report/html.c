/* report/html.c — see the header. */
#include "report/html.h"
#include "base/text.h"

static void add(struct buf *out, uint32_t rune)
{
	char bytes[TEXT_RUNE_BYTES];

	switch (rune) {
	case '&':
		buf_add(out, STR("&amp;"));
		break;
	case '<':
		buf_add(out, STR("&lt;"));
		break;
	case '>':
		buf_add(out, STR("&gt;"));
		break;
	case '"':
		buf_add(out, STR("&quot;"));
		break;
	case '\'':
		buf_add(out, STR("&#39;"));
		break;
	default:
		if (text_is_unsafe(rune))
			rune = TEXT_REPLACEMENT;
		buf_add(out, (str){ bytes, text_encode(rune, bytes) });
	}
}

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

static void escape(struct buf *out, str text, bool lines)
{
	while (text.n) {
		size_t plain = 0;
		while (plain < text.n && is_plain(text.p[plain]))
			plain++;
		buf_add(out, str_upto(text, plain));
		text = str_from(text, plain);
		if (!text.n)
			break;
		uint32_t rune = text_rune(&text);
		if (rune == '\n' || rune == '\t')
			buf_addc(out, lines ? (char)rune : ' ');
		else if (rune != '\r')
			add(out, rune);
	}
}

void html_text(struct buf *out, str text)
{
	escape(out, text, false);
}

void html_lines(struct buf *out, str text)
{
	escape(out, text, true);
}

void html_script(struct buf *out, str json)
{
	while (json.n) {
		size_t at = str_chr(json, '<');
		buf_add(out, str_upto(json, at));
		if (at < json.n)
			buf_add(out, STR("\\u003c"));
		json = str_from(json, at + 1);
	}
}

void html_hash(struct buf *out, str text)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct digest sum = digest_of(text);
	const uint8_t *b = sum.bytes;

	buf_add(out, STR("'sha256-"));
	for (size_t i = 0; i < sizeof sum.bytes; i += 3) { /* 32 bytes: the last group has two */
		size_t left = sizeof sum.bytes - i;
		uint32_t three =
		        (uint32_t)b[i] << 16 | (uint32_t)b[i + 1] << 8 | (left > 2 ? b[i + 2] : 0u);
		buf_addc(out, digits[three >> 18]);
		buf_addc(out, digits[three >> 12 & 63]);
		buf_addc(out, digits[three >> 6 & 63]);
		buf_addc(out, left > 2 ? digits[three & 63] : '=');
	}
	buf_addc(out, '\'');
}

void html_raw(struct buf *out, const char *markup)
{
	buf_add(out, str_c(markup));
}

void html_element(struct buf *out, const char *tag, const char *class, str text)
{
	buf_printf(out, class ? "<%s class=\"%s\">" : "<%s>", tag, class);
	html_text(out, text);
	buf_printf(out, "</%s>", tag);
}
