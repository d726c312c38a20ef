#include "work/door.h"
#include "center/center.h"
#include "center/vault.h"
#include "net/url.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

enum { CREDENTIAL_BYTES_MAX = 64 << 10 };

static int read_file(str path, struct secret *out, struct error *e)
{
	char name[4096], text[4096];
	ssize_t n = 0;

	if (snprintf(name, sizeof name, "%.*s", STR_FMT(path)) >= (int)sizeof name)
		return error_set(e, ERR_USAGE, "the credential file's name is too long");
	autoclose int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(e, errno, "the credential file %s", name);
	secret_set(out, STR(""));
	while (out->n < CREDENTIAL_BYTES_MAX && (n = read(fd, text, sizeof text)) > 0)
		secret_add(out, str_mem(text, (size_t)n));
	explicit_bzero(text, sizeof text);
	return n < 0 ? error_errno(e, errno, "the credential file %s", name) : 0;
}

int door_read_ref(str ref, struct secret *out, struct error *e)
{
	char name[256];

	if (str_starts(ref, STR("file:")))
		return read_file(str_from(ref, 5), out, e);
	if (!str_starts(ref, STR("env:")))
		return error_set(e, ERR_USAGE, "a credential's reference is file:PATH or env:NAME");
	snprintf(name, sizeof name, "%.*s", STR_FMT(str_from(ref, 4)));
	const char *value = getenv(name);
	if (!value)
		return error_set(e, ERR_NOTFOUND,
		                 "the environment has no %s, which has the credential", name);
	secret_set(out, str_c(value));
	return 0;
}

static int read_credential(const struct center *c, const struct registry *r, struct secret *out,
                           struct error *e)
{
	char belongs[64];

	if (r->credential_ref.n)
		return door_read_ref(r->credential_ref, out, e);
	if (!r->credential.n)
		return 0;
	if (!c->vault)
		return error_set(e, ERR_SYSTEM, "the key that opens credentials is not there");
	snprintf(belongs, sizeof belongs, "registry %lld credential", (long long)r->id);
	return vault_unseal(c->vault, r->credential, str_c(belongs), out, e);
}

static int log_in(const struct center *c, const struct registry *r, struct door *out,
                  struct error *e)
{
	struct secret both cleanup(secret_done) = { 0 };
	int rc = read_credential(c, r, &both, e);

	if (rc < 0)
		return rc;
	str text = str_trim(secret_view(&both));
	size_t colon = str_chr(text, ':');
	if (text.n && colon == text.n)
		return error_set(e, ERR_USAGE, "the credential is not USERNAME:PASSWORD");
	secret_set(&out->username, str_upto(text, colon));
	secret_set(&out->password, str_from(text, colon + 1));
	return 0;
}

/* libcurl reads certificates from a file. */
static int show_ca(const struct registry *r, struct door *out, struct error *e)
{
	if (!r->ca.n)
		return 0;
	out->ca_fd = memfd_create("ca", MFD_CLOEXEC);
	if (out->ca_fd < 0 || write(out->ca_fd, r->ca.p, r->ca.n) != (ssize_t)r->ca.n)
		return error_errno(e, errno, "keep the registry's CA");
	snprintf(out->ca_path, sizeof out->ca_path, "/proc/self/fd/%d", out->ca_fd);
	return 0;
}

int door_open(const struct center *c, const struct registry *r, struct arena *a, struct door *out,
              struct error *e)
{
	struct url u;
	str url = arena_str(a, r->url);
	int rc = url_parse(url, &u, e);

	*out = (struct door){ .ca_fd = -1 };
	if (rc < 0)
		return rc;
	out->host = str_from(url, str_find(url, STR("://")) + 3);
	out->host = str_upto(out->host, str_chr(out->host, '/'));
	rc = log_in(c, r, out, e);
	rc = rc < 0 ? rc : show_ca(r, out, e);
	if (rc < 0) {
		door_close(out);
		return error_in(e, "registry %.*s", STR_FMT(r->name));
	}
	out->options = (struct source_options){
		.username = secret_is_set(&out->username) ? out->username.p : "",
		.password = secret_is_set(&out->password) ? out->password.p : "",
		.ca_file = *out->ca_path ? out->ca_path : NULL,
		.insecure = !u.https, /* whoever wrote http:// meant it */
		.input_fd = -1,
	};
	return 0;
}

void door_close(struct door *d)
{
	secret_done(&d->username);
	secret_done(&d->password);
	if (d->ca_fd >= 0)
		close(d->ca_fd);
	d->ca_fd = -1;
}

struct image_reference door_reference(const struct door *d, str repository, str tag, str digest)
{
	return (struct image_reference){ d->host, repository, tag, digest };
}
