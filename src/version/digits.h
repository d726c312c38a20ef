/* version/digits.h — runs of decimal digits of any length, as every version scheme has them. No
 * allocation, no failure, any thread. */
#pragma once
#include "base/str.h"

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool is_alpha(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static inline char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline int sign(int c)
{
	return (c > 0) - (c < 0);
}

static inline bool str_all(str s, bool (*is)(char)) /* true for the empty str */
{
	for (size_t i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return true;
}

/* Cut the digits off the front of *s. */
static inline str digits_take(str *s)
{
	size_t n = 0;
	while (n < s->n && is_digit(s->p[n]))
		n++;
	str run = str_upto(*s, n);
	*s = str_from(*s, n);
	return run;
}

/* As numbers; no digits at all is zero. */
static inline int digits_compare(str a, str b)
{
	while (a.n && a.p[0] == '0')
		a = str_from(a, 1);
	while (b.n && b.p[0] == '0')
		b = str_from(b, 1);
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return sign(str_cmp(a, b));
}
