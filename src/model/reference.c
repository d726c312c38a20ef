#include "model/reference.h"
#include "base/digest.h"

enum { NAME_MAX_BYTES = 255, TAG_MAX_BYTES = 128 };

static bool is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_word(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

/* [a-z0-9]+ with single '.', '_', "__" or any number of '-' between */
static bool is_path_piece(str s)
{
	size_t i = 0;

	while (i < s.n) {
		size_t from = i;
		while (i < s.n && is_lower_alnum(s.p[i]))
			i++;
		if (i == from)
			return false;
		if (i == s.n)
			return true;
		from = i;
		while (i < s.n && s.p[i] == s.p[from] && !is_lower_alnum(s.p[i]))
			i++;
		if (s.p[from] == '.'   ? i - from > 1
		    : s.p[from] == '_' ? i - from > 2
		                       : s.p[from] != '-')
			return false;
	}
	return false;
}

static bool is_repository(str s)
{
	str rest = s, piece;

	if (!s.n || s.n > NAME_MAX_BYTES || s.p[s.n - 1] == '/')
		return false;
	while (str_split(&rest, '/', &piece))
		if (!is_path_piece(piece))
			return false;
	return true;
}

static bool is_tag(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_word(s.p[i]) && (!i || (s.p[i] != '.' && s.p[i] != '-')))
			return false;
	return s.n > 0 && s.n <= TAG_MAX_BYTES;
}

static bool is_host(str s)
{
	size_t colon = str_rchr(s, ':');
	uint64_t port = 1;
	str name = s;

	if (s.n > NAME_MAX_BYTES)
		return false;
	if (colon < s.n && s.p[s.n - 1] != ']') {
		name = str_upto(s, colon);
		if (!str_u64(str_from(s, colon + 1), &port) || !port || port > 65535)
			return false;
	}
	if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']') {
		for (size_t i = 1; i + 1 < name.n; i++)
			if (!is_word(name.p[i]) && name.p[i] != ':' && name.p[i] != '.')
				return false;
		return true;
	}
	for (size_t i = 0; i < name.n; i++)
		if (!is_word(name.p[i]) && name.p[i] != '.' && name.p[i] != '-')
			return false;
	return name.n > 0 && name.p[0] != '.' && name.p[0] != '-';
}

/* The first piece is a host when it could not be a piece of a repository on Docker Hub. */
static bool looks_like_host(str first)
{
	if (str_chr(first, '.') < first.n || str_chr(first, ':') < first.n ||
	    str_eq(first, STR("localhost")))
		return true;
	for (size_t i = 0; i < first.n; i++)
		if (first.p[i] >= 'A' && first.p[i] <= 'Z')
			return true;
	return false;
}

static int take_digest(str *text, struct image_reference *r, struct error *e)
{
	size_t at = str_chr(*text, '@');
	struct digest ignored;

	if (at == text->n)
		return 0;
	r->digest = str_from(*text, at + 1);
	*text = str_upto(*text, at);
	if (digest_parse(r->digest, &ignored, e) < 0)
		return error_set(e, ERR_USAGE, "not a sha256 digest: %.*s", STR_FMT(r->digest));
	return 0;
}

static int take_tag(str *text, struct image_reference *r, struct error *e)
{
	size_t colon = str_rchr(*text, ':'), slash = str_rchr(*text, '/');

	if (colon == text->n || (slash < text->n && slash > colon))
		return 0;
	r->tag = str_from(*text, colon + 1);
	*text = str_upto(*text, colon);
	return is_tag(r->tag) ? 0 : error_set(e, ERR_USAGE, "malformed tag");
}

static void take_host(str *text, struct image_reference *r)
{
	size_t slash = str_chr(*text, '/');
	str first = str_upto(*text, slash);

	r->host = STR("docker.io");
	if (slash == text->n || !looks_like_host(first))
		return;
	*text = str_from(*text, slash + 1);
	if (!str_eq_nocase(first, STR("index.docker.io")) &&
	    !str_eq_nocase(first, STR("registry-1.docker.io")))
		r->host = first;
}

int reference_parse(str text, struct arena *a, struct image_reference *out, struct error *e)
{
	struct image_reference r = { 0 };
	str name = arena_str(a, text);
	int rc;

	if (a->failed)
		return error_set(e, ERR_LIMIT, "the image's name is too long");
	rc = take_digest(&name, &r, e);
	if (rc >= 0)
		rc = take_tag(&name, &r, e);
	if (rc < 0)
		return error_in(e, "image name %.*s", STR_FMT(text));
	take_host(&name, &r);
	if (!is_host(r.host))
		return error_set(e, ERR_USAGE, "image name %.*s: malformed registry",
		                 STR_FMT(text));
	if (str_eq(r.host, STR("docker.io")) && str_chr(name, '/') == name.n)
		name = arena_concat(a, STR("library/"), name);
	if (!is_repository(name))
		return error_set(e, ERR_USAGE,
		                 "image name %.*s: malformed repository (lower case only)",
		                 STR_FMT(text));
	r.repository = name;
	if (!r.tag.n && !r.digest.n)
		r.tag = STR("latest");
	*out = r;
	return 0;
}

str reference_name(struct arena *a, const struct image_reference *r)
{
	return arena_printf(a, "%.*s/%.*s%s%.*s", STR_FMT(r->host), STR_FMT(r->repository),
	                    r->tag.n ? ":" : "", STR_FMT(r->tag));
}

str reference_api_host(const struct image_reference *r)
{
	return str_eq(r->host, STR("docker.io")) ? STR("registry-1.docker.io") : r->host;
}
