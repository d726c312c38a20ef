#include "inventory/jsonfile.h"

static size_t string_end(str s, size_t at)
{
	for (at++; at < s.n && s.p[at] != '"'; at++)
		at += s.p[at] == '\\';
	return MIN(at + 1, s.n);
}

/* Where the comment at `at` ends; `at` when there is none */
static size_t comment_end(str s, size_t at)
{
	if (str_starts(str_from(s, at), STR("//")))
		return at + str_chr(str_from(s, at), '\n');
	if (str_starts(str_from(s, at), STR("/*")))
		return MIN(at + 2 + str_find(str_from(s, at + 2), STR("*/")) + 2, s.n);
	return at;
}

/* Blanks out what JSON has not, so that every byte stays where it is. */
static void blank(char *text, size_t n)
{
	str s = { text, n };
	size_t comma = n;

	for (size_t at = 0; at < n;) {
		size_t end = comment_end(s, at);
		char c = text[at];
		if (end > at) {
			memset(text + at, ' ', end - at);
			at = end;
			continue;
		}
		if ((c == ']' || c == '}') && comma < n)
			text[comma] = ' ';
		if (c == ',')
			comma = at;
		else if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			comma = n;
		at = c == '"' ? string_end(s, at) : at + 1;
	}
}

int jsonfile_read(struct file *f, size_t max_bytes, bool comments, struct json **out,
                  struct error *e)
{
	struct arena scratch cleanup(arena_done) = ARENA(2 * max_bytes + KIB(64));
	str text;
	int r = file_read_all(f, max_bytes, &scratch, &text, e);

	if (r < 0)
		return r;
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (comments) {
		char *copy = arena_alloc(&scratch, text.n + 1);
		if (!copy)
			return error_set(e, ERR_LIMIT, "no memory for %zu bytes", text.n);
		memcpy(copy, text.n ? text.p : "", text.n);
		blank(copy, text.n);
		text = str_mem(copy, text.n);
	}
	return json_parse("JSON", text, out, e);
}
