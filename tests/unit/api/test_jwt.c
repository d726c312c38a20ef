/* RFC 7515 appendices A.2 (RS256) and A.3 (ES256), and what is not to be taken. */
#include "../test.h"
#include "api/jwt.h"
#include "base/json.h"

#define CLAIMS                                                                                     \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0" \
	"cnVlfQ"
#define RSA_N                                                                                      \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt" \
	"0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX" \
	"ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5" \
	"IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RSA_SIGNATURE                                                                              \
	"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W" \
	"2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS" \
	"jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv" \
	"Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define EC_SIGNATURE \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define RS256 "eyJhbGciOiJSUzI1NiJ9"
#define ES256 "eyJhbGciOiJFUzI1NiJ9"
#define NONE  "eyJhbGciOiJub25lIn0"
#define HS256 "eyJhbGciOiJIUzI1NiJ9"

static const char rsa[] = "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\"}]}";
static const char ec[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
                         "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                         "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";
static const char of_no_curve[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":"
                                  "\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                                  "\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}]}";
static const char for_encryption[] =
        "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"enc\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\"}]}";
static const char weak[] = "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":"
                           "\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQ\"}]}";

TEST(signatures_of_the_specification)
{
	static const struct {
		const char *why, *keys, *token;
		int result;
	} rows[] = {
		{ "A.2", rsa, RS256 "." CLAIMS "." RSA_SIGNATURE, 1 },
		{ "A.3", ec, ES256 "." CLAIMS "." EC_SIGNATURE, 1 },
		{ "the other kind of key", ec, RS256 "." CLAIMS "." RSA_SIGNATURE, 0 },
		{ "for encryption", for_encryption, RS256 "." CLAIMS "." RSA_SIGNATURE, 0 },
		{ "weak", weak, RS256 "." CLAIMS "." RSA_SIGNATURE, 0 },
		{ "not on the curve", of_no_curve, ES256 "." CLAIMS "." EC_SIGNATURE, 0 },
		{ "no keys", "{}", RS256 "." CLAIMS "." RSA_SIGNATURE, 0 },
		{ "another signature", rsa, RS256 "." CLAIMS "." EC_SIGNATURE, 0 },
		{ "half a signature", ec,
		  ES256 "." CLAIMS ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmU", ERR_DENIED },
		{ "none", rsa, NONE "." CLAIMS ".", ERR_DENIED },
		{ "HS256", rsa, HS256 "." CLAIMS ".AAAA", ERR_DENIED },
		{ "two parts", rsa, RS256 "." CLAIMS, ERR_FORMAT },
		{ "four parts", rsa, RS256 "." CLAIMS ".AAAA.AAAA", ERR_FORMAT },
		{ "padding", rsa, RS256 "=." CLAIMS ".AAAA", ERR_FORMAT },
		{ "empty", rsa, "", ERR_FORMAT },
		{ "keys that are no JSON", "x", RS256 "." CLAIMS "." RSA_SIGNATURE, ERR_FORMAT },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct json *claims = NULL;
		struct error e = { 0 };
		int r = jwt_verify(str_c(rows[i].keys), str_c(rows[i].token), &a, &claims, &e);
		if (r != rows[i].result)
			test_fail(__FILE__, __LINE__, "%s: %d %s", rows[i].why, r, e.msg);
		if (r == 1)
			EXPECT_STR(json_str(claims, "iss"), STR("joe"));
		json_free(claims);
	}
}

TEST(claims_of_openid_connect_core_3_1_3_7)
{
	static const struct {
		const char *why, *text;
		bool good;
	} rows[] = {
		{ "as it should be",
		  "{\"iss\":\"i\",\"aud\":\"c\",\"sub\":\"s\",\"exp\":1100,\"iat\":990,\"nonce\":"
		  "\"n\"}",
		  true },
		{ "one of a list, as its party",
		  "{\"iss\":\"i\",\"aud\":[\"b\",\"c\"],\"azp\":\"c\",\"sub\":\"s\",\"exp\":1100,"
		  "\"iat\":990,\"nonce\":\"n\"}",
		  true },
		{ "clocks a minute apart",
		  "{\"iss\":\"i\",\"aud\":\"c\",\"sub\":\"s\",\"exp\":950,\"iat\":1050,\"nonce\":"
		  "\"n\"}",
		  true },
		{ "no date is a number",
		  "{\"iss\":\"i\",\"aud\":\"c\",\"sub\":\"s\",\"exp\":\"1100\",\"iat\":990,"
		  "\"nonce\":\"n\"}",
		  false },
		{ "not yet",
		  "{\"iss\":\"i\",\"aud\":\"c\",\"sub\":\"s\",\"exp\":1100,\"iat\":990,\"nbf\":"
		  "1090,\"nonce\":\"n\"}",
		  false },
		{ "issuer with a slash more",
		  "{\"iss\":\"i/"
		  "\",\"aud\":\"c\",\"sub\":\"s\",\"exp\":1100,\"iat\":990,\"nonce\":\"n\"}",
		  false },
		{ "nothing", "{}", false },
		{ "no object", "[]", false },
	};
	struct jwt_wants w = { STR("i"), STR("c"), STR("n"), 1000 };
	for (size_t i = 0; i < LEN(rows); i++) {
		struct json *claims = NULL;
		struct error e = { 0 };
		EXPECT_OK(json_parse("row", str_c(rows[i].text), &claims, &e), &e);
		if ((jwt_check(claims, &w, &e) == 0) != rows[i].good)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].why, e.msg);
		json_free(claims);
	}
}

TEST(claims_that_give_roles)
{
	struct json *claims = NULL;
	struct error e = { 0 };

	EXPECT_OK(json_parse("claims",
	                     STR("{\"groups\":[\"a\",\"b\"],\"realm\":{\"roles\":[\"r\"]},"
	                         "\"email\":\"e\",\"x.y\":\"z\",\"n\":1,\"empty\":\"\"}"),
	                     &claims, &e),
	          &e);
	EXPECT(jwt_claim_has(claims, STR("groups"), STR("b")));
	EXPECT(!jwt_claim_has(claims, STR("groups"), STR("c")));
	EXPECT(jwt_claim_has(claims, STR("realm.roles"), STR("r")));
	EXPECT(jwt_claim_has(claims, STR("x.y"), STR("z")));
	EXPECT(jwt_claim_has(claims, STR("email"), STR("e")));
	EXPECT(!jwt_claim_has(claims, STR("n"), STR("1")));
	EXPECT(!jwt_claim_has(claims, STR("empty"), STR("")));
	EXPECT(!jwt_claim_has(claims, STR("nothing"), STR("")));
	json_free(claims);
}
