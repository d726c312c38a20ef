#include "base/signature.h"
#include "base/digest.h"
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

enum { RAW_BYTES = 32 };

struct signing_key {
	EVP_PKEY *key;
};

static int keep(EVP_PKEY *key, const char *what, struct signing_key **out, struct error *e)
{
	ERR_clear_error();
	if (key && EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		return error_set(e, ERR_FORMAT, "no Ed25519 key");
	}
	if (!key)
		return error_set(e, ERR_FORMAT, "no %s in PEM form", what);
	struct signing_key *k = malloc(sizeof *k);
	if (!k)
		abort();
	k->key = key;
	*out = k;
	return 0;
}

/* Without one libcrypto asks the terminal for a pass phrase. */
static int no_phrase(char *out, int room, int writing, void *ctx)
{
	(void)out, (void)room, (void)writing, (void)ctx;
	return -1;
}

static BIO *open_pem(str pem)
{
	return pem.n <= SIGNATURE_PEM_BYTES ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
}

int signing_key_private(str pem, struct signing_key **out, struct error *e)
{
	BIO *from = open_pem(pem);
	EVP_PKEY *key = from ? PEM_read_bio_PrivateKey(from, NULL, no_phrase, NULL) : NULL;
	BIO_free(from);
	return keep(key, "private key without a pass phrase", out, e);
}

int signing_key_public(str pem, struct signing_key **out, struct error *e)
{
	BIO *from = open_pem(pem);
	EVP_PKEY *key = from ? PEM_read_bio_PUBKEY(from, NULL, no_phrase, NULL) : NULL;
	BIO_free(from);
	return keep(key, "public key", out, e);
}

int signing_key_new(struct signing_key **out, struct error *e)
{
	return keep(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "new key", out, e);
}

void signing_key_free(struct signing_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->key);
	free(k);
}

static bool take_bio(BIO *from, struct buf *to)
{
	char *p;
	long n = BIO_get_mem_data(from, &p);
	if (n > 0)
		buf_add(to, str_mem(p, (size_t)n));
	return n > 0 && !to->failed;
}

int signing_key_write(const struct signing_key *k, struct buf *private_pem, struct buf *public_pem,
                      struct error *e)
{
	BIO *priv = BIO_new(BIO_s_secmem()), *pub = BIO_new(BIO_s_mem());
	bool ok = priv && pub &&
	          PEM_write_bio_PKCS8PrivateKey(priv, k->key, NULL, NULL, 0, NULL, NULL) == 1 &&
	          PEM_write_bio_PUBKEY(pub, k->key) == 1 && take_bio(priv, private_pem) &&
	          take_bio(pub, public_pem);
	BIO_free(priv);
	BIO_free(pub);
	return ok ? 0 : error_set(e, ERR_SYSTEM, "a key could not be written");
}

void signing_key_id(const struct signing_key *k, uint8_t out[SIGNATURE_KEY_ID_BYTES])
{
	uint8_t raw[RAW_BYTES] = { 0 };
	size_t n = sizeof raw;
	if (EVP_PKEY_get_raw_public_key(k->key, raw, &n) != 1)
		n = 0;
	struct digest d = digest_of(str_mem(raw, n));
	memcpy(out, d.bytes, SIGNATURE_KEY_ID_BYTES);
}

int signature_make(const struct signing_key *k, str message, uint8_t out[SIGNATURE_BYTES],
                   struct error *e)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t n = SIGNATURE_BYTES;
	bool ok = c && EVP_DigestSignInit(c, NULL, NULL, NULL, k->key) == 1 &&
	          EVP_DigestSign(c, out, &n, (const uint8_t *)message.p, message.n) == 1 &&
	          n == SIGNATURE_BYTES;
	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return ok ? 0 : error_set(e, ERR_SYSTEM, "the key does not sign");
}

bool signature_good(const struct signing_key *k, str message,
                    const uint8_t signature[SIGNATURE_BYTES])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, k->key) == 1 &&
	          EVP_DigestVerify(c, signature, SIGNATURE_BYTES, (const uint8_t *)message.p,
	                           message.n) == 1;
	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return ok;
}
