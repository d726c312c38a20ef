#include "center/finding_name.h"
#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>

enum { PACKAGE_BITS = 42, VULNERABILITY_BITS = 42, IMAGE_BITS = 44, LOW_PACKAGE_BITS = 22 };

/* No secret: it only makes neighbours look unlike each other. Never to be changed: names are
 * bookmarks. */
static const uint8_t key[16] = "plimsoll finding";

static void cipher(uint8_t block[16], bool encrypt)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;
	bool fine = c && EVP_CipherInit_ex(c, EVP_aes_128_ecb(), NULL, key, NULL, encrypt) &&
	            EVP_CIPHER_CTX_set_padding(c, 0) && EVP_CipherUpdate(c, block, &n, block, 16) &&
	            n == 16;

	EVP_CIPHER_CTX_free(c);
	assert(fine);
}

static void put64(uint8_t *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

const char *finding_name_make(const struct finding_key *k, char out[FINDING_NAME_BYTES])
{
	uint64_t image = (uint64_t)k->image_id, package = (uint64_t)k->package_id,
	         vulnerability = (uint64_t)k->vulnerability_id;
	uint8_t b[16];

	assert(image >> IMAGE_BITS == 0 && package >> PACKAGE_BITS == 0 &&
	       vulnerability >> VULNERABILITY_BITS == 0);
	put64(b, image << (64 - IMAGE_BITS) | package >> LOW_PACKAGE_BITS);
	put64(b + 8, package << VULNERABILITY_BITS | vulnerability);
	cipher(b, true);
	snprintf(out, FINDING_NAME_BYTES,
	         "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
	         b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	         b[15]);
	return out;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool finding_name_parse(str name, struct finding_key *out)
{
	uint8_t b[16];
	size_t n = 0;

	if (name.n != FINDING_NAME_BYTES - 1)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		int v = digit(name.p[i]);
		if (dash ? name.p[i] != '-' : v < 0)
			return false;
		if (dash)
			continue;
		b[n / 2] = (uint8_t)(n % 2 ? b[n / 2] | v : v << 4);
		n++;
	}
	cipher(b, false);
	uint64_t high = get64(b), low = get64(b + 8);
	*out = (struct finding_key){
		.image_id = (int64_t)(high >> (64 - IMAGE_BITS)),
		.package_id =
		        (int64_t)((high & ((1u << (64 - IMAGE_BITS)) - 1)) << LOW_PACKAGE_BITS |
		                  low >> VULNERABILITY_BITS),
		.vulnerability_id = (int64_t)(low & (((uint64_t)1 << VULNERABILITY_BITS) - 1)),
	};
	return true;
}
