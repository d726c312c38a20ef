#include "../test.h"
#include "base/base64.h"

TEST(base64url_of_rfc_4648_section_10)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff", "-_8" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(4096);
		str back = STR("?");
		EXPECT_STR(base64url_encode(&a, str_c(rows[i][0])), str_c(rows[i][1]));
		EXPECT(base64_decode(&a, str_c(rows[i][1]), &back));
		EXPECT_STR(back, str_c(rows[i][0]));
	}
}

TEST(base64_that_is_refused)
{
	static const char *const rows[] = { "Z",        "Zg=",  "Zh",     "Zm9=", "Zm9v=",
		                            "Zg==Zg==", "Z g=", "Zm9v\n", "====" };
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(4096);
		str back;
		if (base64_decode(&a, str_c(rows[i]), &back))
			test_fail(__FILE__, __LINE__, "taken: %s", rows[i]);
	}
}
