#include "oci/podman.h"
#include "base/buf.h"
#include "model/reference.h"
#include "oci/folder.h"
#include "oci/manifest.h"
#include "sys/tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LIST_BYTES_MAX = 64 << 20, NAMES_BYTES = 500 };

struct podman {
	const struct source_options *options;
	str root;
	size_t n;
	str layers[LAYERS_MAX]; /* IDs, lowest first */
	struct folder *folders[LAYERS_MAX];
};

/* --- the lists --- */

static int read_json(str root, const char *path, size_t max_bytes, struct buf *text,
                     struct error *e)
{
	autoclose int dir = -1, fd = -1;
	struct stream *s cleanup(stream_cleanup) = NULL;
	ssize_t got = 1;
	int r = tree_open_root(root.p, &dir, e);

	if (r >= 0)
		r = tree_open_file(dir, path, &fd, e);
	if (r < 0)
		return r;
	*text = BUF(max_bytes);
	s = stream_fd(take_fd(&fd), true);
	while (got > 0) {
		char *p = buf_room(text, MIN(max_bytes - text->n, (size_t)64 << 10));
		if (!p || text->n == max_bytes)
			return error_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path,
			                 max_bytes);
		got = stream_read(s, p, MIN(max_bytes - text->n, (size_t)64 << 10), e);
		if (got > 0)
			buf_grown(text, (size_t)got);
	}
	return got < 0 ? error_in(e, "%s", path) : 0;
}

static int read_list(str root, const char *path, struct json **out, struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(0);
	int r = read_json(root, path, LIST_BYTES_MAX, &text, e);

	return r < 0 ? r : json_parse(path, buf_view(&text), out, e);
}

static bool is_meant(const struct json *image, str name, struct arena *a)
{
	const struct json *names = json_get(image, "names");
	str id = json_str(image, "id"), full = { 0 };
	struct image_reference ref;
	struct error ignored = { 0 };

	if (str_starts(name, STR("sha256:")))
		name = str_from(name, 7);
	if (name.n >= 12 && str_starts(id, name))
		return true;
	if (reference_parse(name, a, &ref, &ignored) >= 0)
		full = reference_name(a, &ref);
	for (size_t i = 0; i < json_len(names); i++) {
		str have = json_text(json_at(names, i));
		if (str_eq(have, name) || (full.n && str_eq(have, full)) ||
		    str_eq(have, arena_printf(a, "localhost/%.*s", STR_FMT(name))) ||
		    str_eq(have, arena_printf(a, "%.*s:latest", STR_FMT(name))) ||
		    str_eq(have, arena_printf(a, "localhost/%.*s:latest", STR_FMT(name))))
			return true;
	}
	return false;
}

static int find_image(const struct json *list, const char *name, struct arena *a,
                      const struct json **out, struct error *e)
{
	struct buf names cleanup(buf_done) = BUF(NAMES_BYTES + 4096);

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *image = json_at(list, i);
		str first = json_text(json_at(json_get(image, "names"), 0));
		if (is_meant(image, str_c(name), a)) {
			*out = image;
			return 0;
		}
		if (names.n < NAMES_BYTES && names.n)
			buf_add(&names, STR(", "));
		if (names.n < NAMES_BYTES)
			buf_add(&names, first.n ? first : str_upto(json_str(image, "id"), 12));
	}
	return error_set(e, ERR_NOTFOUND, "podman has no image %s; there is %.*s", name,
	                 STR_FMT(names.n ? buf_view(&names) : STR("none")));
}

/* IDs and paths come from files: one that climbs would lead elsewhere. */
static bool is_id(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == 64;
}

static const struct json *layer_of(const struct json *list, str id)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (str_eq(json_str(json_at(list, i), "id"), id))
			return json_at(list, i);
	return NULL;
}

/* From the top layer down by `parent` */
static int chain(struct podman *p, const struct json *list, str top, struct arena *a,
                 struct error *e)
{
	str down[LAYERS_MAX];

	for (str id = top; id.n;) {
		const struct json *layer = layer_of(list, id);
		if (!layer || !is_id(id))
			return error_set(e, ERR_FORMAT, "layer %.*s is not in layers.json",
			                 STR_FMT(str_upto(id, 64)));
		if (p->n == LAYERS_MAX)
			return error_set(e, ERR_LIMIT, "more than %d layers", LAYERS_MAX);
		down[p->n++] = arena_str(a, id);
		id = json_str(layer, "parent");
	}
	for (size_t i = 0; i < p->n; i++)
		p->layers[i] = down[p->n - 1 - i];
	return 0;
}

/* --- the image --- */

static void encode(str s, char *out) /* RFC 4648 section 4 */
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t bits = (uint32_t)(unsigned char)s.p[i] << 16;
		bits |= i + 1 < s.n ? (uint32_t)(unsigned char)s.p[i + 1] << 8 : 0;
		bits |= i + 2 < s.n ? (unsigned char)s.p[i + 2] : 0;
		out[n++] = digits[bits >> 18];
		out[n++] = digits[bits >> 12 & 63];
		out[n++] = i + 1 < s.n ? digits[bits >> 6 & 63] : '=';
		out[n++] = i + 2 < s.n ? digits[bits & 63] : '=';
	}
	out[n] = 0;
}

static int read_documents(struct podman *p, str id, struct arena *a, struct image *image,
                          struct error *e)
{
	struct buf text cleanup(buf_done) = BUF(0), config cleanup(buf_done) = BUF(0);
	char path[400], name[DIGEST_TEXT_BYTES], encoded[128];
	struct manifest m = { 0 };
	struct digest got;
	int r;

	snprintf(path, sizeof path, "overlay-images/%.64s/manifest", id.p);
	r = read_json(p->root, path, MANIFEST_BYTES_MAX, &text, e);
	if (r >= 0)
		r = manifest_parse("manifest", buf_view(&text), STR(""), a, &m, e);
	if (r >= 0 && m.index)
		r = error_set(e, ERR_FORMAT, "manifest: an index");
	if (r < 0)
		return r;
	got = digest_of(buf_view(&text));
	image->digest = arena_str(a, str_c(digest_text(&got, name)));
	r = manifest_fill(&m, a, image, e);
	encode(str_c(digest_text(&m.config.digest, name)), encoded);
	snprintf(path, sizeof path, "overlay-images/%.64s/=%s", id.p, encoded);
	if (r >= 0)
		r = read_json(p->root, path, CONFIG_BYTES_MAX, &config, e);
	if (r < 0)
		return r;
	got = digest_of(buf_view(&config));
	if (!digest_eq(&got, &m.config.digest))
		return error_set(e, ERR_FORMAT, "configuration: its bytes have another digest");
	return manifest_config("configuration", buf_view(&config), a, image, e);
}

/* The blobs are gone: what is read are folders, whose bytes have no digest. */
static int settle(struct podman *p, struct image *image, struct error *e)
{
	if (image->layers.n != p->n)
		return error_set(e, ERR_FORMAT, "%zu layers in the manifest, and %zu in the store",
		                 image->layers.n, p->n);
	for (size_t i = 0; i < p->n; i++) {
		image->layers.v[i].has_digest = false;
		image->layers.v[i].foreign = false;
		image->layers.v[i].size_bytes = 0;
	}
	return 0;
}

static str root_of(const struct source_options *o, struct arena *a)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	str mine = { 0 };

	if (o->podman_root)
		return arena_str(a, str_c(o->podman_root));
	if (geteuid() != 0 && data && *data)
		mine = arena_printf(a, "%s/containers/storage", data);
	else if (geteuid() != 0 && home)
		mine = arena_printf(a, "%s/.local/share/containers/storage", home);
	return mine.n && !access(mine.p, F_OK) ? mine : STR("/var/lib/containers/storage");
}

static int open_image(struct podman *p, const char *name, struct arena *a, struct image *image,
                      struct error *e)
{
	const struct json *entry = NULL;
	struct json *images = NULL, *layers = NULL;
	int r = read_list(p->root, "overlay-images/images.json", &images, e);
	str id = { 0 };

	if (r == ERR_NOTFOUND)
		error_in(e, "no store of podman's overlay driver");
	if (r >= 0)
		r = find_image(images, name, a, &entry, e);
	if (r >= 0)
		r = read_list(p->root, "overlay-layers/layers.json", &layers, e);
	if (r >= 0)
		r = chain(p, layers, json_str(entry, "layer"), a, e);
	id = arena_str(a, json_str(entry, "id"));
	if (r >= 0 && !is_id(id))
		r = error_set(e, ERR_FORMAT, "images.json: an image without an ID");
	image->kind = STR("podman");
	image->name = arena_str(a, json_text(json_at(json_get(entry, "names"), 0)));
	if (r >= 0)
		r = read_documents(p, id, a, image, e);
	if (r >= 0)
		r = settle(p, image, e);
	json_free(images);
	json_free(layers);
	return r;
}

int podman_open(const char *name, const struct source_options *o, struct arena *a,
                struct image *image, struct podman **out, struct error *e)
{
	struct podman *p = calloc(1, sizeof *p);
	int r;

	if (!p)
		abort();
	p->options = o;
	p->root = root_of(o, a);
	r = open_image(p, name, a, image, e);
	for (size_t i = 0; r >= 0 && i < p->n; i++) {
		str path = arena_printf(a, "%.*s/overlay/%.*s/diff", STR_FMT(p->root),
		                        STR_FMT(p->layers[i]));
		r = a->failed ? error_set(e, ERR_LIMIT, "the scan's memory is spent")
		              : folder_open_diff(path.p, o, &p->folders[i], e);
	}
	if (r < 0) {
		error_in(e, "%.*s", STR_FMT(p->root));
		podman_free(p);
		return r;
	}
	*out = p;
	return 0;
}

int podman_layer(struct podman *p, size_t i, struct stream **out, struct error *e)
{
	return folder_layer(p->folders[i], out, e);
}

const struct gap *podman_gaps(const struct podman *p, struct arena *a, size_t *n)
{
	VEC(struct gap) all = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		size_t here;
		const struct gap *gaps = folder_gaps(p->folders[i], &here);
		for (size_t k = 0; k < here; k++) {
			struct gap g = gaps[k];
			g.layer = (int)i;
			vec_add(a, &all, g);
		}
	}
	*n = all.n;
	return all.v;
}

void podman_free(struct podman *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		folder_free(p->folders[i]);
	free(p);
}
