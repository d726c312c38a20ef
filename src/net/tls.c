#include "net/tls.h"
#include "base/str.h"
#include <errno.h>
#include <openssl/err.h>

static const char ciphers[] =
        "ECDHE+AESGCM:ECDHE+CHACHA20"; /* of TLS 1.2; all of TLS 1.3's are fine */

const char *tls_why(char *room, size_t n)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;
	snprintf(room, n, "%s", text ? text : "refused by OpenSSL");
	ERR_clear_error();
	return room;
}

/* A key that wants a passphrase is refused, and nobody is asked for one on a terminal. */
static int no_passphrase(char *room, int n, int writing, void *ctx)
{
	(void)room, (void)n, (void)writing, (void)ctx;
	return -1;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
                           const unsigned char *in, unsigned in_n, void *ctx)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;
	(void)ssl, (void)ctx;
	if (SSL_select_next_proto(&chosen, out_n, ours, sizeof ours - 1, in, in_n) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static int refused(struct error *e, const char *file)
{
	char why[160];
	return error_set(e, ERR_FORMAT, "%s: %s", file, tls_why(why, sizeof why));
}

static int readable(const char *file, struct error *e)
{
	return access(file, R_OK) == 0 ? 0 : error_errno(e, errno, "open %s", file);
}

static int load(SSL_CTX *ctx, const char *cert_file, const char *key_file, struct error *e)
{
	int r = readable(cert_file, e);
	if (r == 0)
		r = readable(key_file, e);
	if (r < 0)
		return r;
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1)
		return refused(e, cert_file);
	if (SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return refused(e, key_file);
	return 0;
}

int tls_server(const char *cert_file, const char *key_file, SSL_CTX **out, struct error *e)
{
	char why[160];
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, ciphers) != 1) {
		SSL_CTX_free(ctx);
		return error_set(e, ERR_SYSTEM, "TLS: %s", tls_why(why, sizeof why));
	}
	/* The length of a message is in its head, so an end without a farewell cuts nothing
	 * unnoticed. */
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
	                                 SSL_OP_CIPHER_SERVER_PREFERENCE |
	                                 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
	                              SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); /* tickets are enough */
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	int r = load(ctx, cert_file, key_file, e);
	if (r < 0) {
		SSL_CTX_free(ctx);
		return r;
	}
	*out = ctx;
	return 0;
}
