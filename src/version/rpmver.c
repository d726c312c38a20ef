/* version/rpmver.c — the order of RPM versions: rpm-version(7). A version is cut into runs of
 * digits and of letters, everything else only separates, ~ sorts before the end and ^ after it but
 * before anything longer. Strings of some thirty bytes. */
#include "version/rpmver.h"
#include "version/digits.h"

struct parts {
	str epoch, version, release;
	bool has_release;
};

static struct parts split(str v)
{
	struct parts p = { 0 };
	size_t colon = str_chr(v, ':');
	if (colon < v.n && str_all(str_upto(v, colon), is_digit)) {
		p.epoch = str_upto(v, colon);
		v = str_from(v, colon + 1);
	}
	size_t dash = str_rchr(v, '-');
	p.has_release = dash < v.n;
	p.version = str_upto(v, dash);
	p.release = str_from(v, dash + 1);
	return p;
}

static str skip_separators(str s)
{
	while (s.n && !is_digit(s.p[0]) && !is_alpha(s.p[0]) && s.p[0] != '~' && s.p[0] != '^')
		s = str_from(s, 1);
	return s;
}

static str take_letters(str *s)
{
	size_t n = 0;
	while (n < s->n && is_alpha(s->p[n]))
		n++;
	str run = str_upto(*s, n);
	*s = str_from(*s, n);
	return run;
}

/* 2: both were the mark, go on behind it; 3: none was; else the answer. */
static int compare_mark(str *a, str *b, char mark)
{
	bool ma = a->n && a->p[0] == mark, mb = b->n && b->p[0] == mark;
	if (!ma && !mb)
		return 3;
	if (ma && mb) {
		*a = str_from(*a, 1);
		*b = str_from(*b, 1);
		return 2;
	}
	if (mark == '~')
		return ma ? -1 : 1;
	return ma ? (b->n ? -1 : 1) : (a->n ? 1 : -1); /* 1.0 < 1.0^ < 1.0.1 */
}

static int compare_part(str a, str b)
{
	for (;;) {
		a = skip_separators(a);
		b = skip_separators(b);
		int c = compare_mark(&a, &b, '~');
		if (c == 3)
			c = compare_mark(&a, &b, '^');
		if (c == 2)
			continue;
		if (c != 3)
			return c;
		if (!a.n || !b.n)
			return (a.n > 0) - (b.n > 0);
		if (is_digit(a.p[0]) != is_digit(b.p[0]))
			return is_digit(a.p[0]) ? 1 : -1; /* digits are newer than letters */
		if (is_digit(a.p[0])) {
			str x = digits_take(&a), y = digits_take(&b);
			c = digits_compare(x, y);
		} else {
			str x = take_letters(&a), y = take_letters(&b);
			c = sign(str_cmp(x, y));
		}
		if (c)
			return c;
	}
}

int rpmver_compare(str a, str b)
{
	struct parts x = split(a), y = split(b);
	int c = digits_compare(x.epoch, y.epoch);
	if (!c)
		c = compare_part(x.version, y.version);
	return c || !x.has_release || !y.has_release ? c : compare_part(x.release, y.release);
}

static bool is_printable(char c)
{
	return c > ' ' && c < 0x7f;
}

bool rpmver_valid(str v)
{
	size_t colon = str_chr(v, ':');
	struct parts p = split(v);
	return str_all(v, is_printable) && (colon == v.n || p.epoch.n) && p.version.n &&
	       (!p.has_release || p.release.n);
}
