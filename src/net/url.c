#include "net/url.h"

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_host_name(str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!is_alnum(host.p[i]) && host.p[i] != '.' && host.p[i] != '-' &&
		    host.p[i] != '_')
			return false;
	return host.n > 0 && host.n <= 255 && host.p[0] != '-' && host.p[0] != '.';
}

static bool is_ipv6(str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (hex_of(host.p[i]) < 0 && host.p[i] != ':' && host.p[i] != '.')
			return false;
	return host.n >= 2 && host.n <= 45 && str_chr(host, ':') < host.n;
}

static bool is_printable(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] >= 0x7f || text.p[i] == '\\')
			return false;
	return true;
}

static int parse_port(str text, uint16_t *out, struct error *e)
{
	uint64_t port;
	if (!text.n) /* "host:" is the default port, RFC 3986 3.2.3 */
		return 0;
	if (!str_u64(text, &port) || !port || port > 65535)
		return error_set(e, ERR_USAGE, "the port of an address is no number up to 65535");
	*out = (uint16_t)port;
	return 0;
}

static int parse_authority(str text, struct url *u, struct error *e)
{
	size_t at = str_rchr(text, '@'), colon;

	if (at < text.n) {
		u->userinfo = str_upto(text, at);
		text = str_from(text, at + 1);
	}
	if (text.n && text.p[0] == '[') {
		size_t close = str_chr(text, ']');
		bool closed = close < text.n;
		u->ipv6 = true;
		u->host = str_from(str_upto(text, close), 1);
		text = str_from(text, close + 1);
		if (!closed || !is_ipv6(u->host) || (text.n && text.p[0] != ':'))
			return error_set(e, ERR_USAGE, "an address has a malformed IPv6 host");
		return parse_port(str_from(text, 1), &u->port, e);
	}
	colon = str_chr(text, ':');
	u->host = str_upto(text, colon);
	if (!is_host_name(u->host))
		return error_set(e, ERR_USAGE, "an address has no or a malformed host");
	return parse_port(str_from(text, colon + 1), &u->port, e);
}

int url_parse(str text, struct url *out, struct error *e)
{
	struct url u = { 0 };
	size_t end = 0;
	int r;

	if (text.n > URL_BYTES_MAX)
		return error_set(e, ERR_LIMIT, "an address is longer than %d bytes", URL_BYTES_MAX);
	if (!is_printable(text))
		return error_set(e, ERR_USAGE, "an address holds a character that none may have");
	if (str_eq_nocase(str_upto(text, 8), STR("https://")))
		u.https = true;
	else if (!str_eq_nocase(str_upto(text, 7), STR("http://")))
		return error_set(e, ERR_USAGE,
		                 "an address begins with neither https:// nor http://");
	u.port = u.https ? 443 : 80;
	text = str_from(text, u.https ? 8 : 7);
	text = str_upto(text, str_chr(text, '#'));
	while (end < text.n && text.p[end] != '/' && text.p[end] != '?')
		end++;
	r = parse_authority(str_upto(text, end), &u, e);
	if (r < 0)
		return r;
	text = str_from(text, end);
	end = str_chr(text, '?');
	u.path = str_upto(text, end);
	u.query = str_from(text, end + 1);
	*out = u;
	return 0;
}

/* Only the written-out form counts: "127.1" or "0x7f000001" are left to be refused as remote. */
static bool is_ipv4_loopback(str host)
{
	str rest = host, piece;
	uint64_t v;
	unsigned pieces = 0;

	while (str_split(&rest, '.', &piece)) {
		if (!str_u64(piece, &v) || v > 255 || piece.n > 3 || (!pieces && v != 127))
			return false;
		pieces++;
	}
	return pieces == 4 && !str_ends(host, STR("."));
}

bool url_host_is_loopback(str host)
{
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_upto(str_from(host, 1), host.n - 2);
	return str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("::1")) ||
	       is_ipv4_loopback(host);
}

bool url_is_loopback(const struct url *u)
{
	return url_host_is_loopback(u->host);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return a->https == b->https && a->port == b->port && str_eq_nocase(a->host, b->host);
}

static str origin_text(struct arena *a, const struct url *u)
{
	const char *open = u->ipv6 ? "[" : "", *close = u->ipv6 ? "]" : "";
	const char *scheme = u->https ? "https" : "http";

	if (u->port == (u->https ? 443 : 80))
		return arena_printf(a, "%s://%s%.*s%s", scheme, open, STR_FMT(u->host), close);
	return arena_printf(a, "%s://%s%.*s%s:%u", scheme, open, STR_FMT(u->host), close, u->port);
}

str url_shown(struct arena *a, const struct url *u)
{
	return arena_concat(a, origin_text(a, u), u->path);
}

str url_text(struct arena *a, const struct url *u)
{
	str s = arena_concat(a, origin_text(a, u), u->path.n ? u->path : STR("/"));
	return u->query.n ? arena_concat(a, arena_concat(a, s, STR("?")), u->query) : s;
}

str url_escape(struct arena *a, str s)
{
	static const char digits[] = "0123456789ABCDEF";
	char *p = arena_array(a, s.n + 1, 3);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (is_alnum(s.p[i]) || c == '-' || c == '.' || c == '_' || c == '~') {
			p[n++] = s.p[i];
			continue;
		}
		p[n++] = '%';
		p[n++] = digits[c >> 4];
		p[n++] = digits[c & 15];
	}
	return (str){ p, n };
}

str url_unescape(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; p && i < s.n; i++) {
		if (s.p[i] == '%' && s.n - i > 2 && hex_of(s.p[i + 1]) >= 0 &&
		    hex_of(s.p[i + 2]) >= 0) {
			p[n++] = (char)(hex_of(s.p[i + 1]) << 4 | hex_of(s.p[i + 2]));
			i += 2;
		} else {
			p[n++] = s.p[i];
		}
	}
	return (str){ p, n };
}
