#include "../test.h"
#include "model/reference.h"

TEST(references_get_docker_s_defaults)
{
	static const struct {
		const char *text, *host, *repository, *tag, *name, *api;
	} rows[] = {
		{ "alpine", "docker.io", "library/alpine", "latest",
		  "docker.io/library/alpine:latest", "registry-1.docker.io" },
		{ "alpine:3.18", "docker.io", "library/alpine", "3.18",
		  "docker.io/library/alpine:3.18", "registry-1.docker.io" },
		{ "index.docker.io/a/b", "docker.io", "a/b", "latest", "docker.io/a/b:latest",
		  "registry-1.docker.io" },
		{ "localhost/a", "localhost", "a", "latest", "localhost/a:latest", "localhost" },
		{ "127.0.0.1:5000/app:1.2", "127.0.0.1:5000", "app", "1.2",
		  "127.0.0.1:5000/app:1.2", "127.0.0.1:5000" },
		{ "[::1]:5000/a/b", "[::1]:5000", "a/b", "latest", "[::1]:5000/a/b:latest",
		  "[::1]:5000" },
		{ "ghcr.io/o/r__x/a-b.c:T_.-x", "ghcr.io", "o/r__x/a-b.c", "T_.-x",
		  "ghcr.io/o/r__x/a-b.c:T_.-x", "ghcr.io" },
		{ "UPPER/a", "UPPER", "a", "latest", "UPPER/a:latest", "UPPER" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 16);
		struct image_reference r = { 0 };
		struct error e = { 0 };
		EXPECT_OK(reference_parse(str_c(rows[i].text), &a, &r, &e), &e);
		EXPECT_STR(r.host, str_c(rows[i].host));
		EXPECT_STR(r.repository, str_c(rows[i].repository));
		EXPECT_STR(r.tag, str_c(rows[i].tag));
		EXPECT_STR(reference_name(&a, &r), str_c(rows[i].name));
		EXPECT_STR(reference_api_host(&r), str_c(rows[i].api));
	}
}

TEST(a_digest_needs_no_tag)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	struct image_reference r = { 0 };
	struct error e = { 0 };
	EXPECT_OK(reference_parse(
	                  STR("h:5/a@sha256:"
	                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	                  &a, &r, &e),
	          &e);
	EXPECT_INT(r.tag.n, 0);
	EXPECT_INT(r.digest.n, 71);
	EXPECT_STR(reference_name(&a, &r), STR("h:5/a"));
}

TEST(malformed_references_are_refused)
{
	static const char *const rows[] = {
		"",      "/a",       "a/",      "A",           "a:",    "a:-x",
		"a:b:c", "a//b",     "a b",     "a..b",        "a___b", "-a",
		"a-",    "h.x/",     "h.x:0/a", "h.x:99999/a", "a@",    "a@sha256:0",
		"../a",  "h.x/../a", "a?b",     "h.x/a%2f",    "h:p/a", "\xc3\xa9",
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 16);
		struct image_reference r;
		struct error e = { 0 };
		if (reference_parse(str_c(rows[i]), &a, &r, &e) >= 0)
			test_fail(__FILE__, __LINE__, "taken: \"%s\"", rows[i]);
	}
}
