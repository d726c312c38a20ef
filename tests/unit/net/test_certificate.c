#include "../test.h"
#include "net/certificate.h"
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

enum { DAY_S = 86400 };
static const int64_t now = 1700000000; /* 2023-11-14 */

struct place {
	char folder[32], cert[64], key[64];
};

static struct place new_place(void)
{
	struct place p = { .folder = "/tmp/test_certificateXXXXXX" };
	EXPECT(mkdtemp(p.folder) != NULL);
	snprintf(p.cert, sizeof p.cert, "%s/cert.pem", p.folder);
	snprintf(p.key, sizeof p.key, "%s/key.pem", p.folder);
	return p;
}

static void remove_place(struct place *p)
{
	unlink(p->cert);
	unlink(p->key);
	EXPECT_INT(rmdir(p->folder), 0); /* and nothing else was left in it */
}

static unsigned mode_of(const char *file)
{
	struct stat st;
	return stat(file, &st) == 0 ? st.st_mode & 0777 : 0;
}

TEST(a_certificate_is_made_for_these_names)
{
	struct place p = new_place();
	struct error e = { 0 };
	EXPECT_OK(certificate_make(p.cert, p.key,
	                           (const char *const[]){ "scan.example", "192.0.2.7" }, 2, now,
	                           &e),
	          &e);
	EXPECT_INT(mode_of(p.cert), 0644);
	EXPECT_INT(mode_of(p.key), 0600);
	FILE *f = fopen(p.cert, "r");
	X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	EXPECT(x != NULL);
	static const char *const names[] = { "localhost", "scan.example" };
	static const char *const addresses[] = { "127.0.0.1", "::1", "192.0.2.7" };
	char machine[256] = "";
	gethostname(machine, sizeof machine - 1);
	for (size_t i = 0; i < LEN(names); i++)
		EXPECT_INT(X509_check_host(x, names[i], 0, 0, NULL), 1);
	for (size_t i = 0; i < LEN(addresses); i++)
		EXPECT_INT(X509_check_ip_asc(x, addresses[i], 0), 1);
	EXPECT_INT(X509_check_host(x, machine, 0, 0, NULL), 1);
	EXPECT_INT(X509_check_host(x, "plimsoll", 0, 0, NULL), 0);
	EXPECT_INT(X509_check_ca(x), 0);
	EXPECT_INT(X509_verify(x, X509_get0_pubkey(x)), 1);
	X509_free(x);
	remove_place(&p);
}

TEST(a_certificate_tells_how_long_it_lasts)
{
	struct place p = new_place();
	struct error e = { 0 };
	struct certificate_facts a, b;
	EXPECT_OK(certificate_make(p.cert, p.key, NULL, 0, now, &e), &e);
	EXPECT_OK(certificate_read(p.cert, now, &a, &e), &e);
	EXPECT_INT(a.not_after - a.not_before, 397 * DAY_S);
	EXPECT(a.not_before <= now);
	EXPECT_INT(a.days_left, 396);
	EXPECT_OK(certificate_read(p.cert, a.not_after - DAY_S, &b, &e), &e);
	EXPECT_INT(b.days_left, 1);
	EXPECT_OK(certificate_read(p.cert, a.not_after - 1, &b, &e), &e);
	EXPECT_INT(b.days_left, 0);
	EXPECT_OK(certificate_read(p.cert, a.not_after + 1, &b, &e), &e);
	EXPECT_INT(b.days_left, -1);
	EXPECT(digest_eq(&a.fingerprint, &b.fingerprint));
	EXPECT_OK(certificate_make(p.cert, p.key, NULL, 0, now, &e),
	          &e); /* again, over the old one */
	EXPECT_OK(certificate_read(p.cert, now, &b, &e), &e);
	EXPECT(!digest_eq(&a.fingerprint, &b.fingerprint));
	remove_place(&p);
}

TEST(names_that_would_say_more_are_refused)
{
	static const char *const rows[] = {
		"", "a b", "a,DNS:evil", "a\nb", "h:80", "a/b", "[::1]"
	};
	struct place p = new_place();
	for (size_t i = 0; i < LEN(rows); i++) {
		struct error e = { 0 };
		EXPECT_INT(certificate_make(p.cert, p.key, &rows[i], 1, now, &e), ERR_USAGE);
	}
	remove_place(&p);
}

TEST(what_is_no_certificate_says_so)
{
	struct error e = { 0 };
	struct certificate_facts facts;
	EXPECT_INT(certificate_read("/nonexistent/cert.pem", now, &facts, &e), ERR_NOTFOUND);
	EXPECT_INT(certificate_read("/dev/null", now, &facts, &e), ERR_FORMAT);
	EXPECT_INT(certificate_read("/proc/self/cmdline", now, &facts, &e), ERR_FORMAT);
	EXPECT_INT(
	        certificate_make("/nonexistent/cert.pem", "/nonexistent/key.pem", NULL, 0, now, &e),
	        ERR_NOTFOUND);
}
