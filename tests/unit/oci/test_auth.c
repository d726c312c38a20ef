#include "../test.h"
#include "oci/auth.h"

TEST(challenges_of_rfc_9110_and_of_real_registries)
{
	static const struct {
		const char *header, *realm, *service, *scope;
		bool basic, bearer;
	} rows[] = {
		{ "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
		  "scope=\"repository:library/alpine:pull\"",
		  "https://auth.docker.io/token", "registry.docker.io",
		  "repository:library/alpine:pull", false, true },
		{ "bearer Realm=https , SERVICE = \"a\\\"b\"", "https", "a\"b", "", false, true },
		{ "Basic realm=\"x, y\"", "", "", "", true, false },
		{ "Basic realm=\"b\", Bearer realm=\"t\",service=\"s\", Digest realm=\"d\"", "t",
		  "s", "", true, true },
		{ "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic "
		  "realm=\"simple\"",
		  "", "", "", true, false },
		{ "Negotiate YWJj==, Bearer realm=\"t\"", "t", "", "", false, true },
		{ "Bearer realm=\"one\", Bearer realm=\"two\"", "one", "", "", false, true },
		{ " , ,Basic", "", "", "", true, false },
		{ "", "", "", "", false, false },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 16);
		struct challenge c = { 0 };
		struct error e = { 0 };
		EXPECT_OK(auth_challenge(str_c(rows[i].header), &a, &c, &e), &e);
		EXPECT_STR(c.realm, str_c(rows[i].realm));
		EXPECT_STR(c.service, str_c(rows[i].service));
		EXPECT_STR(c.scope, str_c(rows[i].scope));
		EXPECT_INT(c.basic, rows[i].basic);
		EXPECT_INT(c.bearer, rows[i].bearer);
	}
}

TEST(malformed_challenges_are_refused)
{
	static const char *const rows[] = { "Bearer realm=\"open", "\"x\"", "Bearer realm=\"a\\",
		                            "=", "Basic \"" };
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 16);
		struct challenge c = { 0 };
		struct error e = { 0 };
		if (auth_challenge(str_c(rows[i]), &a, &c, &e) >= 0)
			test_fail(__FILE__, __LINE__, "taken: %s", rows[i]);
	}
}
