#include "api/ocinames.h"

enum { REPOSITORY_MAX = 255, TAG_MAX = 128, DIGEST_MIN_HEX = 32, DIGEST_MAX = 512 };

static bool is_one_of(char c, const char *more)
{
	return (unsigned)(c - 'a') < 26 || (unsigned)(c - '0') < 10 || (c && strchr(more, c));
}

bool ocinames_repository(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_one_of(s.p[i], "._-/") || (s.p[i] == '/' && (!i || s.p[i - 1] == '/')))
			return false;
	return s.n && s.n <= REPOSITORY_MAX && s.p[s.n - 1] != '/' && is_one_of(s.p[0], "");
}

bool ocinames_tag(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_one_of((char)(s.p[i] | (((unsigned)(s.p[i] - 'A') < 26) << 5)), i ? "._-" : "_"))
			return false;
	return s.n && s.n <= TAG_MAX;
}

bool ocinames_digest(str s)
{
	size_t colon = str_chr(s, ':');

	for (size_t i = 0; i < s.n; i++)
		if (i != colon && !is_one_of(s.p[i], i < colon ? "+._-" : ""))
			return false;
	return colon && colon < s.n && s.n - colon > DIGEST_MIN_HEX && s.n <= DIGEST_MAX;
}
