#include "../test.h"
#include "net/url.h"

TEST(url_parts_as_rfc_3986_cuts_them)
{
	static const struct {
		const char *text, *host, *path, *query, *userinfo;
		unsigned port;
		bool https;
	} rows[] = {
		{ "https://example.com", "example.com", "", "", "", 443, true },
		{ "http://example.com:8042/over/there?name=ferret#nose", "example.com",
		  "/over/there", "name=ferret", "", 8042, false },
		{ "https://[2001:db8::7]:5000/v2/", "2001:db8::7", "/v2/", "", "", 5000, true },
		{ "HTTPS://user:p%40ss@h/", "h", "/", "", "user:p%40ss", 443, true },
		{ "https://a@b@c/", "c", "/", "", "a@b", 443, true },
		{ "https://h?x=/y@z", "h", "", "x=/y@z", "", 443, true },
		{ "https://h:/x", "h", "/x", "", "", 443, true },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct error e = { 0 };
		struct url u = { 0 };
		EXPECT_OK(url_parse(str_c(rows[i].text), &u, &e), &e);
		EXPECT_STR(u.host, str_c(rows[i].host));
		EXPECT_STR(u.path, str_c(rows[i].path));
		EXPECT_STR(u.query, str_c(rows[i].query));
		EXPECT_STR(u.userinfo, str_c(rows[i].userinfo));
		EXPECT_INT(u.port, rows[i].port);
		EXPECT_INT(u.https, rows[i].https);
	}
}

TEST(url_refuses_what_two_parsers_could_read_differently)
{
	static const char *const rows[] = {
		"",
		"ftp://h/",
		"//h/",
		"https://",
		"https:///x",
		"https://h:99999/",
		"https://h:0/",
		"https://h:1a/",
		"https://h\\@evil/",
		"https://h /",
		"https://h\t/",
		"https://h%00/",
		"https://[::1/",
		"https://[::1]x/",
		"https://[127.0.0.1]/",
		"https://-x/",
		"https://h\xc3\xa9/",
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct error e = { 0 };
		struct url u;
		if (url_parse(str_c(rows[i]), &u, &e) >= 0)
			test_fail(__FILE__, __LINE__, "taken: %s", rows[i]);
	}
}

TEST(loopback_is_127_slash_8_and_its_names_only)
{
	static const struct {
		const char *host;
		bool loopback;
	} rows[] = {
		{ "127.0.0.1", true },
		{ "127.255.0.9", true },
		{ "localhost", true },
		{ "LocalHost", true },
		{ "::1", true },
		{ "[::1]", true },
		{ "127.0.0.1.nip.io", false },
		{ "127.1", false },
		{ "128.0.0.1", false },
		{ "0.0.0.0", false },
		{ "localhost.evil", false },
		{ "127.0.0.256", false },
		{ "127.0.0.1.", false },
		{ "2130706433", false },
		{ "::ffff:127.0.0.1", false },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		if (url_host_is_loopback(str_c(rows[i].host)) != rows[i].loopback)
			test_fail(__FILE__, __LINE__, "%s", rows[i].host);
}

TEST(url_shown_has_neither_userinfo_nor_query)
{
	struct arena a cleanup(arena_done) = ARENA(4096);
	struct error e = { 0 };
	struct url u;
	EXPECT_OK(url_parse(STR("https://user:secret@h:5000/a/b?sig=secret#f"), &u, &e), &e);
	EXPECT_STR(url_shown(&a, &u), STR("https://h:5000/a/b"));
	EXPECT_STR(url_text(&a, &u), STR("https://h:5000/a/b?sig=secret"));
	EXPECT_STR(url_escape(&a, STR("a b/ü~")), STR("a%20b%2F%C3%BC~"));
	EXPECT_STR(url_unescape(&a, STR("p%40ss%zz%4")), STR("p@ss%zz%4"));
}

TEST(origins_differ_by_scheme_host_and_port)
{
	struct error e = { 0 };
	struct url a, b, c;
	EXPECT_OK(url_parse(STR("https://h/x"), &a, &e), &e);
	EXPECT_OK(url_parse(STR("https://H:443/y"), &b, &e), &e);
	EXPECT_OK(url_parse(STR("http://h:443/x"), &c, &e), &e);
	EXPECT(url_same_origin(&a, &b));
	EXPECT(!url_same_origin(&a, &c));
}
