#include "oci/layout.h"
#include "oci/resolve.h"
#include "sys/tree.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

struct layout {
	int root;
};

static bool exists(str path, bool folder)
{
	struct stat st;
	return path.n && !stat(path.p, &st) && (!folder || S_ISDIR(st.st_mode));
}

void layout_split(const char *where, bool folder, struct arena *a, str *path, str *ref)
{
	str whole = arena_str(a, str_c(where));

	*path = whole;
	*ref = (str){ 0 };
	if (exists(whole, folder))
		return;
	for (size_t i = whole.n; i-- > 1;)
		if (whole.p[i] == ':' || whole.p[i] == '@') {
			str head = arena_str(a, str_upto(whole, i));
			if (exists(head, folder)) {
				*path = head;
				*ref = str_from(whole, i + 1);
				return;
			}
		}
}

static int read_file(int root, const char *path, size_t max_bytes, struct buf *out, struct error *e)
{
	autoclose int fd = -1;
	ssize_t got;
	int r = tree_open_file(root, path, &fd, e);

	if (r < 0)
		return r;
	*out = BUF(max_bytes);
	do {
		char *p = buf_room(out, MIN(max_bytes - out->n, (size_t)64 << 10));
		if (out->n == max_bytes || !p)
			return error_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path,
			                 max_bytes - 1);
		got = read(fd, p, MIN(max_bytes - out->n, (size_t)64 << 10));
		if (got > 0)
			buf_grown(out, (size_t)got);
	} while (got > 0);
	return got < 0 ? error_errno(e, errno, "%s", path) : 0;
}

static void blob_path(const struct digest *d, char out[128])
{
	char text[DIGEST_TEXT_BYTES];
	snprintf(out, 128, "blobs/sha256/%s", digest_text(d, text) + 7);
}

static int read_document(void *ctx, enum document_kind kind, const struct descriptor *d,
                         struct arena *a, struct buf *out, str *type, struct error *e)
{
	struct layout *l = ctx;
	char path[128];
	(void)kind, (void)a, (void)type;

	blob_path(&d->digest, path);
	size_t max_bytes = out->max_bytes;
	buf_done(out);
	return read_file(l->root, path, max_bytes, out, e);
}

static int check_marker(struct layout *l, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(0);
	struct json *j = NULL;
	int r = read_file(l->root, "oci-layout", 64 << 10, &text, e);

	if (r == ERR_NOTFOUND)
		return error_set(e, ERR_FORMAT,
		                 "this is no OCI layout: there is no file oci-layout in it (a root "
		                 "file system is dir:)");
	if (r >= 0)
		r = json_parse("oci-layout", buf_view(&text), &j, e);
	if (r >= 0 && !str_starts(json_str(j, "imageLayoutVersion"), STR("1.")))
		r = error_set(e, ERR_UNSUPPORTED, "an OCI layout of another version than 1");
	json_free(j);
	return r;
}

static int read_index(struct layout *l, struct arena *a, struct manifest *out, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(0);
	int r = check_marker(l, e);

	if (r >= 0)
		r = read_file(l->root, "index.json", INDEX_BYTES_MAX, &text, e);
	if (r >= 0)
		r = manifest_parse("index.json", buf_view(&text),
		                   STR("application/vnd.oci.image.index.v1+json"), a, out, e);
	if (r >= 0 && !out->index)
		r = error_set(e, ERR_FORMAT, "index.json is no index");
	return r;
}

static int find_image(struct layout *l, str ref, const struct source_options *o, struct arena *a,
                      struct image *image, struct error *e)
{
	struct documents from = { read_document, l };
	const struct descriptor *entry = NULL;
	struct descriptor one = { .size_bytes = UINT64_MAX };
	struct manifest index = { 0 };
	int r = read_index(l, a, &index, e);

	if (r >= 0 && o->manifest) {
		for (size_t i = 0; i < index.entries.n; i++)
			if (ref.n && resolve_is_named(&index.entries.v[i], ref))
				one.ref_name = index.entries.v[i].ref_name;
		entry = &one;
		r = digest_parse(str_c(o->manifest), &one.digest, e);
	} else if (r >= 0) {
		r = resolve_entry(&index, ref, o->platform, a, &entry, e);
	}
	if (r < 0)
		return r;
	image->name = entry->ref_name;
	return resolve_image(&from, entry, o->platform, a, image, e);
}

static int list_platforms(struct layout *l, str ref, struct arena *a, struct platform_list *out,
                          struct error *e)
{
	struct documents from = { read_document, l };
	struct manifest index = { 0 };
	bool found = false;
	int r = read_index(l, a, &index, e);

	for (size_t i = 0; r >= 0 && i < index.entries.n; i++) {
		const struct descriptor *d = &index.entries.v[i];
		if ((ref.n && !resolve_is_named(d, ref)) || d->attestation)
			continue;
		found = true;
		r = resolve_platforms(&from, d, a, out, e);
	}
	if (r >= 0 && !found)
		r = error_set(e, ERR_NOTFOUND, "there is no image %.*s", STR_FMT(ref));
	return r;
}

static int make(const char *where, struct arena *a, struct layout **out, str *ref, struct error *e)
{
	struct layout *l = malloc(sizeof *l);
	str path;
	int r;

	if (!l)
		abort();
	l->root = -1;
	layout_split(where, true, a, &path, ref);
	r = a->failed ? error_set(e, ERR_LIMIT, "the target is too long")
	              : tree_open_root(path.p, &l->root, e);
	if (r < 0)
		layout_free(l);
	else
		*out = l;
	return r;
}

int layout_open(const char *where, const struct source_options *o, struct arena *a,
                struct image *image, struct layout **out, struct error *e)
{
	struct layout *l;
	str ref;
	int r = make(where, a, &l, &ref, e);

	if (r < 0)
		return r;
	image->kind = STR("oci");
	r = find_image(l, ref, o, a, image, e);
	if (r < 0)
		layout_free(l);
	else
		*out = l;
	return r;
}

int layout_platforms(const char *where, const struct source_options *o, struct arena *a,
                     struct platform_list *out, struct error *e)
{
	struct layout *l;
	str ref;
	int r = make(where, a, &l, &ref, e);
	(void)o;

	if (r < 0)
		return r;
	r = list_platforms(l, ref, a, out, e);
	layout_free(l);
	return r;
}

int layout_open_store(const char *folder, const struct descriptor *start,
                      const struct source_options *o, struct arena *a, struct image *image,
                      struct layout **out, struct error *e)
{
	struct layout *l = malloc(sizeof *l);
	struct documents from = { read_document, l };
	int r;

	if (!l)
		abort();
	l->root = -1;
	r = tree_open_root(folder, &l->root, e);
	if (r >= 0)
		r = resolve_image(&from, start, o->platform, a, image, e);
	if (r < 0) {
		layout_free(l);
		return r;
	}
	*out = l;
	return 0;
}

int layout_layer(struct layout *l, const struct layer *layer, struct stream **out, struct error *e)
{
	char path[128];
	int fd = -1, r;

	blob_path(&layer->digest, path);
	r = tree_open_file(l->root, path, &fd, e);
	if (r < 0)
		return r;
	*out = stream_verify(stream_fd(fd, true), &layer->digest, layer->size_bytes);
	return 0;
}

/* The digest of the entry that has this name */
static int find_tag(struct layout *l, str tag, struct descriptor *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(8 << 20);
	struct buf text cleanup(buf_done) = BUF(0);
	struct manifest index = { 0 };
	int r = read_file(l->root, "index.json", INDEX_BYTES_MAX, &text, e);

	if (r >= 0)
		r = manifest_parse("index.json", buf_view(&text),
		                   STR("application/vnd.oci.image.index.v1+json"), &a, &index, e);
	for (size_t i = 0; r >= 0 && i < index.entries.n; i++)
		if (str_eq(index.entries.v[i].ref_name, tag)) {
			*out = (struct descriptor){ .digest = index.entries.v[i].digest };
			return 1;
		}
	return MIN(r, 0);
}

int layout_referrers(void *ctx, enum referrers_from from, str name, struct buf *out,
                     struct error *e)
{
	struct descriptor d = { 0 };
	str type;
	int r;

	if (from == REFERRERS_API)
		return 0;
	r = from == REFERRERS_TAG ? find_tag(ctx, name, &d, e) : digest_parse(name, &d.digest, e);
	if (r < 0 || (from == REFERRERS_TAG && !r))
		return r;
	r = read_document(ctx, DOCUMENT_MANIFEST, &d, NULL, out, &type, e);
	return r < 0 ? r : 1;
}

void layout_free(struct layout *l)
{
	if (!l)
		return;
	if (l->root >= 0)
		close(l->root);
	free(l);
}
