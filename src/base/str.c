#include "base/str.h"

int str_cmp(str a, str b)
{
	size_t n = MIN(a.n, b.n);
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

int str_casecmp(str a, str b)
{
	size_t n = MIN(a.n, b.n);
	for (size_t i = 0; i < n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return lower(a.p[i]) - lower(b.p[i]);
	return (a.n > b.n) - (a.n < b.n);
}

bool str_eq_nocase(str a, str b)
{
	return a.n == b.n && !str_casecmp(a, b);
}

bool str_starts(str s, str prefix)
{
	return s.n >= prefix.n && str_eq(str_upto(s, prefix.n), prefix);
}

bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}

size_t str_find(str s, str needle)
{
	const char *at;
	if (!needle.n)
		return 0;
	at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

size_t str_chr(str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

size_t str_rchr(str s, char c)
{
	const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

str str_from(str s, size_t offset)
{
	return offset < s.n ? (str){ s.p + offset, s.n - offset } : (str){ 0 };
}

str str_upto(str s, size_t n)
{
	return (str){ s.p, MIN(s.n, n) };
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
	while (s.n && is_space(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_split(str *rest, char sep, str *piece)
{
	if (!rest->n)
		return false;
	*piece = str_upto(*rest, str_chr(*rest, sep));
	*rest = str_from(*rest, piece->n + 1);
	return true;
}

bool str_line(str *rest, str *line)
{
	if (!str_split(rest, '\n', line))
		return false;
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

str str_base(str path)
{
	size_t slash = str_rchr(path, '/');
	return slash < path.n ? str_from(path, slash + 1) : path;
}

str str_dir(str path)
{
	size_t slash = str_rchr(path, '/');
	return slash < path.n ? str_upto(path, slash) : (str){ 0 };
}

bool str_u64(str s, uint64_t *out)
{
	uint64_t v = 0;
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (ckd_mul(&v, v, 10u) || ckd_add(&v, v, (uint64_t)(s.p[i] - '0')))
			return false;
	}
	*out = v;
	return true;
}

uint64_t str_hash_end(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

uint64_t str_hash(str s)
{
	uint64_t h = STR_HASH_START;
	for (size_t i = 0; i < s.n; i++)
		h = str_hash_byte(h, s.p[i]);
	return str_hash_end(h);
}
