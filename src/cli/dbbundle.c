/* cli/dbbundle.c — `plimsoll db export`, `db import` and `db keygen`: data for places without a
 * network. */
#include "cli/dbverbs.h"
#include "cli/screen.h"
#include "vulndb/bundle.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ARENA_BYTES = 512 << 20 };

typedef int parse_key(str pem, struct signing_key **out, struct error *e);

static int read_key(const char *path, parse_key *parse, struct signing_key **out, struct error *e)
{
	char text[SIGNATURE_PEM_BYTES];
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	if (n < 0)
		return error_errno(e, errno, "%s", path);
	int r = parse(str_mem(text, (size_t)n), out, e);
	explicit_bzero(text, sizeof text);
	return r < 0 ? error_in(e, "%s", path) : 0;
}

int db_export(struct db_settings *s, const char *file)
{
	struct error e = { 0 };
	struct arena a cleanup(arena_done) = ARENA(ARENA_BYTES);
	struct bundle_summary sum = { 0 };
	struct signing_key *key = NULL;
	struct bundle_export o = { .db_path = db_path(s), .file = file };
	if (s->since && (!str_u64(str_c(s->since), &o.since) || !o.since)) {
		fputs("plimsoll: db export: --since is the number of a generation\n", stderr);
		return 2;
	}
	int r = s->key ? read_key(s->key, signing_key_private, &key, &e) : 0;
	o.key = key;
	r = r < 0 ? r : bundle_export(&o, &a, &sum, &e);
	signing_key_free(key);
	if (r < 0)
		return screen_fail(&e);
	if (!o.key)
		fputs("plimsoll: the bundle is not signed: import refuses it unless told "
		      "otherwise\n",
		      stderr);
	if (!s->quiet)
		printf("Generation %" PRIu64 "%s, data of %.*s: %" PRIu64 " rows, %.1f MB.\n",
		       sum.generation, o.since ? " as a delta" : "",
		       STR_FMT(str_upto(sum.data_date, 10)), sum.rows, (double)sum.bytes / 1e6);
	return 0;
}

int db_import(struct db_settings *s, const char *file)
{
	struct error e = { 0 };
	struct arena a cleanup(arena_done) = ARENA(ARENA_BYTES);
	struct bundle_summary sum = { 0 };
	struct signing_key *trust = NULL;
	const char *path = s->trust ? s->trust : getenv("PLIMSOLL_TRUST");
	struct bundle_import o = { .db_path = db_path(s), .file = file };
	if (!s->unsigned_too && (!path || !*path)) {
		fputs("plimsoll: db import: whose bundles are trusted? (--trust FILE with a public "
		      "key, or --insecure-unsigned)\n",
		      stderr);
		return 2;
	}
	if (s->unsigned_too)
		fputs("plimsoll: db import: nobody's signature is looked at: whoever could change "
		      "this file decides what scans find\n",
		      stderr);
	int r = s->unsigned_too ? 0 : read_key(path, signing_key_public, &trust, &e);
	o.trust = trust;
	r = r < 0 ? r : db_make_folder(o.db_path, &e);
	r = r < 0 ? r : bundle_import(&o, &a, &sum, &e);
	signing_key_free(trust);
	if (r < 0)
		return screen_fail(&e);
	if (s->quiet)
		return 0;
	if (sum.nothing_new)
		printf("Nothing new: generation %" PRIu64 " is there.\n", sum.generation);
	else
		printf("Generation %" PRIu64 ", data of %.*s: %" PRIu64 " rows, %.1f MB.\n",
		       sum.generation, STR_FMT(str_upto(sum.data_date, 10)), sum.rows,
		       (double)sum.bytes / 1e6);
	return 0;
}

/* A key that is there already is somebody's: it is not replaced. */
static int write_key(const char *name, const char *end, const struct buf *pem, mode_t mode,
                     struct error *e)
{
	char path[4096];
	snprintf(path, sizeof path, "%s.%s", name, end);
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return error_errno(e, errno, "%s", path);
	if (write(fd, pem->p, pem->n) != (ssize_t)pem->n || fsync(fd) < 0)
		return error_errno(e, errno, "%s", path);
	return 0;
}

int db_keygen(const char *name)
{
	struct error e = { 0 };
	struct signing_key *key = NULL;
	struct buf private_pem = BUF(SIGNATURE_PEM_BYTES), public_pem = BUF(SIGNATURE_PEM_BYTES);
	int r = signing_key_new(&key, &e);
	r = r < 0 ? r : signing_key_write(key, &private_pem, &public_pem, &e);
	r = r < 0 ? r : write_key(name, "key", &private_pem, 0600, &e);
	r = r < 0 ? r : write_key(name, "pub", &public_pem, 0644, &e);
	if (private_pem.n)
		explicit_bzero(private_pem.p, private_pem.n);
	buf_done(&private_pem);
	buf_done(&public_pem);
	signing_key_free(key);
	if (r < 0)
		return screen_fail(&e);
	printf("%s.key signs (db export --key), %s.pub is for those who import (--trust).\n", name,
	       name);
	return 0;
}
