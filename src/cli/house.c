#include "cli/house.h"
#include "center/vault.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { RENEW_DAYS = 30 };

const char *house_default_dir(char *out, size_t room)
{
	const char *state = getenv("STATE_DIRECTORY"), *data = getenv("XDG_DATA_HOME"),
	           *home = getenv("HOME");

	if (state && *state) /* of systemd */
		snprintf(out, room, "%.*s", (int)str_chr(str_c(state), ':'), state);
	else if (geteuid() == 0)
		snprintf(out, room, "/var/lib/plimsoll");
	else if (data && *data)
		snprintf(out, room, "%s/plimsoll", data);
	else
		snprintf(out, room, "%s/.local/share/plimsoll", home && *home ? home : "");
	return out;
}

/* With all folders above; the last is the owner's alone. */
static int make_folder(const char *path, struct error *e)
{
	char part[4096];
	struct stat st;
	size_t n = strlen(path);

	if (n >= sizeof part)
		return error_set(e, ERR_USAGE, "%s: too long", path);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && i < n)
			continue;
		snprintf(part, sizeof part, "%.*s", (int)i, path);
		if (mkdir(part, i < n ? 0755 : 0700) < 0 && errno != EEXIST)
			return error_errno(e, errno, "make %s", part);
	}
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return error_set(e, ERR_USAGE, "%s is no folder", path);
	if (st.st_mode & 022)
		return error_set(e, ERR_DENIED, "%s: others may write there (chmod go-w)", path);
	return 0;
}

static int place(char out[4096], const char *given, const char *dir, const char *name,
                 struct error *e)
{
	int n = given && *given ? snprintf(out, 4096, "%s", given)
	                        : snprintf(out, 4096, "%s/%s", dir, name);
	return n < 4096 ? 0 : error_set(e, ERR_USAGE, "%s: too long", out);
}

static int find_places(const struct house_options *o, struct house *h, struct error *e)
{
	int r = 0;

	if (o->data_dir && *o->data_dir)
		r = place(h->dir, o->data_dir, "", "", e);
	else
		house_default_dir(h->dir, sizeof h->dir);
	if (!o->cert != !o->key)
		return error_set(e, ERR_USAGE, "--cert and --key go together");
	h->own_cert = !o->cert;
	r = r < 0 ? r : place(h->store, o->store, h->dir, "center.db", e);
	r = r < 0 ? r : place(h->key_file, o->key_file, h->dir, "secrets.key", e);
	r = r < 0 ? r : place(h->cert, o->cert, h->dir, "tls/cert.pem", e);
	r = r < 0 ? r : place(h->key, o->key, h->dir, "tls/key.pem", e);
	return r < 0 ? r : place(h->token_file, NULL, h->dir, "admin-token", e);
}

int house_key_file(const struct house_options *o, char out[4096], struct error *e)
{
	struct house h = { 0 };
	int r = find_places(o, &h, e);

	snprintf(out, 4096, "%s", h.key_file);
	return r;
}

int house_open(const struct house_options *o, struct house *h, struct error *e)
{
	struct store_options s = { .connections = o->connections };
	bool alone;
	int r;

	*h = (struct house){ .center = { .clock = clock_open(), .data_dir = h->dir } };
	r = find_places(o, h, e);
	if (r >= 0 && o->existing && access(h->dir, F_OK) < 0)
		r = error_set(e, ERR_NOTFOUND, "no center has its data in %s (--data-dir)", h->dir);
	if (r >= 0 && o->existing && access(h->key_file, F_OK) < 0)
		r = error_errno(e, errno, "the center's key file %s", h->key_file);
	if (r >= 0)
		r = make_folder(h->dir, e);
	s.url = h->store;
	if (r >= 0)
		r = store_open(&s, &h->center.store, e);
	/* where the store is shared the key is, too: making another would lose what is sealed */
	alone = r >= 0 && (!o->key_file || !*o->key_file);
	if (r >= 0)
		r = vault_open(h->key_file, alone, &h->center.vault, e);
	if (r < 0)
		house_close(h);
	return r;
}

void house_close(struct house *h)
{
	vault_free(h->center.vault);
	store_close(h->center.store);
	clock_close(&h->center.clock);
	h->center.vault = NULL;
	h->center.store = NULL;
}

static bool has_good_certificate(const struct house *h, int64_t now)
{
	struct certificate_facts facts;
	struct error ignored = { 0 };

	return certificate_read(h->cert, now, &facts, &ignored) == 0 &&
	       facts.days_left >= RENEW_DAYS && access(h->key, R_OK) == 0;
}

/* Of processes that start at once in one folder one makes the pair: of two, one's key could stand
 * beside the other's certificate. The lock ends with the descriptor. */
int house_certificate(struct house *h, const char *listen, struct error *e)
{
	int64_t now = center_now(&h->center);
	char folder[4096];
	bool wild = str_eq(str_c(listen), STR("0.0.0.0")) || str_eq(str_c(listen), STR("::"));
	int r;

	if (!h->own_cert || has_good_certificate(h, now))
		return 0;
	snprintf(folder, sizeof folder, "%.*s", STR_FMT(str_dir(str_c(h->cert))));
	r = make_folder(folder, e);
	if (r < 0)
		return r;
	autoclose int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return error_errno(e, errno, "lock %s", folder);
	if (has_good_certificate(h, now)) /* made meanwhile */
		return 0;
	r = certificate_make(h->cert, h->key, &listen, wild ? 0 : 1, now, e);
	return r < 0 ? r : 1;
}

int house_write_secret(const char *file, const struct secret *s, struct error *e)
{
	autoclose int fd = -1;
	str text = secret_view(s);

	unlink(file);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_errno(e, errno, "%s", file);
	if (write(fd, text.p, text.n) != (ssize_t)text.n || write(fd, "\n", 1) != 1 ||
	    fsync(fd) < 0)
		return error_errno(e, errno, "%s", file);
	return 0;
}
