#include "center/paging.h"
#include "base/attr.h"
#include <inttypes.h>

enum { LIMIT_USUAL = 100, CURSOR_MOST = 4096 };

size_t page_limit(const struct paging *p)
{
	return !p || !p->limit ? LIMIT_USUAL : MIN(p->limit, (size_t)PAGE_MOST);
}

static void add_hex(struct buf *b, str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(b, "%02x", (unsigned char)s.p[i]);
}

str page_cursor(struct arena *a, const struct value *keys, size_t n)
{
	struct buf b cleanup(buf_done) = BUF(CURSOR_MOST);
	uint64_t bits;

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(&b, '.');
		switch (keys[i].kind) {
		case VALUE_NULL:
			buf_addc(&b, 'n');
			break;
		case VALUE_INT:
			buf_printf(&b, "i%" PRId64, keys[i].i);
			break;
		case VALUE_REAL:
			memcpy(&bits, &keys[i].f, sizeof bits);
			buf_printf(&b, "f%016" PRIx64, bits);
			break;
		case VALUE_TEXT:
		case VALUE_BYTES:
			buf_addc(&b, 't');
			add_hex(&b, keys[i].s);
			break;
		}
	}
	return b.failed ? (str){ 0 } : arena_str(a, buf_view(&b));
}

/* --- reading --- */

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_int(str s, int64_t *out)
{
	bool minus = s.n && s.p[0] == '-';
	uint64_t u;

	if (!str_u64(str_from(s, minus), &u) || u > (uint64_t)INT64_MAX + minus)
		return false;
	*out = minus ? (int64_t)(0 - u) : (int64_t)u;
	return true;
}

static bool read_bits(str s, uint64_t *out)
{
	uint64_t u = 0;

	if (s.n != 16)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int v = hex_value(s.p[i]);
		if (v < 0)
			return false;
		u = u << 4 | (unsigned)v;
	}
	*out = u;
	return true;
}

static bool read_text(str s, struct arena *a, str *out)
{
	char *p = arena_alloc(a, s.n / 2 + 1);

	if (s.n % 2 || !p)
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		int high = hex_value(s.p[i]), low = hex_value(s.p[i + 1]);
		if (high < 0 || low < 0)
			return false;
		p[i / 2] = (char)(high << 4 | low);
	}
	*out = str_mem(p, s.n / 2);
	return true;
}

static bool read_key(str piece, char kind, struct arena *a, struct value *out)
{
	char have = piece.n ? piece.p[0] : 0;
	str rest = str_from(piece, 1);
	uint64_t bits = 0;

	*out = V_NULL;
	if (have == 'n')
		return !rest.n;
	if (have != kind)
		return false;
	switch (have) {
	case 'i':
		out->kind = VALUE_INT;
		return read_int(rest, &out->i);
	case 't':
		out->kind = VALUE_TEXT;
		return read_text(rest, a, &out->s);
	case 'f':
		out->kind = VALUE_REAL;
		if (!read_bits(rest, &bits))
			return false;
		memcpy(&out->f, &bits, sizeof bits);
		return out->f - out->f == 0; /* finite */
	default:
		return false;
	}
}

int page_read(const struct paging *p, struct arena *a, const char *kinds, struct value *keys,
              struct error *e)
{
	str rest = p ? p->after : (str){ 0 }, piece;
	size_t n = strlen(kinds), i = 0;

	if (!rest.n)
		return 0;
	if (rest.n <= CURSOR_MOST && rest.p[rest.n - 1] != '.')
		while (i < n && str_split(&rest, '.', &piece) &&
		       read_key(piece, kinds[i], a, &keys[i]))
			i++;
	if (i != n || rest.n)
		return error_set(e, ERR_USAGE, "the cursor is none that this list gave");
	return 1;
}
