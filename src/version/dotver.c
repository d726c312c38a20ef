/* version/dotver.c — R: ?numeric_version and what its == and < say; Haskell: the Package Versioning
 * Policy, pvp.haskell.org.
 */
#include "version/dotver.h"
#include "version/digits.h"

/* The next number of *v and the separator behind it; false at the end, or when there is none */
static bool take(str *v, bool dash, str *number)
{
	*number = digits_take(v);
	if (!number->n)
		return false;
	if (v->n && (v->p[0] == '.' || (dash && v->p[0] == '-')))
		*v = str_from(*v, 1);
	return true;
}

static bool valid(str v, bool dash)
{
	str number;
	bool last_is_digit = v.n && is_digit(v.p[v.n - 1]);
	while (take(&v, dash, &number))
		;
	return last_is_digit && !v.n;
}

/* `padded`: missing numbers are zero */
static int compare(str a, str b, bool dash, bool padded)
{
	bool valid_a = valid(a, dash), valid_b = valid(b, dash);
	str x, y;
	if (!valid_a || !valid_b)
		return valid_a != valid_b ? (valid_a ? 1 : -1) : sign(str_cmp(a, b));
	for (;;) {
		bool more_a = take(&a, dash, &x), more_b = take(&b, dash, &y);
		if ((!more_a && !more_b) || (!padded && more_a != more_b))
			return (int)more_a - (int)more_b;
		int c = digits_compare(x, y);
		if (c)
			return c;
	}
}

int cranver_compare(str a, str b)
{
	return compare(str_trim(a), str_trim(b), true, true);
}

bool cranver_valid(str v)
{
	return valid(str_trim(v), true);
}

int hackagever_compare(str a, str b)
{
	return compare(a, b, false, false);
}

bool hackagever_valid(str v)
{
	return valid(v, false);
}
