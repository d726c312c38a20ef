#include "base/base64.h"

str base64url_encode(struct arena *a, str bytes)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = bytes.n / 3 * 4 + (bytes.n % 3 ? bytes.n % 3 + 1 : 0);
	char *text = arena_alloc(a, n + 1), *p = text;

	if (!text)
		return (str){ 0 };
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		uint32_t v = (uint32_t)(unsigned char)bytes.p[i] << 16;
		v |= left > 1 ? (uint32_t)(unsigned char)bytes.p[i + 1] << 8 : 0;
		v |= left > 2 ? (uint32_t)(unsigned char)bytes.p[i + 2] : 0;
		*p++ = digits[v >> 18];
		*p++ = digits[v >> 12 & 63];
		if (left > 1)
			*p++ = digits[v >> 6 & 63];
		if (left > 2)
			*p++ = digits[v & 63];
	}
	return (str){ text, n };
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(struct arena *a, str text, str *out)
{
	uint32_t v = 0;
	unsigned bits = 0;
	char *bytes, *p;

	if (text.n % 4 == 0) /* padding only where it fills up */
		for (unsigned pads = 0; pads < 2 && str_ends(text, STR("=")); pads++)
			text.n--;
	bytes = p = arena_alloc(a, text.n / 4 * 3 + 3);
	if (!bytes || text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int d = digit(text.p[i]);
		if (d < 0)
			return false;
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*p++ = (char)(v >> bits);
			v &= (1u << bits) - 1;
		}
	}
	if (v) /* spare bits */
		return false;
	*out = (str){ bytes, (size_t)(p - bytes) };
	return true;
}
