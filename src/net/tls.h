/* net/tls.h — OpenSSL's server side, set up: TLS 1.2 and 1.3 with forward secrecy, http/1.1 by
 * ALPN, a certificate and its key from PEM files. */
#pragma once
#include "base/error.h"
#include <openssl/ssl.h>

/* ERR_FORMAT (ERR_NOTFOUND, ERR_DENIED) names the file that is missing, damaged or not of the
 * other. */
int tls_server(const char *cert_file, const char *key_file, SSL_CTX **out,
               struct error *e) must_use;
/* As text for a message: OpenSSL's latest complaint; the queue is empty then. */
const char *tls_why(char *room, size_t n);
