#include "center/vault.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

enum {
	VERSION = 1,
	ID_BYTES = 8,
	KEY_BYTES = 32,
	NONCE_BYTES = 12,
	TAG_BYTES = 16,
	HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES,
	KEYS_MAX = 32,
	LINE_BYTES = 2 * ID_BYTES + 1 + 2 * KEY_BYTES + 1,
	PLAIN_MAX = 1 << 20,
};

struct key {
	uint8_t id[ID_BYTES], bytes[KEY_BYTES];
};

struct vault {
	size_t n;
	struct key keys[KEYS_MAX];
};

static bool unhex(str text, uint8_t *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (d < 0)
			return false;
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] << 4 | d : d);
	}
	return true;
}

static void hex(char *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = "0123456789abcdef"[p[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
	}
}

static bool read_line(str line, struct key *k)
{
	return line.n == LINE_BYTES - 1 && line.p[2 * ID_BYTES] == ' ' &&
	       unhex(str_upto(line, 2 * ID_BYTES), k->id) &&
	       unhex(str_from(line, 2 * ID_BYTES + 1), k->bytes);
}

static int read_keys(const char *file, str text, struct vault *v, struct error *e)
{
	str line;

	while (str_line(&text, &line)) {
		if (!line.n || line.p[0] == '#')
			continue;
		if (v->n == KEYS_MAX)
			return error_set(e, ERR_LIMIT, "%s: more than %d keys", file, KEYS_MAX);
		if (!read_line(line, &v->keys[v->n++]))
			return error_set(e, ERR_FORMAT,
			                 "%s: line of key %zu is not \"ID KEY\" in hex", file,
			                 v->n);
	}
	return v->n ? 0 : error_set(e, ERR_FORMAT, "%s: no key in it", file);
}

/* The whole file; text is wiped by the caller. */
static int slurp(int fd, const char *file, char text[KEYS_MAX * LINE_BYTES * 2], size_t *n,
                 struct error *e)
{
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st) < 0)
		return error_errno(e, errno, "%s", file);
	if (!S_ISREG(st.st_mode) || st.st_mode & 077)
		return error_set(
		        e, ERR_DENIED,
		        "%s: a key file must be a file that nobody else may read (chmod 600)",
		        file);
	for (*n = 0; *n < KEYS_MAX * LINE_BYTES * 2; *n += (size_t)got) {
		got = pread(fd, text + *n, KEYS_MAX * LINE_BYTES * 2 - *n, (off_t)*n);
		if (got < 0)
			return error_errno(e, errno, "%s", file);
		if (!got)
			return 0;
	}
	return error_set(e, ERR_LIMIT, "%s: too large for a key file", file);
}

static int fresh_line(char line[LINE_BYTES], struct error *e)
{
	struct key k;

	if (RAND_bytes(k.id, sizeof k.id) != 1 || RAND_bytes(k.bytes, sizeof k.bytes) != 1)
		return error_set(e, ERR_SYSTEM, "no random bytes");
	hex(line, k.id, ID_BYTES);
	line[2 * ID_BYTES] = ' ';
	hex(line + 2 * ID_BYTES + 1, k.bytes, KEY_BYTES);
	line[LINE_BYTES - 1] = '\n';
	explicit_bzero(&k, sizeof k);
	return 0;
}

/* A new file with a fresh key and what is in `others`, complete before it has its name. `link`
 * never replaces (another process may have been first), rename does. */
static int write_keys(const char *file, str others, bool replace, struct error *e)
{
	char line[LINE_BYTES], temporary[4096];
	autoclose int fd = -1;
	int r = fresh_line(line, e);

	if (r < 0)
		return r;
	if (snprintf(temporary, sizeof temporary, "%s.%d.new", file, (int)getpid()) >=
	    (int)sizeof temporary)
		return error_set(e, ERR_USAGE, "%s: too long", file);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_errno(e, errno, "%s", temporary);
	if (write(fd, line, sizeof line) != (ssize_t)sizeof line ||
	    (others.n && write(fd, others.p, others.n) != (ssize_t)others.n) || fsync(fd) < 0 ||
	    (replace ? rename(temporary, file) : link(temporary, file)) < 0)
		r = !replace && errno == EEXIST ? 0 : error_errno(e, errno, "%s", file);
	if (!replace || r < 0)
		unlink(temporary);
	explicit_bzero(line, sizeof line);
	return r;
}

int vault_open(const char *file, bool make, struct vault **out, struct error *e)
{
	autoclose int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[KEYS_MAX * LINE_BYTES * 2];
	struct vault *v;
	size_t n = 0;
	int r;

	if (fd < 0 && errno == ENOENT && make) {
		r = write_keys(file, (str){ 0 }, false, e);
		if (r < 0)
			return r;
		fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0)
		return error_errno(e, errno, "%s", file);
	if (!(v = calloc(1, sizeof *v)))
		abort();
	r = slurp(fd, file, text, &n, e);
	if (r == 0)
		r = read_keys(file, str_mem(text, n), v, e);
	explicit_bzero(text, sizeof text);
	if (r < 0) {
		vault_free(v);
		return r;
	}
	*out = v;
	return 0;
}

void vault_free(struct vault *v)
{
	if (v)
		explicit_bzero(v, sizeof *v);
	free(v);
}

int vault_rotate(const char *file, struct error *e)
{
	autoclose int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[KEYS_MAX * LINE_BYTES * 2];
	struct vault known = { 0 };
	size_t n = 0;
	int r;

	if (fd < 0)
		return error_errno(e, errno, "%s", file);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(e, ERR_CONFLICT, "%s: is being changed by another process", file);
	r = slurp(fd, file, text, &n, e);
	if (r == 0)
		r = read_keys(file, str_mem(text, n), &known, e);
	if (r == 0 && known.n == KEYS_MAX)
		r = error_set(e, ERR_LIMIT, "%s: has %d keys already; remove the last", file,
		              KEYS_MAX);
	if (r == 0)
		r = write_keys(file, str_mem(text, n), true, e);
	explicit_bzero(text, sizeof text);
	explicit_bzero(&known, sizeof known);
	return r;
}

/* --- sealing --- */

static void evp_free(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
}

int vault_seal(const struct vault *v, str plain, str belongs, struct buf *out, struct error *e)
{
	EVP_CIPHER_CTX *c cleanup(evp_free) = EVP_CIPHER_CTX_new();
	uint8_t head[HEAD_BYTES], tag[TAG_BYTES];
	char *room;
	int n;

	if (plain.n > PLAIN_MAX)
		return error_set(e, ERR_LIMIT, "a secret of more than %d bytes", PLAIN_MAX);
	head[0] = VERSION;
	memcpy(head + 1, v->keys[0].id, ID_BYTES);
	if (!c || RAND_bytes(head + 1 + ID_BYTES, NONCE_BYTES) != 1)
		return error_set(e, ERR_SYSTEM, "no random bytes");
	buf_add(out, str_mem(head, sizeof head));
	room = buf_room(out, plain.n + 16);
	if (!room)
		return error_set(e, ERR_LIMIT, "no room for a sealed secret");
	if (EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, v->keys[0].bytes, head + 1 + ID_BYTES) !=
	            1 ||
	    EVP_EncryptUpdate(c, NULL, &n, head, 1 + ID_BYTES) != 1 ||
	    EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)belongs.p, (int)belongs.n) != 1 ||
	    EVP_EncryptUpdate(c, (uint8_t *)room, &n, (const uint8_t *)plain.p, (int)plain.n) !=
	            1 ||
	    EVP_EncryptFinal_ex(c, (uint8_t *)room + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, tag) != 1)
		return error_set(e, ERR_SYSTEM, "AES-256-GCM failed");
	buf_grown(out, plain.n);
	buf_add(out, str_mem(tag, sizeof tag));
	return out->failed ? error_set(e, ERR_LIMIT, "no room for a sealed secret") : 0;
}

static const struct key *key_of(const struct vault *v, str sealed)
{
	for (size_t i = 0; i < v->n; i++)
		if (!memcmp(v->keys[i].id, sealed.p + 1, ID_BYTES))
			return &v->keys[i];
	return NULL;
}

int vault_unseal(const struct vault *v, str sealed, str belongs, struct secret *out,
                 struct error *e)
{
	EVP_CIPHER_CTX *c cleanup(evp_free) = EVP_CIPHER_CTX_new();
	const uint8_t *p = (const uint8_t *)sealed.p;
	size_t plain_bytes = sealed.n - HEAD_BYTES - TAG_BYTES;
	uint8_t tag[TAG_BYTES];
	const struct key *k;
	char *plain;
	int n, r = 0;

	if (sealed.n < HEAD_BYTES + TAG_BYTES || p[0] != VERSION || plain_bytes > PLAIN_MAX)
		return error_set(e, ERR_FORMAT, "not a sealed secret");
	if (!(k = key_of(v, sealed)))
		return error_set(e, ERR_NOTFOUND,
		                 "a secret was sealed with a key that is not in the key file");
	if (!c || !(plain = malloc(plain_bytes + 16)))
		abort();
	memcpy(tag, p + sealed.n - TAG_BYTES, TAG_BYTES);
	if (EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, k->bytes, p + 1 + ID_BYTES) != 1 ||
	    EVP_DecryptUpdate(c, NULL, &n, p, 1 + ID_BYTES) != 1 ||
	    EVP_DecryptUpdate(c, NULL, &n, (const uint8_t *)belongs.p, (int)belongs.n) != 1 ||
	    EVP_DecryptUpdate(c, (uint8_t *)plain, &n, p + HEAD_BYTES, (int)plain_bytes) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) != 1 ||
	    EVP_DecryptFinal_ex(c, (uint8_t *)plain + n, &n) != 1)
		r = error_set(e, ERR_FORMAT,
		              "a sealed secret was changed, or belongs to something else");
	else
		secret_set(out, str_mem(plain, plain_bytes));
	explicit_bzero(plain, plain_bytes + 16);
	free(plain);
	return r;
}

bool vault_is_current(const struct vault *v, str sealed)
{
	return sealed.n >= HEAD_BYTES + TAG_BYTES && sealed.p[0] == VERSION &&
	       !memcmp(sealed.p + 1, v->keys[0].id, ID_BYTES);
}
