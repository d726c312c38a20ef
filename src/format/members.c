/* format/members.c — hosts libarchive: tar with its pax, GNU and sparse dialects, zip by its local
 * headers. Compression around a tar is taken off below (stream/inflate), never here. */
#include "format/members.h"
#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>

enum { IN_BYTES = 1 << 18 };
#define HOLES_MAX ((uint64_t)256 << 20) /* of sparse files: bytes that no byte of the archive stands for */

struct members {
	struct archive *a;
	struct stream *from;
	bool sparse;          /* a tar: content cannot be longer but by holes */
	uint64_t given_bytes; /* of content */
	struct error below;   /* what the stream said, when reading it failed */
	struct error skipped; /* the first head that could not be believed */
	struct content {    /* the current member's bytes */
		struct stream s;
		struct members *of;
	} content;
	char in[IN_BYTES];
};

static la_ssize_t give_bytes(struct archive *a, void *ctx, const void **out)
{
	struct members *m = ctx;
	ssize_t got = stream_read(m->from, m->in, sizeof m->in, &m->below);

	if (got < 0)
		archive_set_error(a, EIO, "%s", m->below.msg);
	*out = m->in;
	return got < 0 ? ARCHIVE_FATAL : got;
}

/* The stream's own error where there is one, else libarchive's words with the byte */
static int damage(struct members *m, struct error *e)
{
	const char *why = archive_error_string(m->a);

	if (m->below.code) {
		*e = m->below;
		return e->code;
	}
	return error_set(e, ERR_FORMAT, "byte %" PRId64 ": %s",
	                 (int64_t)archive_filter_bytes(m->a, 0), why ? why : "damaged");
}

static ssize_t content_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct members *m = ((struct content *)s)->of;
	la_ssize_t got = archive_read_data(m->a, p, n);
	if (got < 0)
		return damage(m, e);
	m->given_bytes += (uint64_t)got;
	if (m->sparse && m->given_bytes > m->from->at && m->given_bytes - m->from->at > HOLES_MAX)
		return error_set(e, ERR_LIMIT, "byte %" PRIu64 ": more than %" PRIu64 " MiB of holes",
		                 m->from->at, HOLES_MAX >> 20);
	return got;
}

static void content_free(struct stream *s)
{
	(void)s; /* belongs to its archive */
}

static int support_tar(struct archive *a)
{
	int r = archive_read_support_format_tar(a);
	return r == ARCHIVE_OK ? archive_read_support_format_empty(a) : r;
}

static int support_zip(struct archive *a)
{
	return archive_read_support_format_zip_streamable(a);
}

static int open_archive(struct stream *from, int (*support)(struct archive *), struct members **out,
                        struct error *e)
{
	struct members *m = malloc(sizeof *m);

	assert(m);
	m->from = from;
	m->sparse = support == support_tar;
	m->given_bytes = 0;
	m->below = m->skipped = (struct error){ 0 };
	m->a = archive_read_new();
	assert(m->a);
	int r = support(m->a);
	assert(r == ARCHIVE_OK);
	if (archive_read_open(m->a, m, NULL, give_bytes, NULL) != ARCHIVE_OK) {
		int code = damage(m, e);
		members_free(m);
		return code;
	}
	*out = m;
	return 0;
}

int members_open_tar(struct stream *from, struct members **out, struct error *e)
{
	return open_archive(from, support_tar, out, e);
}

int members_open_zip(struct stream *from, struct members **out, struct error *e)
{
	return open_archive(from, support_zip, out, e);
}

/* Names come in the archive's own bytes; where the locale cannot say them, pax has them in UTF-8 */
static str name_of(const char *raw, const char *utf8)
{
	return str_c(raw ? raw : utf8);
}

static enum member_type type_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) || archive_entry_hardlink_utf8(entry))
		return MEMBER_HARDLINK;
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return MEMBER_FILE;
	case AE_IFDIR:
		return MEMBER_DIR;
	case AE_IFLNK:
		return MEMBER_SYMLINK;
	default:
		return MEMBER_OTHER;
	}
}

/* An extended head whose records cannot be read is passed over with a warning, and the member then bears
 * the short name in its own; other warnings are about names that the locale cannot say. */
static bool is_malformed(struct archive *a)
{
	const char *why = archive_error_string(a);

	return why && strstr(why, "malformed");
}

int members_next(struct members *m, struct member *out, struct error *e)
{
	static const struct stream_ops ops = { content_read, content_free };
	struct archive_entry *entry;
	int r;

	/* What is whole behind a damaged head is still told; the damage is, at the end */
	while ((r = archive_read_next_header(m->a, &entry)) == ARCHIVE_RETRY)
		if (!m->skipped.code)
			damage(m, &m->skipped);
	if (r == ARCHIVE_WARN && is_malformed(m->a) && !m->skipped.code)
		damage(m, &m->skipped);
	if (r == ARCHIVE_EOF && m->skipped.code)
		*e = m->skipped;
	if (r == ARCHIVE_EOF)
		return m->skipped.code;
	if (r < ARCHIVE_WARN || m->below.code)
		return damage(m, e);
	m->content = (struct content){ { .ops = &ops }, m };
	*out = (struct member){
		.path = name_of(archive_entry_pathname(entry), archive_entry_pathname_utf8(entry)),
		.type = type_of(entry),
		.mode = archive_entry_perm(entry),
		.size_bytes = archive_entry_size_is_set(entry)
		                      ? (uint64_t)MAX(archive_entry_size(entry), 0)
		                      : UINT64_MAX,
		.mtime = archive_entry_mtime(entry),
	};
	if (out->type == MEMBER_HARDLINK)
		out->link =
		        name_of(archive_entry_hardlink(entry), archive_entry_hardlink_utf8(entry));
	else if (out->type == MEMBER_SYMLINK)
		out->link =
		        name_of(archive_entry_symlink(entry), archive_entry_symlink_utf8(entry));
	return 1;
}

struct stream *members_stream(struct members *m)
{
	return &m->content.s;
}

void members_free(struct members *m)
{
	if (!m)
		return;
	archive_read_free(m->a);
	stream_free(m->from);
	free(m);
}

str members_clean_path(str path, char *out)
{
	size_t n = 0;
	str piece;

	while (str_split(&path, '/', &piece)) {
		if (!piece.n || str_eq(piece, STR(".")))
			continue;
		if (str_eq(piece, STR(".."))) {
			n = str_dir(str_mem(out, n)).n;
			continue;
		}
		if (n)
			out[n++] = '/';
		memmove(out + n, piece.p, piece.n);
		n += piece.n;
	}
	return str_mem(out, n);
}
