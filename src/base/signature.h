/* base/signature.h — Ed25519 signatures (RFC 8032, through libcrypto) with keys as PEM text, as
 * `openssl genpkey -algorithm ed25519` writes them (PKCS 8; the public half as
 * SubjectPublicKeyInfo). Any thread. */
#pragma once
#include "base/buf.h"
#include "base/error.h"

enum { SIGNATURE_BYTES = 64, SIGNATURE_KEY_ID_BYTES = 8, SIGNATURE_PEM_BYTES = 16 << 10 };

struct signing_key; /* private or public; its memory is wiped by libcrypto */

/* ERR_FORMAT for what is no such key, or one of another algorithm. */
int signing_key_private(str pem, struct signing_key **out, struct error *e) must_use;
int signing_key_public(str pem, struct signing_key **out, struct error *e) must_use;
int signing_key_new(struct signing_key **out, struct error *e) must_use;
void signing_key_free(struct signing_key *k); /* NULL is fine */
/* PEM of both halves of a private key */
int signing_key_write(const struct signing_key *k, struct buf *private_pem, struct buf *public_pem,
                      struct error *e) must_use;
/* The first bytes of the public half's SHA-256: to tell keys apart, no proof of anything. */
void signing_key_id(const struct signing_key *k, uint8_t out[SIGNATURE_KEY_ID_BYTES]);

int signature_make(const struct signing_key *k, str message, uint8_t out[SIGNATURE_BYTES],
                   struct error *e) must_use;
bool signature_good(const struct signing_key *k, str message,
                    const uint8_t signature[SIGNATURE_BYTES]);
