/* report/license.c — see the header. Input is a field of a package's record, any bytes; anything
 * longer than LONGEST is a name. */
#include "report/license.h"
#include "base/attr.h"

struct license_row {
	const char *key;  /* folded, see below */
	const char *spdx; /* an id, or a short expression */
};

#include <report/license_rows.inc> /* made by tools/license-table: rows by key, words with NULL behind */

enum { LONGEST = 4096, KEY_BYTES = 160, PHRASE_BYTES = 160, DEPTH_MAX = 32 };

static const char *look_up(const char *const *words, str word)
{
	for (; *words; words++)
		if (str_eq_nocase(word, str_c(*words)))
			return *words;
	return NULL;
}

/* --- a name, folded: "GNU General Public License v2 or later" and "general public 2+" are one ---
 */

struct folding {
	char key[KEY_BYTES];
	size_t n;
	bool over;
};

static bool is_dropped(str word)
{
	static const char *const words[] = { "the",      "license",  "licence", "licenses",
		                             "licensed", "under",    "version", "gnu",
		                             "v",        "software", NULL };
	return look_up(words, word) != NULL;
}

static void fold_word(struct folding *f, str word)
{
	bool plus = word.n && word.p[word.n - 1] == '+';

	while (word.n && word.p[word.n - 1] == '+')
		word.n--;
	if (word.n && word.p[0] >= '0' && word.p[0] <= '9')
		while (str_ends(word, STR(".0")))
			word.n -= 2;
	if ((!word.n && !plus) || (!plus && is_dropped(word)))
		return;
	if (f->n + word.n + 2 > sizeof f->key) {
		f->over = true;
		return;
	}
	if (f->n)
		f->key[f->n++] = ' ';
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];
		f->key[f->n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	if (plus)
		f->key[f->n++] = '+';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "GPLv2+" is two words, "v2" is 2 */
static void fold_piece(struct folding *f, str piece)
{
	size_t v = 0;

	while (piece.n && piece.p[piece.n - 1] == '.')
		piece.n--;
	while (v < piece.n && is_letter(piece.p[v]))
		v++;
	if (v && v < piece.n && (piece.p[v - 1] | 0x20) == 'v' && piece.p[v] >= '0' &&
	    piece.p[v] <= '9') {
		fold_word(f, str_upto(piece, v - 1));
		piece = str_from(piece, v);
	}
	fold_word(f, piece);
}

static bool is_between(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '-' || c == '_' || c == ',' || c == '"' ||
	       c == '\'' || c == '(' || c == ')' || c == '/' || c == ':' || c == ';';
}

static void fold(struct folding *f, str text)
{
	static const str tails[] = { STR_INIT(" or any later"), STR_INIT(" or later"),
		                     STR_INIT(" or newer"), STR_INIT(" and later"),
		                     STR_INIT(" or above") };
	size_t from = 0;

	for (size_t i = 0; i <= text.n; i++)
		if (i == text.n || is_between(text.p[i])) {
			fold_piece(f, str_upto(str_from(text, from), i - from));
			from = i + 1;
		}
	for (size_t i = 0; i < LEN(tails); i++)
		if (str_ends(str_mem(f->key, f->n), tails[i])) {
			f->n -= tails[i].n;
			f->key[f->n++] = '+';
		}
}

static const char *find_row(str key)
{
	size_t low = 0, high = LEN(license_rows);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = str_cmp(str_c(license_rows[middle].key), key);
		if (!c)
			return license_rows[middle].spdx;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* "LicenseRef-" and an idstring */
static bool is_reference(str s)
{
	str rest = str_from(s, strlen("LicenseRef-"));

	for (size_t i = 0; i < rest.n; i++)
		if (!is_letter(rest.p[i]) && (rest.p[i] < '0' || rest.p[i] > '9') &&
		    rest.p[i] != '-' && rest.p[i] != '.')
			return false;
	return rest.n && str_starts(s, STR("LicenseRef-"));
}

/* SPDX's words for one licence, into `out`; false when nobody knows it. */
static bool name_license(str text, struct buf *out)
{
	bool plus = text.n > 1 && text.p[text.n - 1] == '+';
	const char *id = look_up(license_ids, str_upto(text, text.n - plus));
	struct folding f = { .n = 0 };

	if (!text.n || text.n > PHRASE_BYTES)
		return false;
	if (!id && !is_reference(text)) {
		plus = false;
		fold(&f, text);
		id = f.over ? NULL : find_row(str_mem(f.key, f.n));
		if (!id)
			return false;
	}
	buf_add(out, id ? str_c(id) : text);
	if (plus && id)
		buf_addc(out, '+');
	return true;
}

/* --- words with AND, OR, WITH, commas and parentheses between them --- */

struct reading {
	str rest;
	struct buf *out;
	unsigned open, words; /* parentheses open; tokens that are not ids alone count as words */
	unsigned known;
	bool lenient;
	size_t last; /* of `out`, where the last licence begins */
	str source;  /* from the last licence on */
};

static str next_token(str *rest)
{
	str s = str_trim(*rest), token;
	size_t n = 0;

	if (s.n && (s.p[0] == '(' || s.p[0] == ')' || s.p[0] == ',')) {
		n = 1;
	} else {
		while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t' && s.p[n] != '\n' &&
		       s.p[n] != '(' && s.p[n] != ')' && s.p[n] != ',')
			n++;
	}
	token = str_upto(s, n);
	*rest = str_from(s, n);
	return token;
}

static str peek(str rest)
{
	return next_token(&rest);
}

/* "or later" is no choice, nor is the comma of "License, Version 2" one */
static const char *operator_at(str rest)
{
	str token = next_token(&rest), then = peek(rest);

	if (str_eq_nocase(token, STR("AND")))
		return "AND";
	if (str_eq_nocase(token, STR("WITH")))
		return "WITH";
	if (str_eq(token, STR(",")))
		return str_starts(then, STR("v")) || str_starts(then, STR("V")) ? NULL : ",";
	if (!str_eq_nocase(token, STR("OR")))
		return NULL;
	return str_eq_nocase(then, STR("later")) || str_eq_nocase(then, STR("newer")) ||
	                       str_eq_nocase(then, STR("any"))
	               ? NULL
	               : "OR";
}

/* All up to the next operator or parenthesis */
static str take_phrase(struct reading *r)
{
	str from = str_trim(r->rest), rest = from;
	size_t n = 0;

	while (rest.n && !operator_at(rest)) {
		str before = rest, token = next_token(&rest);
		if (str_eq(token, STR("(")) || str_eq(token, STR(")"))) {
			rest = before;
			break;
		}
		n = (size_t)(rest.p - from.p);
		rest = str_trim(rest);
	}
	r->rest = str_from(from, n);
	return str_trim(str_upto(from, n));
}

static void put(struct reading *r, const char *word)
{
	bool first = !r->out->n || r->out->p[r->out->n - 1] == '(';

	if (!first)
		buf_addc(r->out, ' ');
	buf_add(r->out, str_c(word));
}

static void put_reference(struct reading *r, str phrase)
{
	bool dash = false;

	put(r, "LicenseRef-");
	for (size_t i = 0; i < phrase.n; i++) {
		char c = phrase.p[i];
		bool plain = is_letter(c) || (c >= '0' && c <= '9') || c == '.';
		if (plain)
			buf_addc(r->out, c);
		else if (!dash)
			buf_addc(r->out, '-');
		dash = !plain;
	}
}

static bool take_license(struct reading *r)
{
	struct buf name cleanup(buf_done) = BUF(KIB(4));
	str phrase;

	r->last = r->out->n;
	r->source = r->rest;
	phrase = take_phrase(r);
	if (!phrase.n || phrase.n > PHRASE_BYTES)
		return false;
	r->words++;
	if (name_license(phrase, &name)) {
		bool both = str_find(buf_view(&name), STR(" OR ")) < name.n;
		r->known++;
		buf_addc(&name, 0);
		put(r, both ? "(" : name.p);
		if (both)
			put(r, name.p);
		if (both)
			buf_addc(r->out, ')');
		return true;
	}
	if (r->lenient)
		put_reference(r, phrase);
	return r->lenient;
}

static bool take_exception(struct reading *r)
{
	str phrase = take_phrase(r);
	const char *exception = look_up(license_exceptions, phrase);

	r->words += 2;
	if (exception) {
		put(r, "WITH");
		put(r, exception);
	} else if (r->lenient && phrase.n) { /* a licence of its own: more is allowed */
		r->out->n = r->last;
		put_reference(r, str_trim(str_upto(r->source, r->source.n - r->rest.n)));
	}
	return exception || (r->lenient && phrase.n);
}

/* What may stand behind a licence; *more: another one has to follow. */
static bool take_rest(struct reading *r, bool after_close, bool *more)
{
	const char *word = operator_at(r->rest);

	next_token(&r->rest);
	*more = word != NULL;
	if (!word)
		return false;
	r->words++;
	if (!strcmp(word, "WITH")) {
		*more = false;
		return !after_close && take_exception(r);
	}
	if (!strcmp(word, ",")) {
		const char *next = operator_at(r->rest);
		if (next && strcmp(next, "WITH") != 0 && strcmp(next, ",") != 0)
			return take_rest(r, after_close, more);
		word = "OR";
	}
	put(r, word);
	return true;
}

static bool read_all(struct reading *r)
{
	bool more = true, closed = false;

	while (r->rest.n) {
		str token = peek(r->rest);
		bool open = str_eq(token, STR("(")), close = str_eq(token, STR(")"));
		if ((open && !more) || (close && (more || !r->open)) || r->open > DEPTH_MAX)
			return false;
		if (open || close) {
			next_token(&r->rest);
			r->open += open;
			r->open -= close;
			r->words++;
			closed = close;
			if (open)
				put(r, "(");
			else
				buf_addc(r->out, ')');
		} else if (more) {
			if (!take_license(r))
				return false;
			more = closed = false;
		} else {
			if (!take_rest(r, closed, &more))
				return false;
			closed = !more;
		}
		r->rest = str_trim(r->rest);
	}
	return !more && !r->open && !r->out->failed;
}

static bool is_balanced(str s)
{
	size_t open = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ')' && !open)
			return false;
		open += s.p[i] == '(';
		open -= s.p[i] == ')';
	}
	return !open;
}

static enum license_kind read_as(str text, bool lenient, struct buf *out, unsigned *known)
{
	struct reading r = { .rest = str_trim(text), .out = out, .lenient = lenient };

	buf_clear(out);
	*known = 0;
	if (!r.rest.n || r.rest.n > LONGEST)
		return LICENSE_NAME;
	if (is_balanced(r.rest) && name_license(r.rest, out)) {
		*known = 1;
		return str_chr(buf_view(out), ' ') < out->n ? LICENSE_EXPRESSION : LICENSE_ID;
	}
	if (!read_all(&r))
		return LICENSE_NAME;
	*known = r.known;
	return r.words == 1 ? LICENSE_ID : LICENSE_EXPRESSION;
}

enum license_kind license_read(str text, struct buf *out)
{
	unsigned known;
	return read_as(text, false, out, &known);
}

bool license_expression(str text, struct buf *out)
{
	unsigned known;
	return read_as(text, true, out, &known) != LICENSE_NAME && known;
}
