#include "oci/tarball.h"
#include "oci/layout.h"
#include "oci/tarindex.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { MAGIC_BYTES = 512, IMAGES_MAX = 1000 };

/* --- the file --- */

static const char *what_it_is(const unsigned char *p, size_t n)
{
	if (n >= 4 && !memcmp(p, "PK\3\4", 4))
		return "a zip archive";
	if (n >= 4 && !memcmp(p, "\177ELF", 4))
		return "a program";
	if (n >= 6 && !memcmp(p,
	                      "\xfd"
	                      "7zXZ",
	                      6))
		return "compressed with xz, which is not read here";
	if (n >= 3 && !memcmp(p, "BZh", 3))
		return "compressed with bzip2, which is not read here";
	if (n >= 4 && !memcmp(p, "hsqs", 4))
		return "a squashfs image";
	if (n >= 1 && (p[0] == '{' || p[0] == '['))
		return "JSON";
	return "of another kind";
}

static bool may_be_archive(const unsigned char *p, size_t n)
{
	static const unsigned char gzip[] = { 0x1f, 0x8b }, zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	bool zeros = true;

	if (n >= sizeof gzip && !memcmp(p, gzip, sizeof gzip))
		return true;
	if (n >= sizeof zstd && !memcmp(p, zstd, sizeof zstd))
		return true;
	for (size_t i = 0; i < n; i++)
		zeros = zeros && !p[i];
	return n == MAGIC_BYTES && (zeros || !memcmp(p + 257, "ustar", 5));
}

static int check_start(int fd, const struct stat *st, struct error *e)
{
	unsigned char p[MAGIC_BYTES];
	ssize_t n;

	if (S_ISDIR(st->st_mode))
		return error_set(
		        e, ERR_USAGE,
		        "this is a folder (oci: reads an OCI layout, dir: a root file system)");
	if (!S_ISREG(st->st_mode))
		return 0;
	if (!st->st_size)
		return error_set(e, ERR_FORMAT, "the file is empty");
	n = pread(fd, p, sizeof p, 0);
	if (n < 0)
		return error_errno(e, errno, "read");
	if (!may_be_archive(p, (size_t)n))
		return error_set(e, ERR_FORMAT, "this is no tar archive of an image: it is %s",
		                 what_it_is(p, (size_t)n));
	return 0;
}

static int open_stdin(int input, struct stream **out, struct error *e)
{
	int fd;

	if (isatty(input))
		return error_set(e, ERR_USAGE, "stdin is a terminal: pipe an archive into it");
	fd = fcntl(input, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return error_errno(e, errno, "stdin");
	*out = stream_fd(fd, true);
	return 0;
}

int tarball_open(const char *where, const struct source_options *o, struct arena *a,
                 struct stream **out, str *ref, struct error *e)
{
	autoclose int fd = -1;
	struct stat st;
	str path;
	int r;

	layout_split(where, false, a, &path, ref);
	if (a->failed)
		return error_set(e, ERR_LIMIT, "the target is too long");
	if (!strcmp(where, "-"))
		return open_stdin(o->input_fd, out, e);
	fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return error_errno(e, errno, "%s", path.p);
	r = fstat(fd, &st) < 0 ? error_errno(e, errno, "stat") : check_start(fd, &st, e);
	if (r < 0)
		return r;
	*out = stream_fd(take_fd(&fd), true);
	return 0;
}

static bool is_text_of_sbom(str head)
{
	str s = str_trim(str_starts(head, STR("\xef\xbb\xbf")) ? str_from(head, 3) : head);
	return str_starts(s, STR("{")) || str_starts(s, STR("<")) ||
	       str_starts(s, STR("SPDXVersion:"));
}

int tarball_sniff(struct stream **s, bool *sbom, struct error *e)
{
	char first[MAGIC_BYTES];
	ssize_t n = stream_read_full(*s, first, sizeof first, e);

	if (n < 0)
		return (int)n;
	*s = stream_prefixed(str_mem(first, (size_t)n), *s);
	/* a tar whose first member is named "{" has its header's magic */
	*sbom = is_text_of_sbom(str_mem(first, (size_t)n)) &&
	        !may_be_archive((unsigned char *)first, (size_t)n);
	return 0;
}

int tarball_open_plain(const char *path, struct stream **out, struct error *e)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return error_errno(e, errno, "%s", path);
	if (fstat(fd, &st) < 0)
		return error_errno(e, errno, "stat");
	if (S_ISDIR(st.st_mode))
		return error_set(e, ERR_USAGE, "this is a folder, and an SBOM is a file");
	*out = stream_fd(take_fd(&fd), true);
	return 0;
}

/* --- docker save --- */

static int add_layer(const struct tarindex *s, str path, struct arena *a, struct image *image,
                     struct error *e)
{
	const struct archive_member *m = tarindex_find(s, path);
	struct layer *l;
	int r;

	if (!m)
		return error_set(e, ERR_FORMAT, "layer %zu: %.*s is not in the archive",
		                 image->layers.n, STR_FMT(path));
	r = tarindex_check_name(m, e);
	if (r < 0)
		return error_in(e, "layer %zu", image->layers.n);
	if (!m->is_layer)
		return error_set(e, ERR_FORMAT, "layer %zu: %.*s is no tar archive",
		                 image->layers.n, STR_FMT(m->path));
	l = vec_push(a, &image->layers);
	if (l)
		*l = (struct layer){ .digest = m->digest,
			             .has_digest = true,
			             .media_type =
			                     STR("application/vnd.docker.image.rootfs.diff.tar"),
			             .size_bytes = m->size_bytes };
	return 0;
}

/* Does one of the image's tags (then *name), or its ID, answer to ref? "app" means "app:latest"
 * too. */
static bool is_meant(const struct json *image, str ref, struct arena *a, str *name)
{
	const struct json *tags = json_get(image, "RepoTags");
	str config = str_base(json_str(image, "Config")), id = ref;

	if (str_starts(id, STR("sha256:")))
		id = str_from(id, 7);
	if (id.n >= 12 && str_starts(config, id))
		return true;
	for (size_t i = 0; i < json_len(tags); i++) {
		str tag = json_text(json_at(tags, i));
		if (str_eq(tag, ref) || str_eq(tag, arena_concat(a, ref, STR(":latest"))) ||
		    str_ends(tag, arena_concat(a, STR("/"), ref))) {
			*name = tag;
			return true;
		}
	}
	return false;
}

static int choose(const struct json *list, str ref, struct arena *a, const struct json **out,
                  str *name, struct error *e)
{
	struct buf names cleanup(buf_done) = BUF(600);

	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *image = json_at(list, i);
		str tag = json_text(json_at(json_get(image, "RepoTags"), 0));
		*name = tag;
		if (ref.n ? is_meant(image, ref, a, name) : json_len(list) == 1) {
			*out = image;
			return 0;
		}
		buf_add(&names, names.n ? STR(", ") : STR(""));
		buf_add(&names, tag.n ? tag : str_upto(json_str(image, "Config"), 80));
	}
	if (!json_len(list))
		return error_set(e, ERR_FORMAT, "manifest.json names no image");
	return error_set(e, ref.n ? ERR_NOTFOUND : ERR_USAGE,
	                 ref.n ? "there is no image %.*s; there is %.*s"
	                       : "there are several images, name one%.*s: %.*s",
	                 STR_FMT(ref), STR_FMT(buf_view(&names)));
}

static int settle_docker_image(const struct tarindex *s, const struct json *entry, struct arena *a,
                               struct image *image, struct error *e)
{
	const struct json *layers = json_get(entry, "Layers");
	const struct archive_member *config = tarindex_find(s, json_str(entry, "Config"));
	char text[DIGEST_TEXT_BYTES];
	int r;

	if (!config || !config->json.n)
		return error_set(e, ERR_FORMAT,
		                 "the image's configuration %.*s is not in the archive",
		                 STR_FMT(json_str(entry, "Config")));
	r = tarindex_check_name(config, e);
	if (r < 0)
		return r;
	if (json_len(layers) > LAYERS_MAX)
		return error_set(e, ERR_LIMIT, "more than %d layers", LAYERS_MAX);
	for (size_t i = 0; i < json_len(layers); i++) {
		r = add_layer(s, json_text(json_at(layers, i)), a, image, e);
		if (r < 0)
			return r;
	}
	image->config_digest = arena_str(a, str_c(digest_text(&config->digest, text)));
	return manifest_config("configuration", config->json, a, image, e);
}

static int settle_docker(const struct tarindex *s, const struct tarball_wish *wish, struct arena *a,
                         struct image *image, struct error *e)
{
	const struct json *entry = NULL;
	struct json *list = NULL;
	str name = { 0 };
	int r = json_parse("manifest.json", tarindex_find(s, STR("manifest.json"))->json, &list, e);

	if (r < 0)
		return r;
	if (!json_is_array(list) || json_len(list) > IMAGES_MAX)
		r = error_set(e, ERR_FORMAT, "manifest.json is no list of images");
	if (r >= 0)
		r = choose(list, wish->ref, a, &entry, &name, e);
	image->name = arena_str(a, name);
	if (r >= 0)
		r = settle_docker_image(s, entry, a, image, e);
	json_free(list);
	return r >= 0 ? resolve_check(image, wish->platform, a, e) : r;
}

/* --- an OCI layout --- */

static int read_member(void *ctx, enum document_kind kind, const struct descriptor *d,
                       struct arena *a, struct buf *out, str *type, struct error *e)
{
	const struct archive_member *m = tarindex_blob(ctx, &d->digest);
	(void)kind, (void)a, (void)type;

	if (!m)
		return error_set(e, ERR_FORMAT, "it is not in the archive");
	if (!m->json.n)
		return error_set(e, ERR_FORMAT, "it is no JSON document of a readable size");
	buf_add(out, m->json);
	return 0;
}

static int check_layers(const struct tarindex *s, const struct image *image, struct error *e)
{
	for (size_t i = 0; i < image->layers.n; i++) {
		const struct layer *l = &image->layers.v[i];
		const struct archive_member *m = tarindex_blob(s, &l->digest);
		int r = 0;
		if (!m && !l->foreign)
			r = error_set(e, ERR_FORMAT, "it is not in the archive");
		else if (m && !digest_eq(&m->digest, &l->digest))
			r = tarindex_check_name(m, e);
		else if (m && m->size_bytes != l->size_bytes)
			r = error_set(e, ERR_FORMAT, "its size is not the one in the manifest");
		else if (m && !m->is_layer)
			r = error_set(e, ERR_FORMAT, "it is no tar archive");
		if (r < 0)
			return error_in(e, "layer %zu", i);
	}
	return 0;
}

static int settle_oci(struct tarindex *s, const struct tarball_wish *wish, struct arena *a,
                      struct image *image, struct error *e)
{
	struct documents from = { read_member, s };
	const struct descriptor *entry = NULL;
	struct manifest index = { 0 };
	int r = manifest_parse("index.json", tarindex_find(s, STR("index.json"))->json,
	                       STR("application/vnd.oci.image.index.v1+json"), a, &index, e);

	if (r >= 0 && !index.index)
		r = error_set(e, ERR_FORMAT, "index.json is no index");
	if (r >= 0)
		r = resolve_entry(&index, wish->ref, wish->platform, a, &entry, e);
	if (r < 0)
		return r;
	image->name = entry->ref_name;
	r = resolve_image(&from, entry, wish->platform, a, image, e);
	return r < 0 ? r : check_layers(s, image, e);
}

/* --- both --- */

static bool has_json(const struct tarindex *s, str path)
{
	const struct archive_member *m = tarindex_find(s, path);
	return m && m->json.n;
}

static int map_layers(const struct tarindex *s, const struct image *image, struct arena *a,
                      size_t **out, struct error *e)
{
	size_t *map = arena_many(a, image->layers.n, size_t);

	if (!map)
		return error_set(e, ERR_LIMIT, "the archive names too much");
	for (size_t i = 0; i < image->layers.n; i++) {
		const struct archive_member *m = tarindex_layer(s, &image->layers.v[i].digest);
		map[i] = m ? (size_t)(m - s->members) : SIZE_MAX;
	}
	*out = map;
	return 0;
}

int tarball_settle(const struct archive_member *members, size_t n, const struct tarball_wish *wish,
                   struct arena *a, struct image *image, size_t **member_of_layer, struct error *e)
{
	struct tarindex s = { 0 };
	bool docker, oci;
	int r;

	if (!n)
		return error_set(e, ERR_FORMAT, "the archive is empty");
	r = tarindex_fill(&s, members, n, e);
	if (r < 0)
		return r;
	docker = has_json(&s, STR("manifest.json"));
	oci = has_json(&s, STR("index.json"));
	if (docker && !(oci && wish->prefer_oci)) {
		image->kind = STR("docker-archive");
		r = settle_docker(&s, wish, a, image, e);
	} else if (oci) {
		image->kind = STR("oci-archive");
		r = settle_oci(&s, wish, a, image, e);
	} else if (tarindex_find(&s, STR("repositories"))) {
		r = error_set(e, ERR_UNSUPPORTED,
		              "an archive of docker before 1.10; save it again");
	} else {
		r = error_set(e, ERR_FORMAT,
		              "this is no archive of an image: neither manifest.json nor "
		              "index.json is in it");
	}
	if (r >= 0)
		r = map_layers(&s, image, a, member_of_layer, e);
	tarindex_done(&s);
	return r;
}
