#include "net/head.h"
#include "net/percent.h"

static const char *const method_names[METHOD_COUNT] = {
	[METHOD_GET] = "GET",         [METHOD_HEAD] = "HEAD",   [METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",         [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS", [METHOD_TRACE] = "TRACE", [METHOD_QUERY] = "QUERY",
};

const char *method_name(enum method m)
{
	return (unsigned)m < METHOD_COUNT ? method_names[m] : "?";
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

bool head_is_token(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && (!s.p[i] || !strchr("!#$%&'*+-.^_`|~", s.p[i])))
			return false;
	return s.n > 0;
}

static int refuse(int status, const char *text, const char **why)
{
	*why = text;
	return status;
}

/* Without its CRLF; false where CR and LF do not stand together. */
static bool take_line(str *rest, str *line)
{
	size_t n = str_chr(*rest, '\r');
	if (rest->n - n < 2 || rest->p[n + 1] != '\n')
		return false;
	*line = str_upto(*rest, n);
	*rest = str_from(*rest, n + 2);
	return str_chr(*line, '\n') == line->n;
}

static bool is_digits(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* uri-host [ ":" port ] of RFC 9110 section 7.2: a name, an IPv4 address or a bracketed IPv6 one.
 */
static bool is_host(str s)
{
	size_t end;
	if (!s.n || s.n > 300)
		return false;
	if (s.p[0] == '[') {
		end = str_chr(s, ']');
		if (end == s.n || end < 3)
			return false;
		for (size_t i = 1; i < end; i++)
			if (!is_alnum(s.p[i]) && s.p[i] != ':' && s.p[i] != '.')
				return false;
		end++;
	} else {
		end = str_chr(s, ':');
		for (size_t i = 0; i < end; i++)
			if (!is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '-' && s.p[i] != '_')
				return false;
	}
	str port = str_from(s, end + 1);
	if (end == 0 || (end < s.n && s.p[end] != ':'))
		return false;
	return end == s.n || (is_digits(port) && port.n <= 5);
}

/* Slashes collapse; "." and ".." are refused, escaped or not. */
static bool clean_path(str path, struct arena *a, str *out)
{
	char *p = arena_alloc(a, path.n + 1);
	if (!p)
		return false;
	size_t n = 0, from = 0;
	for (size_t i = 0; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/') {
			p[n++] = path.p[i];
			continue;
		}
		str segment = str_mem(p + from, n - from);
		if (str_eq(segment, STR(".")) || str_eq(segment, STR("..")))
			return false;
		if (i < path.n && (!n || p[n - 1] != '/'))
			p[n++] = '/';
		from = n;
	}
	*out = str_mem(p, n);
	return true;
}

/* origin-form, absolute-form (whose authority counts more than Host) and OPTIONS * (RFC 9112
 * section 3.2) */
static int take_target(struct head *h, struct arena *a, str *authority, const char **why)
{
	str t = h->target;
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] <= ' ' || t.p[i] > '~' || t.p[i] == '#')
			return refuse(400, "the target holds a byte that must be escaped", why);
	if (t.n > HEAD_TARGET_MAX)
		return refuse(414, "the target is too long", why);
	if (h->method == METHOD_OPTIONS && str_eq(t, STR("*"))) {
		t = STR("/");
	} else if (t.n && t.p[0] != '/') {
		size_t scheme = str_find(t, STR("://"));
		str name = str_upto(t, scheme);
		if (!str_eq_nocase(name, STR("http")) && !str_eq_nocase(name, STR("https")))
			return refuse(400, "the target is no path", why);
		t = str_from(t, scheme + 3);
		size_t end = MIN(str_chr(t, '/'), str_chr(t, '?'));
		*authority = str_upto(t, end);
		if (!is_host(*authority))
			return refuse(400, "the target's host is malformed", why);
		t = str_from(t, end);
	}
	size_t q = str_chr(t, '?');
	h->query = str_from(t, q + 1);
	str path = q ? str_upto(t, q) : STR("/");
	if (!percent_decode(path, false, a, &path) || !clean_path(path, a, &h->path))
		return refuse(400,
		              "the path is malformed: a broken escape, NUL, no UTF-8, or . or ..",
		              why);
	return 0;
}

static int take_request_line(str line, struct head *h, struct arena *a, str *authority,
                             const char **why)
{
	size_t first = str_chr(line, ' '), last = str_rchr(line, ' ');
	if (first >= last || last == line.n)
		return refuse(400, "the request line is malformed", why);
	str method = str_upto(line, first), version = str_from(line, last + 1);
	h->target = str_mem(line.p + first + 1, last - first - 1);
	if (!head_is_token(method) || !str_starts(version, STR("HTTP/")) || version.n != 8 ||
	    version.p[6] != '.' || version.p[5] < '0' || version.p[5] > '9' || version.p[7] < '0' ||
	    version.p[7] > '9')
		return refuse(400, "the request line is malformed", why);
	if (version.p[5] != '1')
		return refuse(505, "HTTP/1.1 is spoken here", why);
	h->minor = (unsigned)(version.p[7] - '0');
	for (h->method = 0; h->method < METHOD_COUNT; h->method++)
		if (str_eq(method, str_c(method_names[h->method])))
			return take_target(h, a, authority, why);
	return refuse(501, "the method is not known", why);
}

static bool is_value(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

/* Blanks and tabs alone stand around a value (RFC 9110 5.5): what else is trimmed away here is
 * refused elsewhere, and two readers of one message must not differ. */
static str trim_blanks(str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_from(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static int take_fields(str *rest, struct head *h, struct arena *a, const char **why)
{
	str line;
	h->fields = arena_many(a, HEAD_FIELDS_MAX, struct head_field);
	if (!h->fields)
		return refuse(431, "the head is too large", why);
	for (;;) {
		if (!take_line(rest, &line))
			return refuse(400, "a line of the head does not end with CRLF", why);
		if (!line.n)
			return 0;
		if (h->n == HEAD_FIELDS_MAX)
			return refuse(431, "too many header fields", why);
		size_t colon = str_chr(line, ':');
		struct head_field f = { str_upto(line, colon),
			                trim_blanks(str_from(line, colon + 1)) };
		if (colon == line.n || !head_is_token(f.name) || !is_value(f.value))
			return refuse(400, "a header field is malformed", why);
		h->fields[h->n++] = f;
	}
}

str head_field(const struct head *h, const char *name)
{
	for (size_t i = 0; i < h->n; i++)
		if (str_eq_nocase(h->fields[i].name, str_c(name)))
			return h->fields[i].value;
	return (str){ 0 };
}

str head_last_field(const struct head *h, const char *name)
{
	for (size_t i = h->n; i > 0; i--)
		if (str_eq_nocase(h->fields[i - 1].name, str_c(name)))
			return h->fields[i - 1].value;
	return (str){ 0 };
}

static size_t count_fields(const struct head *h, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n; i++)
		n += str_eq_nocase(h->fields[i].name, str_c(name));
	return n;
}

/* How long the body is has one reading only (RFC 9112 section 6.3). */
static int judge_length(struct head *h, const char **why)
{
	size_t codings = count_fields(h, "transfer-encoding");
	bool known = false;
	for (size_t i = 0; i < h->n; i++) {
		uint64_t length;
		if (!str_eq_nocase(h->fields[i].name, STR("content-length")))
			continue;
		if (!is_digits(h->fields[i].value) || !str_u64(h->fields[i].value, &length))
			return refuse(400, "Content-Length is no number", why);
		if (known && length != h->length)
			return refuse(400, "two different Content-Length", why);
		h->length = length;
		known = true;
	}
	if (!codings)
		return 0;
	if (known)
		return refuse(400, "both Content-Length and Transfer-Encoding", why);
	if (h->minor == 0 || codings > 1)
		return refuse(400, "Transfer-Encoding has no place here", why);
	if (!str_eq_nocase(head_field(h, "transfer-encoding"), STR("chunked")))
		return refuse(501, "a transfer coding that is not known", why);
	h->chunked = true;
	return 0;
}

static int judge_host(struct head *h, str authority, const char **why)
{
	size_t n = count_fields(h, "host");
	if (n > 1 || (n == 0 && h->minor > 0))
		return refuse(400, "one Host is needed", why);
	h->host = head_field(h, "host");
	if (n && !is_host(h->host))
		return refuse(400, "Host is malformed", why);
	if (authority.n)
		h->host = authority;
	return 0;
}

static void judge_connection(struct head *h)
{
	h->keep = h->minor > 0;
	for (size_t i = 0; i < h->n; i++) {
		str rest = h->fields[i].value, word;
		if (!str_eq_nocase(h->fields[i].name, STR("connection")))
			continue;
		while (str_split(&rest, ',', &word)) {
			if (str_eq_nocase(str_trim(word), STR("close"))) {
				h->keep = false;
				return;
			}
			if (str_eq_nocase(str_trim(word), STR("keep-alive")))
				h->keep = true;
		}
	}
}

int head_parse(str head, struct arena *a, struct head *out, const char **why)
{
	str line, authority = { 0 };
	*out = (struct head){ 0 };
	if (!take_line(&head, &line))
		return refuse(400, "the request line does not end with CRLF", why);
	int r = take_request_line(line, out, a, &authority, why);
	if (r == 0)
		r = take_fields(&head, out, a, why);
	if (r == 0)
		r = judge_host(out, authority, why);
	if (r == 0)
		r = judge_length(out, why);
	if (r)
		return r;
	judge_connection(out);
	str expect = head_field(out, "expect");
	if (expect.n && !str_eq_nocase(expect, STR("100-continue")))
		return refuse(417, "an expectation that is not known", why);
	out->expects = expect.n && out->minor > 0;
	return 0;
}
