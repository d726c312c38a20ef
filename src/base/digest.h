/* base/digest.h — SHA-256 as a value and as a running sum (FIPS 180-4, through libcrypto). */
#pragma once
#include "base/error.h"
#include "base/str.h"

struct digest { /* a value: copy it, compare it, use it as a key */
	uint8_t bytes[32];
};

enum { DIGEST_TEXT_BYTES = 7 + 64 + 1 }; /* "sha256:", hex, NUL */

struct digester; /* one per stream and thread */
struct digester *digester_new(void); /* aborts when libcrypto has no SHA-256 */
void digester_add(struct digester *d, const void *p, size_t n);
void digester_end(struct digester *d, struct digest *out); /* may be asked once */
void digester_free(struct digester *d);                    /* NULL is fine */

struct digest digest_of(str bytes);
bool digest_eq(const struct digest *a, const struct digest *b);
/* "sha256:<64 lower-case hex>" (OCI image-spec, descriptor.md); anything else is ERR_FORMAT,
 * a registered but other algorithm (sha512:…) ERR_UNSUPPORTED. */
int digest_parse(str text, struct digest *out, struct error *e) must_use;
const char *digest_text(const struct digest *d, char out[DIGEST_TEXT_BYTES]); /* returns out */
