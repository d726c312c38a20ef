/* version/apkver.c — the order of Alpine versions, apk-package(5) and the behaviour of `apk version
 * -t`: tokens are compared one by one; where the kinds differ, a pre-release suffix makes its side
 * older, else the kind that comes first in the grammar is newer. Strings of some twenty bytes. */
#include "version/apkver.h"
#include "base/attr.h"
#include "version/digits.h"

enum kind { /* in the order of the grammar: a later kind is less */
	FIRST_NUMBER,
	NUMBER,
	LETTER,
	SUFFIX,
	SUFFIX_NUMBER,
	HASH,
	REVISION,
	END,
	INVALID
};

struct token {
	enum kind kind;
	int suffix; /* below 0 for a pre-release */
	str text;
};

static bool parse_suffix(str word, int *out)
{
	static const struct {
		str word;
		int order;
	} suffixes[] = {
		{ STR_INIT("alpha"), -4 }, { STR_INIT("beta"), -3 }, { STR_INIT("pre"), -2 },
		{ STR_INIT("rc"), -1 },    { STR_INIT("cvs"), 1 },   { STR_INIT("svn"), 2 },
		{ STR_INIT("git"), 3 },    { STR_INIT("hg"), 4 },    { STR_INIT("p"), 5 },
	};
	for (size_t i = 0; i < LEN(suffixes); i++)
		if (str_eq(word, suffixes[i].word)) {
			*out = suffixes[i].order;
			return true;
		}
	return false;
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static str take_while(str *s, bool (*is)(char))
{
	size_t n = 0;
	while (n < s->n && is(s->p[n]))
		n++;
	str run = str_upto(*s, n);
	*s = str_from(*s, n);
	return run;
}

static struct token number(enum kind kind, str *rest)
{
	str text = digits_take(rest);
	return (struct token){ text.n ? kind : INVALID, 0, text };
}

static struct token next(enum kind before, str *rest)
{
	struct token t = { INVALID, 0, { 0 } };
	if (!rest->n)
		return (struct token){ END, 0, { 0 } };
	char c = rest->p[0];
	if (is_digit(c))
		return before <= LETTER ? number(NUMBER, rest) :
		       before == SUFFIX ? number(SUFFIX_NUMBER, rest) :
					  t;
	str one = str_upto(*rest, 1);
	if (is_lower(c)) {
		*rest = str_from(*rest, 1);
		return before <= NUMBER ? (struct token){ LETTER, 0, one } : t;
	}
	if (c == '-') {
		if (before >= REVISION || !str_starts(*rest, STR("-r")))
			return t;
		*rest = str_from(*rest, 2);
		return number(REVISION, rest);
	}
	*rest = str_from(*rest, 1);
	if (c == '.' && before <= NUMBER)
		return number(NUMBER, rest);
	if (c == '_' && before <= SUFFIX_NUMBER) {
		t.text = take_while(rest, is_lower);
		if (parse_suffix(t.text, &t.suffix))
			t.kind = SUFFIX;
	} else if (c == '~' && before < HASH) {
		t.text = take_while(rest, is_hex);
		t.kind = t.text.n ? HASH : INVALID;
	}
	return t;
}

static int compare_tokens(const struct token *a, const struct token *b)
{
	switch (a->kind) {
	case NUMBER: /* with a leading zero as a fraction: 1.05 < 1.5 */
		if (a->text.p[0] == '0' || b->text.p[0] == '0')
			return sign(str_cmp(a->text, b->text));
		return digits_compare(a->text, b->text);
	case FIRST_NUMBER:
	case SUFFIX_NUMBER:
	case REVISION:
		return digits_compare(a->text, b->text);
	case SUFFIX:
		return sign(a->suffix - b->suffix);
	default:
		return sign(str_cmp(a->text, b->text));
	}
}

int apkver_compare(str a, str b)
{
	struct token x = number(FIRST_NUMBER, &a), y = number(FIRST_NUMBER, &b);
	while (x.kind == y.kind && x.kind < END) {
		int c = compare_tokens(&x, &y);
		if (c)
			return c;
		x = next(x.kind, &a);
		y = next(y.kind, &b);
	}
	if (x.kind == y.kind)
		return 0;
	if (x.kind == SUFFIX && x.suffix < 0)
		return -1;
	if (y.kind == SUFFIX && y.suffix < 0)
		return 1;
	return x.kind > y.kind ? -1 : 1;
}

bool apkver_valid(str v)
{
	struct token t = number(FIRST_NUMBER, &v);
	while (t.kind < END)
		t = next(t.kind, &v);
	return t.kind == END;
}
