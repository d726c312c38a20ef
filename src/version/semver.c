/* version/semver.c — the order of SemVer 2.0.0 (semver.org), section 11, with npm's loose reading,
 * and what others made of it: one description a dialect. Strings of some ten bytes. */
#include "version/semver.h"
#include "version/digits.h"

enum { NUMBERS = 4 };

struct dialect {
	size_t least, most; /* how many numbers */
	bool prefix;        /* "v", "=" and spaces in front */
	bool zeros;         /* "01" is a number */
	bool joined;        /* "1.2.3beta" has a pre-release */
	bool nocase;        /* labels */
	bool small;         /* a label of digits is a number only below 2^31 */
	bool build;         /* metadata counts */
	bool revision;      /* "-4" at the end is one */
};

struct parts {
	str number[NUMBERS];
	str pre; /* without the hyphen; empty for a release */
	str build, revision;
	bool valid;
};

static bool is_identifier(char c)
{
	return is_digit(c) || is_alpha(c) || c == '-';
}

static bool is_padded(str s)
{
	return s.n > 1 && s.p[0] == '0' && str_all(s, is_digit);
}

static bool are_identifiers(str s, bool zeros)
{
	for (;;) {
		size_t dot = str_chr(s, '.');
		str one = str_upto(s, dot);
		if (!dot || !s.n || !str_all(one, is_identifier) || (!zeros && is_padded(one)))
			return false;
		if (dot == s.n)
			return true;
		s = str_from(s, dot + 1);
	}
}

static str skip_prefix(const struct dialect *d, str v)
{
	if (!d->prefix)
		return v;
	v = str_trim(v);
	while (v.n && (v.p[0] == 'v' || v.p[0] == 'V' || v.p[0] == '=' || v.p[0] == ' '))
		v = str_from(v, 1);
	return v;
}

/* Cuts "-4" off the end. */
static str cut_revision(str *v)
{
	size_t n = v->n;
	while (n && is_digit(v->p[n - 1]))
		n--;
	if (n < 2 || n == v->n || v->p[n - 1] != '-')
		return (str){ 0 };
	str revision = str_from(*v, n);
	*v = str_upto(*v, n - 1);
	return revision;
}

static bool split_numbers(const struct dialect *d, str *v, struct parts *p)
{
	size_t n = 0;
	for (;;) {
		str run = digits_take(v);
		if (!run.n || n == d->most || (!d->zeros && is_padded(run)))
			return false;
		p->number[n++] = run;
		if (!v->n || v->p[0] != '.')
			return n >= d->least;
		*v = str_from(*v, 1);
	}
}

static struct parts split(const struct dialect *d, str v)
{
	struct parts p = { 0 };
	size_t plus;
	v = skip_prefix(d, v);
	plus = str_chr(v, '+');
	if (plus < v.n) {
		p.build = str_from(v, plus + 1);
		if (!are_identifiers(p.build, true))
			return p;
	}
	v = str_upto(v, plus);
	if (d->revision)
		p.revision = cut_revision(&v);
	if (!split_numbers(d, &v, &p) || (v.n && v.p[0] != '-' && !d->joined))
		return p;
	if (v.n)
		p.pre = v.p[0] == '-' ? str_from(v, 1) : v;
	p.valid = !v.n || are_identifiers(p.pre, d->zeros);
	return p;
}

static int compare_words(const struct dialect *d, str a, str b)
{
	if (!d->nocase)
		return sign(str_cmp(a, b));
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (to_lower(a.p[i]) != to_lower(b.p[i]))
			return to_lower(a.p[i]) < to_lower(b.p[i]) ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

static bool is_number(const struct dialect *d, str s)
{
	return s.n && str_all(s, is_digit) &&
	       (!d->small || digits_compare(s, STR("2147483647")) <= 0);
}

static int compare_identifier(const struct dialect *d, str a, str b)
{
	bool na = is_number(d, a), nb = is_number(d, b);
	if (na && nb)
		return digits_compare(a, b);
	if (na != nb)
		return na ? -1 : 1; /* numbers before words */
	return compare_words(d, a, b);
}

static int compare_lists(const struct dialect *d, str a, str b)
{
	str x, y;
	for (;;) {
		bool more_a = str_split(&a, '.', &x), more_b = str_split(&b, '.', &y);
		if (!more_a || !more_b)
			return (int)more_a - (int)more_b;
		int c = compare_identifier(d, x, y);
		if (c)
			return c;
	}
}

static int compare(const struct dialect *d, str a, str b)
{
	struct parts x = split(d, a), y = split(d, b);
	int c = 0;
	if (!x.valid || !y.valid)
		return x.valid != y.valid ? (x.valid ? 1 : -1) : sign(str_cmp(a, b));
	for (size_t i = 0; !c && i < d->most; i++)
		c = digits_compare(x.number[i], y.number[i]);
	if (!c && !x.pre.n != !y.pre.n)
		return x.pre.n ? -1 : 1; /* a release is newer */
	c = c ? c : compare_lists(d, x.pre, y.pre);
	c = c ? c : digits_compare(x.revision, y.revision);
	if (c || !d->build)
		return c;
	return compare_lists(d, x.build, y.build);
}

static const struct dialect npm = { 1, 3, .prefix = true, .zeros = true, .joined = true };
static const struct dialect strict = { 1, 3, .zeros = false };
static const struct dialect nuget = { 1, 4, .zeros = true, .nocase = true, .small = true };
static const struct dialect pub = { 3, 3, .zeros = true, .build = true };
static const struct dialect bitnami = {
	1, 4, .prefix = true, .zeros = true, .joined = true, .revision = true
};

int semver_compare(str a, str b)
{
	return compare(&npm, a, b);
}

bool semver_valid(str v)
{
	return split(&npm, v).valid;
}

int semver_strict_compare(str a, str b)
{
	return compare(&strict, a, b);
}

bool semver_strict_valid(str v)
{
	return split(&strict, v).valid;
}

int nugetver_compare(str a, str b)
{
	return compare(&nuget, str_trim(a), str_trim(b));
}

bool nugetver_valid(str v)
{
	return split(&nuget, str_trim(v)).valid;
}

int pubver_compare(str a, str b)
{
	return compare(&pub, a, b);
}

bool pubver_valid(str v)
{
	return split(&pub, v).valid;
}

int bitnamiver_compare(str a, str b)
{
	return compare(&bitnami, a, b);
}

bool bitnamiver_valid(str v)
{
	return split(&bitnami, v).valid;
}
