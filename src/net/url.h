/* net/url.h — http and https addresses (RFC 3986), read strictly: what is not plainly well-formed
 * is refused, so that what is checked here and what libcurl connects to are the same. A url is a
 * value of views into the text it was parsed from. Input: hostile (redirects, challenges). Any
 * thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

enum { URL_BYTES_MAX = 8192 };

struct url {
	bool https;
	str userinfo; /* "user:password", still percent-encoded; a secret; usually empty */
	str host;     /* name, IPv4 or IPv6 without brackets */
	bool ipv6;
	uint16_t port; /* the scheme's own where none is written */
	str path;      /* from the first '/' to '?' or '#'; may be empty */
	str query;     /* without '?'; may hold signatures, so it is never shown */
};

int url_parse(str text, struct url *out, struct error *e) must_use;
bool url_is_loopback(const struct url *u); /* 127.0.0.0/8, ::1, localhost */
bool url_host_is_loopback(str host);       /* the same for a bare host ("[::1]" too) */
bool url_same_origin(const struct url *a, const struct url *b);
/* For people: scheme, host, port where not the default, path; never userinfo or query. */
str url_shown(struct arena *a, const struct url *u);
/* For the wire: without userinfo and fragment. */
str url_text(struct arena *a, const struct url *u);
/* Everything but unreserved characters (RFC 3986 2.3) as %XX. */
str url_escape(struct arena *a, str s);
/* %XX undone; what is no escape stays as it is. */
str url_unescape(struct arena *a, str s);
