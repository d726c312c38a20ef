#include "base/digest.h"
#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>

struct digester {
	EVP_MD_CTX *sum;
};

/* Looked up once: libcrypto would ask its providers again for each sum. */
static EVP_MD *sha256;

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

struct digester *digester_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	struct digester *d = malloc(sizeof *d);
	assert(d);
	d->sum = EVP_MD_CTX_new();
	pthread_once(&once, fetch);
	assert(d->sum && sha256);
	int ok = EVP_DigestInit_ex(d->sum, sha256, NULL);
	assert(ok == 1);
	return d;
}

void digester_add(struct digester *d, const void *p, size_t n)
{
	int ok = EVP_DigestUpdate(d->sum, p, n);
	assert(ok == 1);
}

void digester_end(struct digester *d, struct digest *out)
{
	int ok = EVP_DigestFinal_ex(d->sum, out->bytes, NULL);
	assert(ok == 1);
}

void digester_free(struct digester *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->sum);
	free(d);
}

struct digest digest_of(str bytes)
{
	struct digester *d = digester_new();
	struct digest out;
	digester_add(d, bytes.p, bytes.n);
	digester_end(d, &out);
	digester_free(d);
	return out;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int digest_parse(str text, struct digest *out, struct error *e)
{
	struct digest d;
	str hex = str_from(text, 7);

	if (str_starts(text, STR("sha512:")))
		return error_set(e, ERR_UNSUPPORTED,
		                 "digest of an algorithm that is not read: %.*s",
		                 STR_FMT(str_upto(text, 80)));
	if (!str_starts(text, STR("sha256:")) || hex.n != 64)
		return error_set(e, ERR_FORMAT, "not a sha256 digest: %.*s",
		                 STR_FMT(str_upto(text, 80)));
	for (size_t i = 0; i < 32; i++) {
		int high = hex_value(hex.p[2 * i]), low = hex_value(hex.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return error_set(e, ERR_FORMAT, "not a sha256 digest: %.*s", STR_FMT(text));
		d.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*out = d;
	return 0;
}

const char *digest_text(const struct digest *d, char out[DIGEST_TEXT_BYTES])
{
	static const char hex[] = "0123456789abcdef";
	memcpy(out, "sha256:", 7);
	for (size_t i = 0; i < 32; i++) {
		out[7 + 2 * i] = hex[d->bytes[i] >> 4];
		out[8 + 2 * i] = hex[d->bytes[i] & 15];
	}
	out[71] = 0;
	return out;
}
