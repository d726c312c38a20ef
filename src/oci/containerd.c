#include "oci/containerd.h"
#include "base/buf.h"
#include "format/bolt.h"
#include "model/reference.h"
#include "oci/layout.h"
#include "oci/manifest.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

enum { NAMES_BYTES = 500 };
#define DATABASE "io.containerd.metadata.v1.bolt/meta.db"
#define CONTENT  "io.containerd.content.v1.content"

static int read_at(void *ctx, uint64_t offset, void *p, size_t n, struct error *e)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got =
		        pread(*(int *)ctx, (char *)p + done, n - done, (off_t)(offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(e, errno, "read");
		if (!got)
			return error_set(e, ERR_FORMAT, "byte %" PRIu64 ": cut off",
			                 offset + done);
		done += (size_t)got;
	}
	return 0;
}

struct names { /* what there is, for the message */
	struct buf text;
	const char *prefix;
};

static int note_name(void *ctx, str key, bool bucket, struct error *e)
{
	struct names *n = ctx;
	(void)e;

	if (bucket && n->text.n < NAMES_BYTES) {
		buf_add(&n->text, n->text.n ? STR(", ") : STR(""));
		buf_printf(&n->text, "%s%.*s", n->prefix, STR_FMT(key));
	}
	return 0;
}

static int no_such(const struct bolt *db, const char *name, struct error *e)
{
	static const struct {
		const char *name, *prefix;
	} spaces[] = { { "default", "" }, { "k8s.io", "k8s.io/" }, { "moby", "moby/" } };
	struct names n = { .text = BUF(NAMES_BYTES + 4096) };

	for (size_t i = 0; i < LEN(spaces); i++) {
		str path[] = { STR("v1"), str_c(spaces[i].name), STR("images") };
		n.prefix = spaces[i].prefix;
		if (bolt_keys(db, path, LEN(path), note_name, &n, e) < 0)
			break;
	}
	if (!e->code)
		error_set(e, ERR_NOTFOUND, "containerd has no image %s; there is %.*s", name,
		          STR_FMT(n.text.n ? buf_view(&n.text) : STR("none")));
	buf_done(&n.text);
	return e->code;
}

/* 1 and the digest of the image of exactly this name */
static int find(const struct bolt *db, str space, str name, struct arena *a, struct descriptor *out,
                struct error *e)
{
	str path[] = { STR("v1"), space, STR("images"), name, STR("target"), STR("digest") };
	str digest = { 0 };
	int r = bolt_get(db, path, LEN(path), a, &digest, e);

	if (r > 0 && digest_parse(digest, &out->digest, e) < 0)
		return e->code;
	if (r > 0) {
		path[5] = STR("mediatype");
		r = bolt_get(db, path, LEN(path), a, &out->media_type, e);
		r = r < 0 ? r : 1;
	}
	return r;
}

static int find_in(const struct bolt *db, str space, str name, struct arena *a,
                   struct descriptor *out, str *found, struct error *e)
{
	struct image_reference ref;
	struct error ignored = { 0 };
	int r = find(db, space, name, a, out, e);

	*found = name;
	if (r || reference_parse(name, a, &ref, &ignored) < 0)
		return r;
	*found = reference_name(a, &ref);
	if (ref.digest.n)
		*found = arena_printf(a, "%.*s/%.*s@%.*s", STR_FMT(ref.host),
		                      STR_FMT(ref.repository), STR_FMT(ref.digest));
	return find(db, space, *found, a, out, e);
}

static int search(const struct bolt *db, const char *name, struct arena *a, struct descriptor *out,
                  str *found, struct error *e)
{
	static const char *const spaces[] = { "default", "k8s.io", "moby" };
	str whole = arena_str(a, str_c(name)), first = str_upto(whole, str_chr(whole, '/'));
	str path[] = { STR("v1"), first, STR("images") };
	int r = 0;

	if (first.n < whole.n) { /* is it a namespace of this store? */
		struct names none = { .text = BUF(NAMES_BYTES + 4096), .prefix = "" };
		r = bolt_keys(db, path, LEN(path), note_name, &none, e);
		buf_done(&none.text);
		if (r > 0)
			return find_in(db, first, str_from(whole, first.n + 1), a, out, found, e);
	}
	for (size_t i = 0; !r && i < LEN(spaces); i++)
		r = find_in(db, str_c(spaces[i]), whole, a, out, found, e);
	return r;
}

int containerd_open(const char *name, const struct source_options *o, struct arena *a,
                    struct image *image, struct layout **out, struct error *e)
{
	const char *root = o->containerd_root ? o->containerd_root : "/var/lib/containerd";
	str database = arena_printf(a, "%s/" DATABASE, root);
	str content = arena_printf(a, "%s/" CONTENT, root);
	struct descriptor start = { .size_bytes = UINT64_MAX };
	autoclose int fd = -1;
	struct bolt db = { .read = read_at, .ctx = &fd };
	struct stat st;
	str found = { 0 };
	int r;

	if (a->failed)
		return error_set(e, ERR_LIMIT, "the name is too long");
	fd = open(database.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return error_errno(e, errno, "%s", database.p);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return error_set(e, ERR_FORMAT, "%s: no regular file", database.p);
	db.size_bytes = (uint64_t)st.st_size;
	r = bolt_open(&db, e);
	if (r >= 0)
		r = search(&db, name, a, &start, &found, e);
	if (r < 0)
		return error_in(e, "%s", database.p);
	if (!r)
		return no_such(&db, name, e);
	image->kind = STR("containerd");
	image->name = found;
	return layout_open_store(content.p, &start, o, a, image, out, e);
}
