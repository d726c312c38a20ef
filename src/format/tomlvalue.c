#include "format/tomlvalue.h"
#include "base/buf.h"
#include "base/text.h"
#include <ctype.h>
#include <math.h>

enum { NUMBER_BYTES = 256, RUNE_MAX = 0x10ffff };

static const char date_form[] = "dddd-dd-dd", time_form[] = "dd:dd:dd";

int tomlvalue_wrong(const struct toml_text *t, const char *why)
{
	return error_set(t->e, ERR_FORMAT, "%s: byte %zu: %s", t->name, t->at, why);
}

bool tomlvalue_is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static char peek(const struct toml_text *t, size_t ahead)
{
	return t->at + ahead < t->all.n ? t->all.p[t->at + ahead] : 0;
}

static bool is_break(const struct toml_text *t)
{
	return peek(t, 0) == '\n' || (peek(t, 0) == '\r' && peek(t, 1) == '\n');
}

static int add_rune(struct toml_text *t, unsigned digits, struct buf *into)
{
	uint32_t rune = 0;
	char bytes[TEXT_RUNE_BYTES];

	for (unsigned i = 0; i < digits; i++, t->at++) {
		char c = peek(t, 0);
		if (!isxdigit((unsigned char)c))
			return tomlvalue_wrong(t, "an escape with too few digits");
		rune = rune << 4 | (uint32_t)(c <= '9' ? c - '0' : ((c | 0x20) - 'a' + 10));
	}
	if (rune > RUNE_MAX || (rune >= 0xd800 && rune < 0xe000))
		return tomlvalue_wrong(t, "an escape that is no character");
	buf_add(into, str_mem(bytes, text_encode(rune, bytes)));
	return 0;
}

/* A backslash at a line's end takes all white space and breaks behind it away. */
static bool skip_folded(struct toml_text *t)
{
	struct toml_text ahead = *t;

	while (peek(&ahead, 0) == ' ' || peek(&ahead, 0) == '\t')
		ahead.at++;
	if (!is_break(&ahead))
		return false;
	while (peek(&ahead, 0) == ' ' || peek(&ahead, 0) == '\t' || is_break(&ahead))
		ahead.at += peek(&ahead, 0) == '\r' ? 2 : 1;
	t->at = ahead.at;
	return true;
}

static int take_escape(struct toml_text *t, bool lines, struct buf *into)
{
	static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
	char c;
	const char *known;

	t->at++;
	if (lines && skip_folded(t))
		return 0;
	c = peek(t, 0);
	known = c ? strchr(names, c) : NULL;
	if (!known && c != 'u' && c != 'U')
		return tomlvalue_wrong(t, "an unknown escape");
	t->at++;
	if (!known)
		return add_rune(t, c == 'u' ? 4 : 8, into);
	buf_addc(into, values[known - names]);
	return 0;
}

/* At a quote inside of a string of many lines: does it end here? Up to two more quotes than the
 * three that end it belong to it. */
static bool ends_lines(struct toml_text *t, char quote, size_t *length)
{
	size_t n = 0;

	while (n < 5 && peek(t, n) == quote)
		n++;
	*length = n < 3 ? 0 : n - 3;
	return n >= 3;
}

static bool may_stand(const struct toml_text *t, bool lines)
{
	unsigned char c = (unsigned char)peek(t, 0);

	return (c >= 0x20 && c != 0x7f) || c == '\t' || (lines && is_break(t));
}

/* What stands in a string without escapes is a view; the first escape starts a copy. */
struct piece {
	struct toml_text *t;
	size_t start; /* of what is not copied yet */
	struct buf copy;
	bool copied;
};

static void keep(struct piece *p)
{
	buf_add(&p->copy, str_mem(p->t->all.p + p->start, p->t->at - p->start));
	p->copied = true;
}

static int take_body(struct piece *p, char quote, bool lines, size_t *quotes)
{
	struct toml_text *t = p->t;

	for (;;) {
		if (t->at >= t->all.n)
			return tomlvalue_wrong(t, "a string without an end");
		if (peek(t, 0) == quote && (!lines || ends_lines(t, quote, quotes)))
			return 0;
		if (peek(t, 0) == '\\' && quote == '"') {
			keep(p);
			int r = take_escape(t, lines, &p->copy);
			if (r < 0)
				return r;
			p->start = t->at;
		} else if (may_stand(t, lines)) {
			t->at++;
		} else {
			return tomlvalue_wrong(t, "a control character in a string");
		}
	}
}

int tomlvalue_string(struct toml_text *t, bool lines, str *out)
{
	char quote = peek(t, 0);
	size_t inner = 0;
	struct piece p = { .t = t, .copy = BUF(t->all.n + 1) };
	int r;

	lines = lines && peek(t, 1) == quote && peek(t, 2) == quote;
	t->at += lines ? 3 : 1;
	if (lines && is_break(t))
		t->at += peek(t, 0) == '\r' ? 2 : 1;
	p.start = t->at;
	r = take_body(&p, quote, lines, &inner);
	t->at += r < 0 ? 0 : inner;
	if (r >= 0 && p.copied) {
		keep(&p);
		*out = arena_str(t->arena, buf_view(&p.copy));
		if (p.copy.failed)
			r = error_set(t->e, ERR_LIMIT, "%s: no memory for a string", t->name);
	} else if (r >= 0) {
		*out = str_mem(t->all.p + p.start, t->at - p.start);
	}
	t->at += r < 0 ? 0 : lines ? 3 : 1;
	buf_done(&p.copy);
	return r;
}

/* "dd" in a form stands for two digits, anything else for itself */
static bool fits(str s, const char *form)
{
	if (s.n < strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)s.p[i]) : s.p[i] != form[i])
			return false;
	return true;
}

static unsigned two(str s, size_t at)
{
	return (unsigned)(s.p[at] - '0') * 10 + (unsigned)(s.p[at + 1] - '0');
}

static bool is_date(str s)
{
	static const unsigned days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned year, month, day;

	if (!fits(s, date_form))
		return false;
	year = two(s, 0) * 100 + two(s, 2);
	month = two(s, 5);
	day = two(s, 8);
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* The bytes of "hh:mm:ss" and its fraction; 0 when it is none. A leap second is one. */
static size_t time_bytes(str s)
{
	size_t n = sizeof time_form - 1;

	if (!fits(s, time_form) || two(s, 0) > 23 || two(s, 3) > 59 || two(s, 6) > 60)
		return 0;
	if (s.n == n || s.p[n] != '.')
		return n;
	size_t digits = n + 1;
	while (digits < s.n && isdigit((unsigned char)s.p[digits]))
		digits++;
	return digits == n + 1 ? 0 : digits;
}

static bool is_offset(str s)
{
	if (s.n == 1)
		return (s.p[0] | 0x20) == 'z';
	return s.n == 6 && (fits(s, "+dd:dd") || fits(s, "-dd:dd")) && two(s, 1) < 24 &&
	       two(s, 4) < 60;
}

static bool take_date(str s, struct toml *out)
{
	size_t n;
	str rest;

	if (fits(s, "dd:")) {
		out->type = TOML_TIME;
		return time_bytes(s) == s.n;
	}
	if (!is_date(s))
		return false;
	rest = str_from(s, sizeof date_form - 1);
	out->type = TOML_DATE;
	if (!rest.n)
		return true;
	if ((rest.p[0] | 0x20) != 't' && rest.p[0] != ' ')
		return false;
	rest = str_from(rest, 1);
	n = time_bytes(rest);
	out->type = n == rest.n ? TOML_LOCAL_DATETIME : TOML_DATETIME;
	return n && (n == rest.n || is_offset(str_from(rest, n)));
}

/* The digits without the underscores, each of which must stand between two digits */
static bool without_underscores(str s, bool (*is_digit)(char), char out[NUMBER_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '_') {
			if (n + 1 >= NUMBER_BYTES)
				return false;
			out[n++] = s.p[i];
		} else if (!i || i + 1 == s.n || !is_digit(s.p[i - 1]) || !is_digit(s.p[i + 1])) {
			return false;
		}
	}
	out[n] = 0;
	return n > 0;
}

static bool is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hexadecimal(char c)
{
	return isxdigit((unsigned char)c);
}

static unsigned digit_of(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static bool digits_u64(const char *z, unsigned base, uint64_t *out)
{
	uint64_t sum = 0;

	for (; *z; z++)
		if (!is_hexadecimal(*z) || digit_of(*z) >= base || ckd_mul(&sum, sum, base) ||
		    ckd_add(&sum, sum, digit_of(*z)))
			return false;
	*out = sum;
	return true;
}

static bool take_integer(str s, struct toml *out)
{
	char z[NUMBER_BYTES];
	unsigned base = 10;
	bool minus = s.p[0] == '-';
	uint64_t size;

	out->type = TOML_INTEGER;
	if (s.n > 2 && s.p[0] == '0' && strchr("xob", s.p[1]))
		base = s.p[1] == 'x' ? 16 : s.p[1] == 'o' ? 8 : 2;
	if (base != 10)
		s = str_from(s, 2);
	else if (s.p[0] == '-' || s.p[0] == '+')
		s = str_from(s, 1);
	if (!without_underscores(s, is_hexadecimal, z) || (base == 10 && z[0] == '0' && z[1]) ||
	    !digits_u64(z, base, &size) || size > (uint64_t)INT64_MAX + minus)
		return false;
	out->integer = minus ? (int64_t)(0 - size) : (int64_t)size;
	return true;
}

/* int-part [ "." digits ] [ "e" [sign] digits ], at least one of the two */
static bool is_float(const char *z)
{
	if (!strpbrk(z, ".eE"))
		return false;
	z += *z == '-' || *z == '+';
	if (!is_decimal(z[0]) || (z[0] == '0' && is_decimal(z[1])))
		return false;
	while (is_decimal(*z))
		z++;
	if (*z == '.') {
		if (!is_decimal(*++z))
			return false;
		while (is_decimal(*z))
			z++;
	}
	if ((*z | 0x20) == 'e') {
		z++;
		z += *z == '-' || *z == '+';
		if (!is_decimal(*z))
			return false;
		while (is_decimal(*z))
			z++;
	}
	return !*z;
}

static bool take_float(str s, struct toml *out)
{
	char z[NUMBER_BYTES];
	str size = s.p[0] == '-' || s.p[0] == '+' ? str_from(s, 1) : s;

	out->type = TOML_FLOAT;
	if (str_eq(size, STR("inf")) || str_eq(size, STR("nan"))) {
		out->real = size.p[0] == 'i' ? HUGE_VAL : (double)NAN;
		out->real = s.p[0] == '-' ? -out->real : out->real;
		return true;
	}
	if (!without_underscores(s, is_decimal, z) || !is_float(z))
		return false;
	out->real = strtod(z, NULL);
	return true;
}

/* A space may stand between a date and its time. */
static str bare_word(const struct toml_text *t)
{
	size_t end = t->at;

	while (end < t->all.n &&
	       (tomlvalue_is_key_char(t->all.p[end]) || strchr("+.:", t->all.p[end])) &&
	       t->all.p[end])
		end++;
	if (end - t->at == sizeof date_form - 1 && end + 3 < t->all.n && t->all.p[end] == ' ' &&
	    fits(str_from(t->all, end + 1), "dd:") && fits(str_from(t->all, t->at), date_form)) {
		end++;
		while (end < t->all.n && t->all.p[end] &&
		       (is_decimal(t->all.p[end]) || strchr("+-.:zZ", t->all.p[end])))
			end++;
	}
	return str_mem(t->all.p + t->at, end - t->at);
}

int tomlvalue_bare(struct toml_text *t, struct toml *out)
{
	str word = bare_word(t);

	out->text = word;
	if (!word.n)
		return tomlvalue_wrong(t, "no value");
	if (str_eq(word, STR("true")) || str_eq(word, STR("false"))) {
		out->type = TOML_BOOLEAN;
		out->truth = word.p[0] == 't';
	} else if (!take_integer(word, out) && !take_float(word, out) && !take_date(word, out)) {
		return tomlvalue_wrong(t, "no value of TOML");
	}
	t->at += word.n;
	return 0;
}
