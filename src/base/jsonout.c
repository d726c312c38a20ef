#include "base/jsonout.h"
#include "base/text.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void new_line(struct jsonout *j)
{
	static const char blanks[] = "                                ";
	size_t n = (size_t)j->indent * j->depth;

	if (!j->indent)
		return;
	buf_addc(j->out, '\n');
	for (; n > LEN(blanks) - 1; n -= LEN(blanks) - 1)
		buf_add(j->out, str_mem(blanks, LEN(blanks) - 1));
	buf_add(j->out, str_mem(blanks, n));
}

/* An escape takes the short form where RFC 8259 has one. */
static void escape(struct buf *out, uint32_t rune)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = rune && rune < 0x80 ? strchr(from, (int)rune) : NULL;

	if (at)
		buf_printf(out, "\\%c", to[at - from]);
	else if (rune < 0x10000)
		buf_printf(out, "\\u%04" PRIx32, rune);
	else
		buf_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xD7C0 + (rune >> 10),
		           0xDC00 + (rune & 0x3FF));
}

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

static void quote(struct buf *out, str s)
{
	char bytes[TEXT_RUNE_BYTES];

	buf_addc(out, '"');
	while (s.n) {
		size_t plain = 0;
		while (plain < s.n && is_plain(s.p[plain]))
			plain++;
		buf_add(out, str_upto(s, plain));
		s = str_from(s, plain);
		if (!s.n)
			break;
		uint32_t rune = text_rune(&s);
		if (rune == '"' || rune == '\\' || text_is_unsafe(rune))
			escape(out, rune);
		else
			buf_add(out, (str){ bytes, text_encode(rune, bytes) });
	}
	buf_addc(out, '"');
}

/* What stands before any value: comma, line, name. */
static void begin(struct jsonout *j, const char *key)
{
	uint64_t level = UINT64_C(1) << j->depth;

	assert(!key == (!j->depth || j->arrays & level));
	if (j->filled & level)
		buf_addc(j->out, ',');
	if (j->depth)
		new_line(j);
	j->filled |= level;
	if (key) {
		quote(j->out, str_c(key));
		buf_add(j->out, j->indent ? STR(": ") : STR(":"));
	}
}

static void deeper(struct jsonout *j, const char *key, bool array)
{
	begin(j, key);
	assert(j->depth < JSONOUT_DEPTH_MAX);
	j->depth++;
	uint64_t level = UINT64_C(1) << j->depth;
	j->filled &= ~level;
	j->arrays = array ? j->arrays | level : j->arrays & ~level;
	buf_addc(j->out, array ? '[' : '{');
}

void jsonout_object(struct jsonout *j, const char *key)
{
	deeper(j, key, false);
}

void jsonout_array(struct jsonout *j, const char *key)
{
	deeper(j, key, true);
}

void jsonout_end(struct jsonout *j)
{
	uint64_t level = UINT64_C(1) << j->depth;

	assert(j->depth);
	j->depth--;
	if (j->filled & level)
		new_line(j);
	buf_addc(j->out, j->arrays & level ? ']' : '}');
	if (!j->depth && j->indent)
		buf_addc(j->out, '\n');
}

void jsonout_str(struct jsonout *j, const char *key, str value)
{
	begin(j, key);
	quote(j->out, value);
}

void jsonout_some(struct jsonout *j, const char *key, str value)
{
	if (value.n)
		jsonout_str(j, key, value);
}

void jsonout_text(struct jsonout *j, const char *key, const char *value)
{
	jsonout_str(j, key, str_c(value));
}

void jsonout_u64(struct jsonout *j, const char *key, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	begin(j, key);
	buf_add(j->out, str_mem(digits + at, sizeof digits - at));
}

void jsonout_i64(struct jsonout *j, const char *key, int64_t value)
{
	begin(j, key);
	buf_printf(j->out, "%" PRId64, value);
}

void jsonout_f64(struct jsonout *j, const char *key, double value)
{
	char digits[40];

	if (!isfinite(value)) {
		jsonout_null(j, key);
		return;
	}
	if (fabs(value) < 1e15 && value == floor(value)) {
		snprintf(digits, sizeof digits, "%.0f", value); /* 10, not 1e+01 */
	} else {
		for (int precision = 1; precision <= 17; precision++) {
			snprintf(digits, sizeof digits, "%.*g", precision, value);
			if (strtod(digits, NULL) == value)
				break;
		}
	}
	for (char *c = digits; *c; c++) /* the locale may have another decimal point */
		if (*c == ',')
			*c = '.';
	begin(j, key);
	buf_add(j->out, str_c(digits));
}

void jsonout_bool(struct jsonout *j, const char *key, bool value)
{
	begin(j, key);
	buf_add(j->out, value ? STR("true") : STR("false"));
}

void jsonout_null(struct jsonout *j, const char *key)
{
	begin(j, key);
	buf_add(j->out, STR("null"));
}

void jsonout_strs(struct jsonout *j, const char *key, const str *v, size_t n)
{
	jsonout_array(j, key);
	for (size_t i = 0; i < n; i++)
		jsonout_str(j, NULL, v[i]);
	jsonout_end(j);
}

void jsonout_some_strs(struct jsonout *j, const char *key, const str *v, size_t n)
{
	if (n)
		jsonout_strs(j, key, v, n);
}
