#include "net/percent.h"
#include "base/text.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_utf8(str s)
{
	while (s.n) {
		if (!(*s.p & 0x80)) {
			s = str_from(s, 1);
			continue;
		}
		bool written = str_starts(s, STR("\xEF\xBF\xBD")); /* the replacement itself */
		if (text_rune(&s) == TEXT_REPLACEMENT && !written)
			return false;
	}
	return true;
}

static bool needs_work(str s, bool plus)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%' || s.p[i] == 0 || (s.p[i] & 0x80) || (plus && s.p[i] == '+'))
			return true;
	return false;
}

bool percent_decode(str s, bool plus, struct arena *a, str *out)
{
	if (!needs_work(s, plus)) {
		*out = s;
		return true;
	}
	char *p = arena_alloc(a, s.n + 1);
	if (!p)
		return false;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (c == '%') {
			int high = s.n - i > 2 ? hex(s.p[i + 1]) : -1;
			int low = s.n - i > 2 ? hex(s.p[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		if (!c)
			return false;
		p[n++] = c;
	}
	if (!is_utf8(str_mem(p, n)))
		return false;
	*out = str_mem(p, n);
	return true;
}
