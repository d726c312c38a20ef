/* version/genericver.c — an order of our own for the versions in CVE records of C programs; it
 * agrees with the projects' own about openssl's letters
 * (openssl.org/policies/releasestrat: 1.0.2, 1.0.2a … 1.0.2z, 1.0.2za), OpenSSH's and sudo's "p1",
 * and pre-releases. */
#include "version/genericver.h"
#include "base/attr.h"
#include "version/digits.h"

enum rank { DEV, ALPHA, BETA, CANDIDATE, NOTHING, WORD, NUMBER };

struct piece {
	enum rank rank;
	str text;
};

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_' || c == '~' || c == ' ' || c == ':';
}

static str trimmed(str v)
{
	v = str_trim(v);
	if (v.n > 1 && (v.p[0] == 'v' || v.p[0] == 'V') && is_digit(v.p[1]))
		v = str_from(v, 1);
	return str_upto(v, str_chr(v, '+'));
}

static enum rank rank_of(str word)
{
	static const struct {
		str word;
		enum rank rank;
	} early[] = {
		{ STR_INIT("dev"), DEV },           { STR_INIT("snapshot"), DEV },
		{ STR_INIT("git"), DEV },           { STR_INIT("alpha"), ALPHA },
		{ STR_INIT("beta"), BETA },         { STR_INIT("pre"), CANDIDATE },
		{ STR_INIT("preview"), CANDIDATE }, { STR_INIT("rc"), CANDIDATE },
	};
	for (size_t i = 0; i < LEN(early); i++)
		if (str_eq_nocase(word, early[i].word))
			return early[i].rank;
	return WORD;
}

/* The next piece; NOTHING at the end. Zeros rank as nothing, so that 1.2 is 1.2.0. */
static struct piece next(str *rest)
{
	size_t n = 0;
	while (rest->n && is_separator(rest->p[0]))
		*rest = str_from(*rest, 1);
	if (!rest->n)
		return (struct piece){ .rank = NOTHING };
	if (is_digit(rest->p[0])) {
		str run = digits_take(rest);
		bool zero = !digits_compare(run, STR("0"));
		return (struct piece){ zero ? NOTHING : NUMBER, run };
	}
	while (n < rest->n && !is_digit(rest->p[n]) && !is_separator(rest->p[n]))
		n++;
	str word = str_upto(*rest, n);
	*rest = str_from(*rest, n);
	return (struct piece){ rank_of(word), word };
}

static int compare_words(str a, str b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (to_lower(a.p[i]) != to_lower(b.p[i]))
			return (unsigned char)to_lower(a.p[i]) < (unsigned char)to_lower(b.p[i])
			               ? -1
			               : 1;
	return (a.n > b.n) - (a.n < b.n);
}

bool genericver_valid(str v)
{
	v = trimmed(v);
	for (size_t i = 0; i < v.n; i++)
		if (!is_digit(v.p[i]) && !is_alpha(v.p[i]) && !is_separator(v.p[i]))
			return false;
	return v.n && is_digit(v.p[0]);
}

int genericver_compare(str a, str b)
{
	bool valid_a = genericver_valid(a), valid_b = genericver_valid(b);
	if (!valid_a || !valid_b)
		return valid_a != valid_b ? (valid_a ? 1 : -1) : sign(str_cmp(a, b));
	str x = trimmed(a), y = trimmed(b);
	while (x.n || y.n) {
		struct piece p = next(&x), q = next(&y);
		int c = p.rank != q.rank   ? (p.rank < q.rank ? -1 : 1)
		        : p.rank == NUMBER ? digits_compare(p.text, q.text)
		        : p.rank == WORD   ? compare_words(p.text, q.text)
		                           : 0;
		if (c)
			return c;
	}
	return 0;
}
