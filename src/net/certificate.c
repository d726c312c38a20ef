#include "net/certificate.h"
#include "base/buf.h"
#include "net/tls.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>

enum { DAY_S = 86400, SKEW_S = 3600, NAMES_BYTES_MAX = 16 << 10, FILE_BYTES_MAX = 1 << 20 };

static int refused(struct error *e, const char *what)
{
	char why[160];
	return error_set(e, ERR_SYSTEM, "%s: %s", what, tls_why(why, sizeof why));
}

/* Letters, digits, '-', '.', '*' and '_' only: others would end the name in OpenSSL's list. */
static bool is_name(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], low = (char)(c | 0x20);
		if (!(c >= '0' && c <= '9') && !(low >= 'a' && low <= 'z') &&
		    (!c || !strchr("-.*_", c)))
			return false;
	}
	return s.n > 0 && s.n <= 253;
}

static int add_name(struct buf *list, const char *name, struct error *e)
{
	unsigned char bytes[16];
	bool address =
	        inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
	char entry[300];
	if (!address && !is_name(str_c(name)))
		return error_set(e, ERR_USAGE, "\"%s\" is no host name and no address", name);
	snprintf(entry, sizeof entry, "%s%s:%s,", list->n ? "" : ",", address ? "IP" : "DNS", name);
	snprintf(entry, sizeof entry, ",%s:%s,", address ? "IP" : "DNS",
	         name); /* between commas: whole */
	if (str_find(buf_view(list), str_c(entry)) == list->n)
		buf_add(list, str_c(entry + 1));
	return 0;
}

static int list_names(struct buf *list, const char *const *names, size_t n, struct error *e)
{
	static const char *const always[] = { "localhost", "127.0.0.1", "::1" };
	char machine[256] = "";
	struct error ignored = { 0 };
	int r = 0;
	buf_addc(list, ',');
	for (size_t i = 0; i < LEN(always); i++)
		r = add_name(list, always[i], e);
	if (gethostname(machine, sizeof machine - 1) == 0 && machine[0])
		(void)add_name(list, machine, &ignored); /* an odd one is left out */
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_name(list, names[i], e);
	if (r < 0)
		return r;
	list->n--; /* the last comma becomes the end */
	buf_addc(list, 0);
	return list->failed ? error_set(e, ERR_LIMIT, "too many names for a certificate") : 0;
}

static bool add_extension(X509 *cert, int kind, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, &ctx, kind, value);
	bool ok = x && X509_add_ext(cert, x, -1) == 1;
	X509_EXTENSION_free(x);
	return ok;
}

static bool set_serial(X509 *cert) /* 127 random bits, positive */
{
	unsigned char bytes[16];
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40);
	BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
	bool ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
	return ok;
}

static bool fill(X509 *cert, EVP_PKEY *key, const char *names, int64_t now)
{
	X509_NAME *name = X509_get_subject_name(cert);
	int64_t start = now - SKEW_S;
	return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
	       ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)start) &&
	       ASN1_TIME_set(X509_getm_notAfter(cert),
	                     (time_t)(start + (int64_t)CERTIFICATE_DAYS * DAY_S)) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	                                  (const unsigned char *)"plimsoll", -1, -1, 0) == 1 &&
	       X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1 &&
	       add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(cert, NID_ext_key_usage, "serverAuth") &&
	       add_extension(cert, NID_subject_key_identifier, "hash") &&
	       add_extension(cert, NID_subject_alt_name, names) &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

/* A file beside the one meant, with the same bytes in it however this ends; *temporary is its name.
 */
static int write_beside(const char *file, mode_t mode, BIO *bytes, char **temporary,
                        struct error *e)
{
	char *p;
	long n = BIO_get_mem_data(bytes, &p);
	autofree char *name = NULL;
	if (asprintf(&name, "%s.%ld.new", file, (long)getpid()) < 0)
		return error_set(e, ERR_SYSTEM, "no memory for a file's name");
	unlink(name);
	autoclose int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return error_errno(e, errno, "make %s", name);
	if (fchmod(fd, mode) < 0 || write(fd, p, (size_t)n) != n || fsync(fd) < 0) {
		int why = errno;
		unlink(name);
		return error_errno(e, why, "write %s", name);
	}
	*temporary = take(name);
	return 0;
}

static int put(const char *cert_file, const char *key_file, BIO *cert, BIO *key, struct error *e)
{
	autofree char *new_cert = NULL;
	autofree char *new_key = NULL;
	int r = write_beside(key_file, 0600, key, &new_key, e);
	if (r == 0)
		r = write_beside(cert_file, 0644, cert, &new_cert, e);
	if (r == 0 && rename(new_key, key_file) < 0)
		r = error_errno(e, errno, "rename to %s", key_file);
	if (r == 0 && rename(new_cert, cert_file) < 0)
		r = error_errno(e, errno, "rename to %s", cert_file);
	if (r < 0 && new_key)
		unlink(new_key);
	if (r < 0 && new_cert)
		unlink(new_cert);
	return r;
}

int certificate_make(const char *cert_file, const char *key_file, const char *const *names,
                     size_t n, int64_t now, struct error *e)
{
	struct buf list cleanup(buf_done) = BUF(NAMES_BYTES_MAX);
	int r = list_names(&list, names, n, e);
	if (r < 0)
		return r;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	BIO *cert_pem = BIO_new(BIO_s_mem()), *key_pem = BIO_new(BIO_s_secmem());
	if (key && cert && cert_pem && key_pem && fill(cert, key, list.p + 1, now) &&
	    PEM_write_bio_X509(cert_pem, cert) == 1 &&
	    PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) == 1)
		r = put(cert_file, key_file, cert_pem, key_pem, e);
	else
		r = refused(e, "make a certificate");
	BIO_free(key_pem);
	BIO_free(cert_pem);
	X509_free(cert);
	EVP_PKEY_free(key);
	return r;
}

static int64_t seconds(const ASN1_TIME *t) /* since 1970 UTC */
{
	int days = 0, rest = 0;
	ASN1_TIME *start = ASN1_TIME_set(NULL, 0);
	bool ok = start && ASN1_TIME_diff(&days, &rest, start, t) == 1;
	ASN1_TIME_free(start);
	return ok ? (int64_t)days * DAY_S + rest : 0;
}

int certificate_read(const char *cert_file, int64_t now, struct certificate_facts *out,
                     struct error *e)
{
	struct stat st;
	FILE *f = fopen(cert_file, "re");
	if (!f)
		return error_errno(e, errno, "open %s", cert_file);
	bool small =
	        fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_BYTES_MAX;
	X509 *cert = small ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	fclose(f);
	unsigned n = 0;
	struct certificate_facts facts;
	if (!cert || X509_digest(cert, EVP_sha256(), facts.fingerprint.bytes, &n) != 1) {
		char why[160];
		X509_free(cert);
		return error_set(e, ERR_FORMAT, "%s: no certificate in PEM: %s", cert_file,
		                 tls_why(why, sizeof why));
	}
	facts.not_before = seconds(X509_get0_notBefore(cert));
	facts.not_after = seconds(X509_get0_notAfter(cert));
	int64_t left = facts.not_after - now;
	facts.days_left = (int)(left >= 0 ? left / DAY_S : -((-left + DAY_S - 1) / DAY_S));
	X509_free(cert);
	*out = facts;
	return 0;
}
