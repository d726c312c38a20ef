#include "oci/source.h"
#include "oci/containerd.h"
#include "oci/daemon.h"
#include "oci/folder.h"
#include "oci/layout.h"
#include "oci/podman.h"
#include "oci/registry.h"
#include "oci/tarball.h"

struct source {
	enum source_shape shape;
	struct source_options options;
	struct arena *arena;
	struct image image;
	/* one of these, by kind */
	struct registry *registry;
	struct layout *layout;
	struct folder *folder;
	struct podman *podman;
	struct stream *archive; /* until source_stream gives it away */
	/* of an archive */
	str ref;
	bool prefer_oci, docker;
};

static int open_registry(struct source *s, const char *name, struct error *e)
{
	return registry_open(name, &s->options, s->arena, &s->image, &s->registry, e);
}

static int open_layout(struct source *s, const char *where, struct error *e)
{
	return layout_open(where, &s->options, s->arena, &s->image, &s->layout, e);
}

static int open_folder(struct source *s, const char *path, struct error *e)
{
	return folder_open(path, &s->options, s->arena, &s->image, &s->folder, e);
}

static int open_docker_archive(struct source *s, const char *where, struct error *e)
{
	s->shape = SOURCE_STREAM;
	s->image.kind = STR("docker-archive");
	return tarball_open(where, &s->options, s->arena, &s->archive, &s->ref, e);
}

static int open_oci_archive(struct source *s, const char *where, struct error *e)
{
	int r = open_docker_archive(s, where, e);
	s->prefer_oci = true;
	s->image.kind = STR("oci-archive");
	return r;
}

static int open_daemon(struct source *s, const char *name, struct error *e)
{
	s->shape = SOURCE_STREAM;
	s->docker = true;
	s->image.kind = STR("docker");
	if (str_starts(str_c(name), STR("//")))
		return error_set(e, ERR_USAGE, "an image in a registry is named without docker://");
	return daemon_open(name, &s->options, s->arena, &s->image, &s->archive, e);
}

static int open_containerd(struct source *s, const char *name, struct error *e)
{
	return containerd_open(name, &s->options, s->arena, &s->image, &s->layout, e);
}

static int open_podman(struct source *s, const char *name, struct error *e)
{
	return podman_open(name, &s->options, s->arena, &s->image, &s->podman, e);
}

static int open_sbom(struct source *s, const char *path, struct error *e)
{
	s->shape = SOURCE_SBOM;
	s->image.kind = STR("sbom");
	return strcmp(path, "-")
	               ? tarball_open_plain(path, &s->archive, e)
	               : tarball_open(path, &s->options, s->arena, &s->archive, &s->ref, e);
}

/* An archive or an SBOM: the first bytes say it. */
static int open_stdin(struct source *s, struct error *e)
{
	bool sbom = false;
	int r = open_docker_archive(s, "-", e);

	if (r >= 0)
		r = tarball_sniff(&s->archive, &sbom, e);
	if (r >= 0 && sbom) {
		s->shape = SOURCE_SBOM;
		s->image.kind = STR("sbom");
	}
	return r;
}

static const struct kind {
	str prefix;
	int (*open)(struct source *s, const char *rest, struct error *e);
} kinds[] = {
	// clang-format off
	{ STR_INIT("docker-archive:"), open_docker_archive },
	{ STR_INIT("oci-archive:"),    open_oci_archive },
	{ STR_INIT("docker:"),         open_daemon },
	{ STR_INIT("podman:"),         open_podman },
	{ STR_INIT("containerd:"),     open_containerd },
	{ STR_INIT("oci:"),            open_layout },
	{ STR_INIT("dir:"),            open_folder },
	{ STR_INIT("sbom:"),           open_sbom },
	// clang-format on
};

static int open_target(struct source *s, const char *target, struct error *e)
{
	if (!*target)
		return error_set(e, ERR_USAGE, "the target is empty");
	if (!strcmp(target, "-"))
		return open_stdin(s, e);
	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_starts(str_c(target), kinds[i].prefix)) {
			const char *rest = target + kinds[i].prefix.n;
			if (!*rest)
				return error_set(e, ERR_USAGE,
				                 "%s: nothing stands behind the colon", target);
			return kinds[i].open(s, rest, e);
		}
	return open_registry(s, target, e);
}

int source_open(const char *target, const struct source_options *o, struct arena *a,
                struct source **out, struct error *e)
{
	struct source *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		abort();
	s->options = *o;
	s->arena = a;
	s->image.target = arena_str(a, str_c(target));
	r = open_target(s, target, e);
	if (r < 0) {
		source_free(s);
		return r;
	}
	*out = s;
	return 0;
}

int source_platforms(const char *target, const struct source_options *o, struct arena *a,
                     struct platform_list *out, struct error *e)
{
	str name = str_c(target);

	if (str_starts(name, STR("oci:")))
		return layout_platforms(target + 4, o, a, out, e);
	for (size_t i = 0; i < LEN(kinds); i++)
		if (str_starts(name, kinds[i].prefix) || str_eq(name, STR("-")))
			return error_set(e, ERR_UNSUPPORTED,
			                 "all platforms are found in registries and oci: folders, "
			                 "not here");
	return registry_platforms(target, o, a, out, e);
}

enum source_shape source_shape(const struct source *s)
{
	return s->shape;
}

struct image *source_image(struct source *s)
{
	return &s->image;
}

int source_layer(struct source *s, size_t i, struct stream **out, struct error *e)
{
	const struct layer *l = &s->image.layers.v[i];

	if (i >= s->image.layers.n || s->shape != SOURCE_LAYERS)
		return error_set(e, ERR_USAGE, "there is no layer %zu to open", i);
	if (l->foreign)
		return error_set(e, ERR_UNSUPPORTED, "a foreign layer (%.*s), which is not fetched",
		                 STR_FMT(l->media_type));
	if (s->registry)
		return registry_layer(s->registry, l, out, e);
	if (s->layout)
		return layout_layer(s->layout, l, out, e);
	if (s->podman)
		return podman_layer(s->podman, i, out, e);
	return folder_layer(s->folder, out, e);
}

int source_layer_part(struct source *s, size_t i, uint64_t from, uint64_t to, struct stream **out,
                      struct error *e)
{
	const struct layer *l = i < s->image.layers.n ? &s->image.layers.v[i] : NULL;

	if (!l || !s->registry || l->foreign || from >= to || to > l->size_bytes)
		return error_set(e, ERR_UNSUPPORTED, "no such part of the layer is to be had");
	return registry_range(s->registry, l, from, to, out, e);
}

int source_stream(struct source *s, struct stream **out, struct error *e)
{
	if (!s->archive)
		return error_set(e, ERR_USAGE, "there is no archive to read");
	*out = take(s->archive);
	return 0;
}

int source_settle(struct source *s, const struct archive_member *members, size_t n,
                  size_t **member_of_layer, struct error *e)
{
	struct tarball_wish wish = { s->ref, s->options.platform, s->prefer_oci };
	struct image fresh = { .target = s->image.target };
	str name = s->image.name, kind = s->image.kind;
	int r = tarball_settle(members, n, &wish, s->arena, &fresh, member_of_layer, e);

	if (r < 0)
		return r;
	if (strcmp(s->image.target.p, "-")) /* from stdin the content alone says what it is */
		fresh.kind = kind;
	if (s->docker)
		fresh.name = name;
	s->image = fresh;
	return 0;
}

const struct gap *source_gaps(struct source *s, size_t *n)
{
	*n = 0;
	if (s->podman)
		return podman_gaps(s->podman, s->arena, n);
	return s->folder ? folder_gaps(s->folder, n) : NULL;
}

int source_attached(struct source *s, referrers_wanted *wanted, struct arena *a,
                    struct referrers *out, struct error *e)
{
	struct referrers_documents from = { s->registry ? registry_referrers : layout_referrers,
		                            s->registry ? (void *)s->registry : (void *)s->layout };

	if (!from.ctx)
		return error_set(e, ERR_USAGE,
		                 "documents are attached to images of a registry or a layout, and this "
		                 "is none");
	return referrers_list(&from, &s->image, wanted, a, out, e);
}

int source_referrer(struct source *s, const struct referrer *r, struct stream **out,
                    struct error *e)
{
	struct layer blob = { .digest = r->digest,
		              .has_digest = true,
		              .size_bytes = r->size_bytes };

	return s->registry ? registry_layer(s->registry, &blob, out, e)
	                   : layout_layer(s->layout, &blob, out, e);
}

void source_free(struct source *s)
{
	if (!s)
		return;
	registry_free(s->registry);
	layout_free(s->layout);
	folder_free(s->folder);
	podman_free(s->podman);
	stream_free(s->archive);
	free(s);
}
