/* version/mavenver.c — the order of Maven versions. A version is a list of numbers and qualifiers in
 * which each hyphen and each turn from digits to letters and back opens an inner list; trailing
 * pieces that mean nothing (0, "", ga, final, release) are dropped from every list. As only the last piece
 * of a list can be a list, the whole is kept flat: pieces in order, each with its depth. */
#include "version/mavenver.h"
#include "base/attr.h"
#include "version/digits.h"

#define PIECES_MAX 128

enum qualifier { /* in their order; a release has none */
	ALPHA,
	BETA,
	MILESTONE,
	RC,
	SNAPSHOT,
	RELEASE,
	SP,
	OTHER
};

struct piece {
	str text;
	unsigned depth;
	bool number;
	enum qualifier qualifier;
};

struct pieces {
	struct piece v[PIECES_MAX];
	unsigned n, depth;
	bool depth_used; /* the current list has a piece already */
};

static enum qualifier parse_qualifier(str text, bool before_digit)
{
	static const struct {
		str word;
		enum qualifier qualifier;
	} words[] = {
		{ STR_INIT("alpha"), ALPHA },       { STR_INIT("beta"), BETA },
		{ STR_INIT("milestone"), MILESTONE }, { STR_INIT("rc"), RC },
		{ STR_INIT("cr"), RC },             { STR_INIT("snapshot"), SNAPSHOT },
		{ STR_INIT(""), RELEASE },          { STR_INIT("ga"), RELEASE },
		{ STR_INIT("final"), RELEASE },     { STR_INIT("release"), RELEASE },
		{ STR_INIT("sp"), SP },
	};
	if (before_digit && text.n == 1)
		switch (to_lower(text.p[0])) {
		case 'a':
			return ALPHA;
		case 'b':
			return BETA;
		case 'm':
			return MILESTONE;
		default:
			break;
		}
	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq_nocase(text, words[i].word))
			return words[i].qualifier;
	return OTHER;
}

static void add(struct pieces *p, str text, bool number, bool before_digit)
{
	struct piece *at = &p->v[p->n++];
	while (number && text.n > 1 && text.p[0] == '0')
		text = str_from(text, 1);
	*at = (struct piece){ .text = text, .depth = p->depth, .number = number };
	if (!number)
		at->qualifier = parse_qualifier(text, before_digit);
	p->depth_used = true;
}

static void open_list(struct pieces *p)
{
	p->depth++;
	p->depth_used = false;
}

static bool is_nothing(const struct piece *p)
{
	return p->number ? !digits_compare(p->text, STR("0")) : p->qualifier == RELEASE;
}

/* Drop what means nothing from the end of every list. */
static void normalise(struct pieces *p)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < p->n;) {
		unsigned end = i, last = i;
		for (; end < p->n && p->v[end].depth == p->v[i].depth; end++)
			if (!is_nothing(&p->v[end]))
				last = end + 1;
		for (unsigned from = i; from < last; from++)
			p->v[kept++] = p->v[from];
		i = end;
	}
	p->n = kept;
}

/* The last piece, from `start` to the end. */
static void add_rest(struct pieces *p, str v, size_t start, bool digit)
{
	if (start >= v.n)
		return;
	if (!digit && p->depth_used)
		open_list(p); /* 1.0.X is 1.0-X */
	add(p, str_from(v, start), digit, false);
}

static void parse(str v, struct pieces *p)
{
	bool digit = false;
	size_t start = 0;
	p->n = p->depth = 0;
	p->depth_used = false;
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if (p->n == PIECES_MAX - 1) {
			digit = false;
			break;
		}
		if (c == '.' || c == '-') {
			str text = str_upto(str_from(v, start), i - start);
			add(p, text.n ? text : STR("0"), !text.n || digit, false);
			start = i + 1;
			if (c == '-')
				open_list(p);
		} else if (is_digit(c)) {
			if (!digit && i > start) {
				if (p->depth_used)
					open_list(p);
				add(p, str_upto(str_from(v, start), i - start), false, true);
				start = i;
				open_list(p);
			}
			digit = true;
		} else {
			if (digit && i > start) {
				add(p, str_upto(str_from(v, start), i - start), true, false);
				start = i;
				open_list(p);
			}
			digit = false;
		}
	}
	add_rest(p, v, start, digit);
	normalise(p);
}

static int compare_to_nothing(const struct piece *p)
{
	if (p->number)
		return !is_nothing(p);
	return sign((int)p->qualifier - RELEASE);
}

static int compare_pieces(const struct piece *a, const struct piece *b)
{
	if (a->number != b->number)
		return a->number ? 1 : -1;
	if (a->number)
		return digits_compare(a->text, b->text);
	if (a->qualifier != b->qualifier)
		return a->qualifier < b->qualifier ? -1 : 1;
	return a->qualifier == OTHER ? sign(str_casecmp(a->text, b->text)) : 0;
}

/* An inner list against nothing: its first piece that says anything. */
static int compare_rest(const struct pieces *p, unsigned from)
{
	int c = 0;
	for (; !c && from < p->n; from++)
		c = compare_to_nothing(&p->v[from]);
	return c;
}

/* What stands at place `at` of the list of this depth. */
enum what { NOTHING, LIST, PIECE };

static enum what look(const struct pieces *p, unsigned at, unsigned depth)
{
	if (at >= p->n)
		return NOTHING;
	return p->v[at].depth == depth ? PIECE : LIST;
}

static int compare_parsed(const struct pieces *a, const struct pieces *b)
{
	unsigned i = 0, j = 0, depth = 0;
	for (;;) {
		enum what x = look(a, i, depth), y = look(b, j, depth);
		int c = 0;
		if (x == PIECE && y == PIECE)
			c = compare_pieces(&a->v[i++], &b->v[j++]);
		else if (x == LIST && y == LIST)
			depth++;
		else if (x == LIST) /* 1-1 < 1.0.1, but 1-1 > 1-sp */
			return y == PIECE ? (b->v[j].number ? -1 : 1) : compare_rest(a, i);
		else if (y == LIST)
			return x == PIECE ? (a->v[i].number ? 1 : -1) : -compare_rest(b, j);
		else if (x == PIECE)
			c = compare_to_nothing(&a->v[i++]);
		else if (y == PIECE)
			c = -compare_to_nothing(&b->v[j++]);
		else
			return 0;
		if (c)
			return c;
	}
}

int mavenver_compare(str a, str b)
{
	struct pieces x, y;
	parse(a, &x);
	parse(b, &y);
	return compare_parsed(&x, &y);
}

static bool is_plain(char c)
{
	return c > ' ' && c != '$' && c != '{' && c != '}' && c != 0x7f;
}

bool mavenver_valid(str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!is_plain(v.p[i]) && (unsigned char)v.p[i] < 0x80)
			return false;
	return v.n > 0;
}
