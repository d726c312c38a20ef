/* version/composerver.c — Composer's VersionParser::normalize
 * (getcomposer.org/doc/articles/versions.md) read in one pass, and PHP's version_compare over the
 * result. Strings of some ten bytes. */
#include "version/composerver.h"
#include "base/attr.h"
#include "version/digits.h"

enum { NUMBERS = 4, FIRST_DIGITS = 5, DATE_PAIRS = 6, DATE_TAILS = 2 };

/* version_compare's words; a number, or nothing, ranks between RC and patch */
enum rank { ODD, DEV, ALPHA, BETA, RC, NUMBER, PATCH, NONE };

struct normal {
	str number[NUMBERS]; /* of a version or a branch; empty ones are 0 */
	str date;            /* instead of them */
	enum rank stability;
	str tail; /* numbers behind it */
	bool dev, valid;
};

static bool take_word(str *v, str word)
{
	if (v->n < word.n || !str_eq_nocase(str_upto(*v, word.n), word))
		return false;
	*v = str_from(*v, word.n);
	return true;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool at_separator(str v, const char *set)
{
	return v.n && is_one_of(v.p[0], set);
}

/* "[.-]?dev" up to the end */
static bool take_dev(str *v)
{
	str rest = at_separator(*v, ".-") ? str_from(*v, 1) : *v;
	if (!str_eq_nocase(rest, STR("dev")))
		return false;
	*v = str_from(rest, rest.n);
	return true;
}

/* "beta", ".2", "-1" … */
static str take_tail(str *v)
{
	str all = *v;
	for (;;) {
		str rest = at_separator(*v, ".-") ? str_from(*v, 1) : *v;
		if (!digits_take(&rest).n)
			return str_upto(all, all.n - v->n);
		*v = rest;
	}
}

/* Behind the numbers: a stability with numbers of its own, then dev. True when all of it is that.
 */
static bool take_modifier(str v, struct normal *out)
{
	static const struct {
		str word;
		enum rank rank;
	} words[] = {
		/* longer ones before their heads */
		{ STR_INIT("stable"), ODD },  { STR_INIT("beta"), BETA },
		{ STR_INIT("b"), BETA },      { STR_INIT("RC"), RC },
		{ STR_INIT("alpha"), ALPHA }, { STR_INIT("a"), ALPHA },
		{ STR_INIT("patch"), PATCH }, { STR_INIT("pl"), PATCH },
		{ STR_INIT("p"), PATCH },
	};
	out->stability = NONE;
	if (take_dev(&v)) /* its separator may be the modifier's */
		return out->dev = true;
	if (at_separator(v, "._-"))
		v = str_from(v, 1);
	str from = v;
	for (size_t i = 0; i < LEN(words) && out->stability == NONE; i++)
		if (take_word(&v, words[i].word)) {
			out->stability = words[i].rank;
			out->tail = take_tail(&v);
		}
	out->dev = take_dev(&v);
	if (str_starts(
	            from,
	            STR("stable"))) { /* in small letters it says nothing, nor does what follows */
		out->stability = NONE;
		out->tail = (str){ 0 };
		out->dev = false;
	}
	return !v.n;
}

static bool take_classic(str v, struct normal *out)
{
	size_t n = 0;
	for (;;) {
		str rest = n ? str_from(v, 1) : v, run = digits_take(&rest);
		if (!run.n || (n && v.p[0] != '.'))
			break;
		out->number[n++] = run;
		v = rest;
		if (n == NUMBERS || !v.n)
			break;
	}
	return n && out->number[0].n <= FIRST_DIGITS && take_modifier(v, out);
}

/* Pairs of digits, then up to two runs of up to three */
static bool is_date_rest(str v, size_t pairs, size_t tails)
{
	if (!v.n)
		return pairs > 0;
	str bare = is_one_of(v.p[0], ".:-") ? str_from(v, 1) : v;
	size_t n = 0;
	while (n < bare.n && n < 3 && is_digit(bare.p[n]))
		n++;
	if (!tails && n >= 2 && pairs < DATE_PAIRS && is_date_rest(str_from(bare, 2), pairs + 1, 0))
		return true;
	for (size_t k = 1; pairs && tails < DATE_TAILS && k <= n; k++)
		if (is_date_rest(str_from(bare, k), pairs, tails + 1))
			return true;
	return false;
}

static bool take_date(str v, struct normal *out)
{
	size_t n = 0;
	while (n < v.n && (is_digit(v.p[n]) || is_one_of(v.p[n], ".:-")))
		n++;
	while (n && !is_digit(v.p[n - 1]))
		n--;
	str date = str_upto(v, n);
	if (n < 6 || !str_all(str_upto(date, 4), is_digit) ||
	    !is_date_rest(str_from(date, 4), 0, 0))
		return false;
	*out = (struct normal){ .date = date };
	return take_modifier(str_from(v, n), out);
}

/* "1.x-dev", "2.1.*dev" */
static bool take_branch(str v, struct normal *out)
{
	static const str any = STR_INIT("9999999");
	*out = (struct normal){ .stability = NONE, .dev = true };
	if (v.n < 3 || !str_eq_nocase(str_from(v, v.n - 3), STR("dev")))
		return false;
	v = str_upto(v, v.n - 3);
	if (v.n && is_one_of(v.p[v.n - 1], ".-"))
		v.n--;
	v = str_trim(v);
	for (size_t i = 0; i < NUMBERS; i++) {
		out->number[i] = any;
		if (!v.n && i)
			continue;
		if (i && v.p[0] != '.')
			return false;
		v = str_from(v, i ? 1 : 0);
		str run = digits_take(&v);
		if (run.n)
			out->number[i] = run;
		else if (i && v.n && is_one_of(v.p[0], "xX*"))
			v = str_from(v, 1);
		else
			return false;
	}
	return !v.n;
}

static str without_flag(str v)
{
	static const str flags[] = { STR_INIT("@stable"), STR_INIT("@RC"), STR_INIT("@beta"),
		                     STR_INIT("@alpha"), STR_INIT("@dev") };
	for (size_t i = 0; i < LEN(flags); i++)
		if (v.n > flags[i].n && str_eq_nocase(str_from(v, v.n - flags[i].n), flags[i]))
			return str_upto(v, v.n - flags[i].n);
	return v;
}

static struct normal normalize(str v)
{
	struct normal out = { 0 };
	v = without_flag(str_trim(v));
	if (v.n >= 4 && str_eq_nocase(str_upto(v, 4), STR("dev-")))
		return out;
	size_t plus = str_chr(v, '+');
	if (plus && plus + 1 < v.n && str_chr(v, ' ') == v.n && str_chr(v, ',') > plus)
		v = str_upto(v, plus);
	if (v.n && to_lower(v.p[0]) == 'v')
		v = str_from(v, 1);
	out.valid = take_classic(v, &out) || take_date(v, &out) || take_branch(v, &out);
	return out;
}

struct token {
	enum rank rank; /* NONE: the end */
	str number;
};

/* The normalised version piece by piece: numbers, stability, its numbers, dev */
struct tokens {
	struct normal *of;
	size_t at;
	str rest; /* of a list of numbers */
};

static bool take_number(str *list, str *number)
{
	while (list->n && !is_digit(list->p[0]))
		*list = str_from(*list, 1);
	*number = digits_take(list);
	return number->n;
}

static struct token next(struct tokens *t)
{
	struct normal *v = t->of;
	struct token k = { .rank = NUMBER };
	if (v->date.n) {
		t->at = NUMBERS;
		if (take_number(&v->date, &k.number))
			return k;
	}
	if (t->at < NUMBERS) {
		k.number = v->number[t->at++];
		return k;
	}
	if (t->at == NUMBERS) {
		t->at++;
		if (v->stability != NONE)
			return (struct token){ .rank = v->stability };
	}
	if (take_number(&v->tail, &k.number))
		return k;
	k.rank = v->dev ? DEV : NONE;
	v->dev = false;
	return k;
}

/* Where one is at its end, the other's number is more, its word more or less than a number. */
static int compare_tokens(const struct token *a, const struct token *b)
{
	enum rank x = a->rank == NONE ? NUMBER : a->rank, y = b->rank == NONE ? NUMBER : b->rank;
	if (x != y)
		return x < y ? -1 : 1;
	if (a->rank == NONE || b->rank == NONE)
		return (a->rank != NONE) - (b->rank != NONE);
	return x == NUMBER ? digits_compare(a->number, b->number) : 0;
}

int composerver_compare(str a, str b)
{
	struct normal x = normalize(a), y = normalize(b);
	struct tokens from = { .of = &x }, to = { .of = &y };
	struct token p, q;
	int c;
	if (!x.valid || !y.valid)
		return x.valid != y.valid ? (x.valid ? 1 : -1) : sign(str_cmp(a, b));
	do {
		p = next(&from);
		q = next(&to);
		c = compare_tokens(&p, &q);
	} while (!c && (p.rank != NONE || q.rank != NONE));
	return c;
}

bool composerver_valid(str v)
{
	return normalize(v).valid;
}
