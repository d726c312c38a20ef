/* fuzz/fuzz_signature.c — any text as a key: refused with a reason, or a key whose signature
 * nothing but its message has, and whose written public half is the same key. */
#include "base/num.h"
#include "base/signature.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_written(struct signing_key *key)
{
	struct buf none cleanup(buf_done) = BUF(8192), pem cleanup(buf_done) = BUF(8192);
	uint8_t id[SIGNATURE_KEY_ID_BYTES], back[SIGNATURE_KEY_ID_BYTES];
	struct signing_key *again = NULL;
	struct error e = { 0 };

	assert(signing_key_write(key, &none, &pem, &e) >= 0);
	assert(signing_key_public(buf_view(&pem), &again, &e) >= 0);
	signing_key_id(key, id);
	signing_key_id(again, back);
	assert(!memcmp(id, back, sizeof id));
	signing_key_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct signing_key *key = NULL;
	uint8_t signature[SIGNATURE_BYTES];
	struct error e = { 0 };
	str text = str_mem(data, n);

	if (signing_key_public(text, &key, &e) >= 0) {
		memcpy(signature, data, MIN(n, sizeof signature));
		assert(!signature_good(key, text, signature));
	} else {
		assert(e.msg[0]);
	}
	signing_key_free(key);
	key = NULL;
	e = (struct error){ 0 };
	if (signing_key_private(text, &key, &e) >= 0) {
		assert(signature_make(key, text, signature, &e) >= 0);
		assert(signature_good(key, text, signature));
		signature[n % sizeof signature] ^= 1;
		assert(!signature_good(key, text, signature));
		check_written(key);
	} else {
		assert(e.msg[0]);
	}
	signing_key_free(key);
	return 0;
}
