/* net/certificate.h — a key and a self-signed certificate for a first start (ECDSA P-256, RFC
 * 5280), and what a certificate's file says of itself. */
#pragma once
#include "base/digest.h"
#include "base/error.h"

enum { CERTIFICATE_DAYS = 397 };

/* Both files are made whole or not at all, the key readable by its owner only; what was there is
 * replaced. CN plimsoll; names are localhost, 127.0.0.1, ::1, the machine's and the n given ones
 * (DNS names or addresses). */
int certificate_make(const char *cert_file, const char *key_file, const char *const *names,
                     size_t n, int64_t now, struct error *e) must_use;

struct certificate_facts {
	int64_t not_before, not_after; /* seconds since 1970 UTC */
	int days_left;                 /* whole ones from `now` on; below 0: it has ended */
	struct digest fingerprint;     /* SHA-256 of the DER, as browsers show it */
};
/* The first certificate of a PEM file; ERR_FORMAT when it holds none. */
int certificate_read(const char *cert_file, int64_t now, struct certificate_facts *out,
                     struct error *e) must_use;
