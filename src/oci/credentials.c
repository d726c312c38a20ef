#include "oci/credentials.h"
#include "base/buf.h"
#include "base/json.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

enum { AUTH_FILE_BYTES_MAX = 1 << 20 };

void credentials_done(struct credentials *c)
{
	secret_done(&c->username);
	secret_done(&c->password);
	secret_done(&c->identity);
}

/* --- one file --- */

/* "https://index.docker.io/v1/" and "index.docker.io" are the same key. */
static str key_of(str written)
{
	str key = written;
	if (str_starts(key, STR("https://")))
		key = str_from(key, 8);
	else if (str_starts(key, STR("http://")))
		key = str_from(key, 7);
	if (str_ends(key, STR("/v1/")) || str_ends(key, STR("/v2/")))
		key = str_upto(key, key.n - 4);
	while (key.n && key.p[key.n - 1] == '/')
		key.n--;
	return key;
}

static str host_of_key(str key)
{
	str host = str_upto(key, str_chr(key, '/'));
	bool hub = str_eq_nocase(host, STR("index.docker.io")) ||
	           str_eq_nocase(host, STR("registry-1.docker.io"));
	return hub ? STR("docker.io") : host;
}

/* How much of the image's name a key covers: its bytes, 0 when it is for another one. */
static size_t covers(str written, const struct image_reference *image)
{
	str key = key_of(written), path = str_from(key, str_chr(key, '/') + 1);

	if (!str_eq_nocase(host_of_key(key), image->host))
		return 0;
	if (!path.n)
		return 1;
	if (!str_starts(image->repository, path) ||
	    (image->repository.n > path.n && image->repository.p[path.n] != '/'))
		return 0;
	return 1 + path.n;
}

static const struct json *best_key(const struct json *object, const struct image_reference *image)
{
	const struct json *value, *best = NULL;
	size_t best_covers = 0;
	void *it = NULL;
	str key;

	while (json_next(object, &it, &key, &value) > 0)
		if (covers(key, image) > best_covers) {
			best_covers = covers(key, image);
			best = value;
		}
	return best;
}

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool decode_base64(str text, struct secret *out)
{
	uint32_t v = 0;
	unsigned bits = 0;
	size_t n = 0;
	char *p;

	while (text.n && text.p[text.n - 1] == '=')
		text.n--;
	secret_set(out, text); /* never longer than this */
	p = out->p;
	for (size_t i = 0; i < text.n; i++) {
		int d = digit_of(text.p[i]);
		if (d < 0)
			return false;
		v = v << 6 | (uint32_t)d;
		bits += 6;
		if (bits >= 8)
			p[n++] = (char)(v >> (bits -= 8));
	}
	secret_set(out, str_mem(p, n));
	return true;
}

/* "auth" is base64 of user:password */
static int read_pair(const char *name, str auth, struct credentials *out, struct error *e)
{
	struct secret pair cleanup(secret_done) = { 0 };
	bool good = decode_base64(auth, &pair);
	str text = secret_view(&pair);
	size_t colon = str_chr(text, ':');

	while (text.n && !text.p[text.n - 1]) /* some writers pad with NUL */
		text.n--;
	if (!good || colon >= text.n)
		return error_set(e, ERR_FORMAT, "%s: an \"auth\" is no base64 of user:password",
		                 name);
	secret_set(&out->username, str_upto(text, colon));
	secret_set(&out->password, str_from(text, colon + 1));
	return 1;
}

static int read_entry(const char *name, const struct json *entry, struct credentials *out,
                      struct error *e)
{
	str auth = json_str(entry, "auth"), identity = json_str(entry, "identitytoken");
	int r = 0;

	if (auth.n) {
		r = read_pair(name, auth, out, e);
	} else if (json_str(entry, "username").n) {
		secret_set(&out->username, json_str(entry, "username"));
		secret_set(&out->password, json_str(entry, "password"));
		r = 1;
	}
	if (r >= 0 && identity.n) {
		secret_set(&out->identity, identity);
		r = 1;
	}
	return r;
}

static int read_auths(const char *name, const struct json *j, const struct image_reference *image,
                      struct credentials *out, struct error *e)
{
	const struct json *entry = best_key(json_get(j, "auths"), image);
	return entry ? read_entry(name, entry, out, e) : 0;
}

int credentials_read(const char *name, str text, const struct image_reference *image,
                     struct credentials *out, struct error *e)
{
	struct json *j = NULL;
	int r = json_parse(name, text, &j, e);

	if (r < 0)
		return r;
	r = read_auths(name, j, image, out, e);
	json_free(j);
	return r;
}

static int ask_helpers(const struct json *j, const struct image_reference *image,
                       struct credentials *out, struct error *e)
{
	str helper = json_text(best_key(json_get(j, "credHelpers"), image));
	str store = json_str(j, "credsStore");
	bool hub = str_eq(image->host, STR("docker.io"));
	str server = hub ? STR("https://index.docker.io/v1/") : image->host;

	if (helper.n)
		return helper_ask(helper, server, out, e);
	return store.n ? helper_ask(store, server, out, e) : 0;
}

/* --- the files there are --- */

static int read_whole(const char *path, struct buf *out, struct error *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t got;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : error_errno(e, errno, "%s", path);
	do {
		char *p = buf_room(out, 4096);
		if (!p)
			return error_set(e, ERR_LIMIT, "%s: too large for a credential file", path);
		got = read(fd, p, 4096);
		if (got > 0)
			buf_grown(out, (size_t)got);
	} while (got > 0);
	return got < 0 ? error_errno(e, errno, "%s", path) : 1;
}

static int try_file(const char *path, const struct image_reference *image, struct credentials *out,
                    struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(AUTH_FILE_BYTES_MAX);
	struct json *j = NULL;
	int r = read_whole(path, &text, e);

	if (r > 0 && !str_trim(buf_view(&text)).n)
		r = 0;
	if (r > 0)
		r = json_parse(path, buf_view(&text), &j, e) < 0 ? e->code : 1;
	if (r > 0) {
		r = ask_helpers(j, image, out, e);
		if (!r)
			r = read_auths(path, j, image, out, e);
		else if (r < 0)
			error_in(e, "%s", path);
		json_free(j);
	}
	if (text.p)
		explicit_bzero(text.p, text.n);
	return r;
}

static int try_in(const char *dir, const char *rest, const struct image_reference *image,
                  struct credentials *out, struct error *e)
{
	char path[4096];
	if (!dir || !*dir || (size_t)snprintf(path, sizeof path, "%s%s", dir, rest) >= sizeof path)
		return 0;
	return try_file(path, image, out, e);
}

int credentials_find(const struct image_reference *image, const char *username,
                     const char *password, struct credentials *out, struct error *e)
{
	const char *docker = getenv("DOCKER_CONFIG");
	int r;

	if (username && !*username) /* nobody: no file is asked either */
		return 0;
	if (username) {
		secret_set(&out->username, str_c(username));
		secret_set(&out->password, str_c(password));
		return 1;
	}
	r = try_in(getenv("REGISTRY_AUTH_FILE"), "", image, out, e);
	if (!r)
		r = docker && *docker
		            ? try_in(docker, "/config.json", image, out, e)
		            : try_in(getenv("HOME"), "/.docker/config.json", image, out, e);
	if (!r)
		r = try_in(getenv("XDG_RUNTIME_DIR"), "/containers/auth.json", image, out, e);
	return r;
}
