#include "../test.h"
#include "base/secret.h"

TEST(base64_of_rfc_4648_section_10)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct secret s = { 0 };
		secret_add_base64(&s, str_c(rows[i][0]));
		EXPECT_STR(secret_view(&s), str_c(rows[i][1]));
		secret_done(&s);
	}
}

TEST(basic_of_rfc_7617_section_2)
{
	struct secret s = { 0 };
	secret_basic(&s, STR("Aladdin"), STR("open sesame"));
	EXPECT_STR(secret_view(&s), STR("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
	secret_set(&s, str_from(secret_view(&s), 6)); /* a view of itself */
	EXPECT_STR(secret_view(&s), STR("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
	secret_bearer(&s, STR("mF_9.B5f-4.1JqM"));
	EXPECT_STR(secret_view(&s), STR("Bearer mF_9.B5f-4.1JqM"));
	secret_done(&s);
	EXPECT(!secret_is_set(&s));
}
