/* WWW-Authenticate as RFC 9110 11.6.1 writes it: challenges and their parameters share one comma.
 */
#include "oci/auth.h"

enum { CHALLENGE_BYTES_MAX = 8192 };

static bool is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static str take_token(str *s)
{
	size_t n = 0;
	str token;

	while (n < s->n && is_token_char(s->p[n]))
		n++;
	token = str_upto(*s, n);
	*s = str_from(*s, n);
	return token;
}

static void skip_space(str *s, bool commas)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t' || (commas && s->p[0] == ',')))
		*s = str_from(*s, 1);
}

/* "…" with backslash escapes; false without a closing quote */
static bool take_quoted(str *s, struct arena *a, str *out)
{
	char *p = arena_alloc(a, s->n);
	size_t n = 0, i = 1;

	for (; p && i < s->n && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' && i + 1 < s->n)
			i++;
		p[n++] = s->p[i];
	}
	if (!p || i >= s->n)
		return false;
	*out = (str){ p, n };
	*s = str_from(*s, i + 1);
	return true;
}

static bool take_value(str *s, struct arena *a, str *out)
{
	skip_space(s, false);
	if (s->n && s->p[0] == '"')
		return take_quoted(s, a, out);
	*out = arena_str(a, take_token(s));
	return true;
}

static void note_parameter(struct challenge *c, str name, str value)
{
	if (str_eq_nocase(name, STR("realm")))
		c->realm = value;
	else if (str_eq_nocase(name, STR("service")))
		c->service = value;
	else if (str_eq_nocase(name, STR("scope")))
		c->scope = value;
}

int auth_challenge(str header, struct arena *a, struct challenge *out, struct error *e)
{
	bool in_bearer = false; /* parameters seen now belong to the Bearer challenge that counts */
	str rest = header, value;

	if (header.n > CHALLENGE_BYTES_MAX)
		return error_set(e, ERR_LIMIT, "the registry's challenge is too long");
	for (skip_space(&rest, true); rest.n; skip_space(&rest, true)) {
		str name = take_token(&rest);
		if (!name.n)
			return error_set(e, ERR_FORMAT,
			                 "the registry's challenge is malformed at byte %zu",
			                 header.n - rest.n);
		skip_space(&rest, false);
		if (!rest.n || rest.p[0] != '=') { /* a scheme, not a parameter */
			in_bearer = str_eq_nocase(name, STR("Bearer")) && !out->bearer;
			out->bearer = out->bearer || in_bearer;
			out->basic = out->basic || str_eq_nocase(name, STR("Basic"));
			continue;
		}
		rest = str_from(rest, 1);
		if (!take_value(&rest, a, &value))
			return error_set(e, ERR_FORMAT,
			                 "the registry's challenge has an open quote");
		if (in_bearer)
			note_parameter(out, name, value);
		while (rest.n && rest.p[0] == '=') /* the padding of a token68 */
			rest = str_from(rest, 1);
	}
	return a->failed ? error_set(e, ERR_LIMIT, "the registry's challenge is too long") : 0;
}
