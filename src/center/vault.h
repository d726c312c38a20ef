/* center/vault.h — secrets at rest: AES-256-GCM (NIST SP 800-38D) under keys of a file that is not
 * in the store. What is sealed is bound to what it belongs to ("registry 7 credential") and opens
 * for nothing else. A sealed value is version, key id (8 bytes), nonce (12), ciphertext, tag (16).
 * The key file has a line a key, "ID KEY" in hex; the first seals, all open. Any thread once open.
 */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"

struct vault;

/* Makes the file with one key (0600) when `make` and it is not there. ERR_DENIED when others may
 * read it, ERR_NOTFOUND, ERR_FORMAT. */
int vault_open(const char *file, bool make, struct vault **out, struct error *e) must_use;
void vault_free(struct vault *v); /* wipes; NULL is fine */

int vault_seal(const struct vault *v, str plain, str belongs, struct buf *out,
               struct error *e) must_use;
/* ERR_FORMAT for what was not sealed, was changed, or belongs elsewhere; ERR_NOTFOUND for an
 * unknown key. */
int vault_unseal(const struct vault *v, str sealed, str belongs, struct secret *out,
                 struct error *e) must_use;
bool vault_is_current(const struct vault *v, str sealed); /* sealed with the first key */
/* Puts a fresh key first into the file; the others stay, so that old values open. */
int vault_rotate(const char *file, struct error *e) must_use;
