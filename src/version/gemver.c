/* version/gemver.c — Gem::Version#<=> of RubyGems 3, whose documentation is in rubygems/version.rb.
 * Strings of some ten bytes. */
#include "version/gemver.h"
#include "version/digits.h"

/* The segments one by one, without the zeros that do not count: those before the first word, and
 * those at the end. Zeros are held back until something follows that needs them. */
struct segments {
	str rest;
	size_t zeros; /* seen and still to be given */
	str held;     /* the segment behind them */
	bool word;    /* a word was given: zeros before the next one count */
	bool dash;    /* "pre" of a "-" comes next */
};

static bool is_piece(char c)
{
	return is_digit(c) || is_alpha(c);
}

static bool is_zero(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	return true;
}

/* A run of digits or letters; empty at the end */
static str next_raw(struct segments *s)
{
	size_t n = 0;
	while (s->rest.n && !is_piece(s->rest.p[0])) {
		bool dash = s->rest.p[0] == '-';
		s->rest = str_from(s->rest, 1);
		if (dash)
			return STR("pre");
	}
	if (!s->rest.n)
		return (str){ 0 };
	while (n < s->rest.n &&
	       (is_digit(s->rest.p[0]) ? is_digit(s->rest.p[n]) : is_alpha(s->rest.p[n])))
		n++;
	str run = str_upto(s->rest, n);
	s->rest = str_from(s->rest, n);
	return run;
}

/* The next segment that counts; "0" past the end, as it is filled up with zeros */
static str next(struct segments *s)
{
	if (!s->zeros && !s->held.n) {
		while ((s->held = next_raw(s)).n && is_zero(s->held))
			s->zeros++;
		bool at_word = s->held.n && !is_digit(s->held.p[0]);
		if (!s->held.n || (at_word && !s->word))
			s->zeros = 0;
		s->word |= at_word;
	}
	if (s->zeros) {
		s->zeros--;
		return STR("0");
	}
	str found = s->held.n ? s->held : STR("0");
	s->held = (str){ 0 };
	return found;
}

static bool is_at_end(const struct segments *s)
{
	return !s->rest.n && !s->zeros && !s->held.n;
}

static bool is_word_list(str s, bool (*is)(char))
{
	str one;
	if (!s.n || s.p[s.n - 1] == '.')
		return false;
	while (str_split(&s, '.', &one))
		if (!one.n || !str_all(one, is))
			return false;
	return true;
}

static bool is_tail(char c)
{
	return is_piece(c) || c == '-';
}

bool gemver_valid(str v)
{
	v = str_trim(v);
	size_t dash = str_chr(v, '-'), dot = str_chr(v, '.');
	str first = str_upto(v, MIN(dash, dot));
	if (!first.n || !str_all(first, is_digit) || !is_word_list(str_upto(v, dash), is_piece))
		return false;
	return dash == v.n || is_word_list(str_from(v, dash + 1), is_tail);
}

static int compare_segments(str a, str b)
{
	bool na = is_digit(a.p[0]), nb = is_digit(b.p[0]);
	if (na != nb)
		return na ? 1 : -1;
	return na ? digits_compare(a, b) : sign(str_cmp(a, b));
}

int gemver_compare(str a, str b)
{
	bool valid_a = gemver_valid(a), valid_b = gemver_valid(b);
	if (!valid_a || !valid_b)
		return valid_a != valid_b ? (valid_a ? 1 : -1) : sign(str_cmp(a, b));
	struct segments x = { .rest = a }, y = { .rest = b };
	while (!is_at_end(&x) || !is_at_end(&y)) {
		int c = compare_segments(next(&x), next(&y));
		if (c)
			return c;
	}
	return 0;
}
