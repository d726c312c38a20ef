/* version/semver.c — the order of SemVer 2.0.0 (semver.org), section 11, with npm's loose reading.
 * Strings of some ten bytes. */
#include "version/semver.h"
#include "version/digits.h"

struct parts {
	str number[3];
	str pre; /* without the hyphen; empty for a release */
	bool valid;
};

static bool is_identifier(char c)
{
	return is_digit(c) || is_alpha(c) || c == '-';
}

static bool are_identifiers(str s)
{
	for (;;) {
		size_t dot = str_chr(s, '.');
		if (!dot || !s.n || !str_all(str_upto(s, dot), is_identifier))
			return false;
		if (dot == s.n)
			return true;
		s = str_from(s, dot + 1);
	}
}

static str skip_prefix(str v)
{
	v = str_trim(v);
	while (v.n && (v.p[0] == 'v' || v.p[0] == 'V' || v.p[0] == '=' || v.p[0] == ' '))
		v = str_from(v, 1);
	return v;
}

static struct parts split(str v)
{
	struct parts p = { 0 };
	size_t plus, n = 0;
	v = skip_prefix(v);
	plus = str_chr(v, '+');
	if (plus < v.n && !are_identifiers(str_from(v, plus + 1)))
		return p;
	v = str_upto(v, plus);
	for (;;) {
		str run = digits_take(&v);
		if (!run.n || n == 3)
			return p;
		p.number[n++] = run;
		if (!v.n || v.p[0] != '.')
			break;
		v = str_from(v, 1);
	}
	if (v.n) {
		p.pre = v.p[0] == '-' ? str_from(v, 1) : v;
		p.valid = are_identifiers(p.pre);
	} else {
		p.valid = true;
	}
	return p;
}

static int compare_identifier(str a, str b)
{
	bool na = str_all(a, is_digit), nb = str_all(b, is_digit);
	if (na && nb)
		return digits_compare(a, b);
	if (na != nb)
		return na ? -1 : 1; /* numbers before words */
	return sign(str_cmp(a, b));
}

static int compare_pre(str a, str b)
{
	str x, y;
	if (!a.n || !b.n)
		return (b.n > 0) - (a.n > 0); /* a release is newer */
	for (;;) {
		bool more_a = str_split(&a, '.', &x), more_b = str_split(&b, '.', &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		int c = compare_identifier(x, y);
		if (c)
			return c;
	}
}

int semver_compare(str a, str b)
{
	struct parts x = split(a), y = split(b);
	if (!x.valid || !y.valid)
		return x.valid != y.valid ? (x.valid ? 1 : -1) : sign(str_cmp(a, b));
	for (size_t i = 0; i < 3; i++) {
		int c = digits_compare(x.number[i], y.number[i]);
		if (c)
			return c;
	}
	return compare_pre(x.pre, y.pre);
}

bool semver_valid(str v)
{
	return split(v).valid;
}
