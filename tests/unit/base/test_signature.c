#include "../test.h"
#include "base/signature.h"
#include <stdlib.h>

/* RFC 8032 7.1, test 1 (an empty message) and 2, in the forms of RFC 8410 */
static const char private_1[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                "-----END PRIVATE KEY-----\n";
static const uint8_t signature_1[] = { 0xe5, 0x56, 0x43, 0x00, 0xc3, 0x60, 0xac, 0x72, 0x90, 0x86,
	                               0xe2, 0xcc, 0x80, 0x6e, 0x82, 0x8a, 0x84, 0x87, 0x7f, 0x1e,
	                               0xb8, 0xe5, 0xd9, 0x74, 0xd8, 0x73, 0xe0, 0x65, 0x22, 0x49,
	                               0x01, 0x55, 0x5f, 0xb8, 0x82, 0x15, 0x90, 0xa3, 0x3b, 0xac,
	                               0xc6, 0x1e, 0x39, 0x70, 0x1c, 0xf9, 0xb4, 0x6b, 0xd2, 0x5b,
	                               0xf5, 0xf0, 0x59, 0x5b, 0xbe, 0x24, 0x65, 0x51, 0x41, 0x43,
	                               0x8e, 0x7a, 0x10, 0x0b };

TEST(signature_is_that_of_rfc_8032)
{
	struct signing_key *k = NULL;
	struct error e = { 0 };
	uint8_t made[SIGNATURE_BYTES];
	EXPECT_OK(signing_key_private(str_c(private_1), &k, &e), &e);
	if (!k)
		return;
	EXPECT_OK(signature_make(k, STR(""), made, &e), &e);
	EXPECT(!memcmp(made, signature_1, sizeof made));
	EXPECT(signature_good(k, STR(""), signature_1));
	EXPECT(!signature_good(k, STR("x"), signature_1));
	made[63] ^= 1;
	EXPECT(!signature_good(k, STR(""), made));
	signing_key_free(k);
}

TEST(keys_come_back_from_their_pem)
{
	struct signing_key *k = NULL, *pub = NULL, *other = NULL;
	struct error e = { 0 };
	struct buf a = BUF(4096), b = BUF(4096);
	uint8_t s[SIGNATURE_BYTES], x[SIGNATURE_KEY_ID_BYTES], y[SIGNATURE_KEY_ID_BYTES];
	EXPECT_OK(signing_key_new(&k, &e), &e);
	EXPECT_OK(signing_key_new(&other, &e), &e);
	EXPECT_OK(signing_key_write(k, &a, &b, &e), &e);
	EXPECT_OK(signing_key_public(buf_view(&b), &pub, &e), &e);
	EXPECT_OK(signature_make(k, STR("message"), s, &e), &e);
	EXPECT(signature_good(pub, STR("message"), s));
	EXPECT(!signature_good(other, STR("message"), s));
	signing_key_id(k, x);
	signing_key_id(pub, y);
	EXPECT(!memcmp(x, y, sizeof x));
	EXPECT(signature_make(pub, STR("message"), s, &e) < 0); /* the public half does not sign */
	signing_key_free(k);
	signing_key_free(pub);
	signing_key_free(other);
	buf_done(&a);
	buf_done(&b);
}

TEST(other_keys_are_refused)
{
	static const char p256[] =
	        "-----BEGIN PUBLIC KEY-----\n"
	        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
	        "6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
	        "-----END PUBLIC KEY-----\n"; /* SEC 2: the generator of P-256 */
	struct signing_key *k = NULL;
	struct error e = { 0 };
	EXPECT(signing_key_public(str_c(p256), &k, &e) < 0);
	EXPECT(signing_key_private(STR("none"), &k, &e) < 0);
	EXPECT(signing_key_public(STR(""), &k, &e) < 0);
	EXPECT(signing_key_public(str_c(private_1), &k, &e) < 0);
	EXPECT(!k);
}
