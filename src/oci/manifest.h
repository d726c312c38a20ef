/* oci/manifest.h — manifests, indexes and configurations of images: OCI image-spec 1.1
 * (manifest.md, image-index.md, config.md) and Docker's schema 2. Input: hostile, up to 8 MiB, read
 * whole. What is in a registry but no image is named for what it is (ERR_UNSUPPORTED). Strings are
 * in the arena. */
#pragma once
#include "base/json.h"
#include "model/image.h"

enum {
	MANIFEST_BYTES_MAX = 4 << 20,
	INDEX_BYTES_MAX = 8 << 20,
	CONFIG_BYTES_MAX = 8 << 20,
	LAYERS_MAX = 1000,
	INDEX_ENTRIES_MAX = 5000,
	INDEX_DEPTH_MAX = 4,
};

#define MANIFEST_ACCEPT                                               \
	"application/vnd.oci.image.index.v1+json, "                   \
	"application/vnd.docker.distribution.manifest.list.v2+json, " \
	"application/vnd.oci.image.manifest.v1+json, "                \
	"application/vnd.docker.distribution.manifest.v2+json"

struct platform {
	str os, arch, variant; /* as Go names them: "linux", "arm", "v7"; variant may be empty */
	str os_version;
};

struct descriptor {
	struct digest digest;
	uint64_t size_bytes;
	str media_type;
	struct platform platform; /* in an index */
	str ref_name;             /* org.opencontainers.image.ref.name */
	str refers_to;            /* of an attestation: the digest it speaks of (BuildKit) */
	bool attestation;         /* says something about another entry: no image */
	bool foreign;             /* a layer that registries do not serve */
	struct layer_table table;
};

struct manifest {
	bool index;
	str media_type;
	struct descriptor config;
	VEC(struct descriptor) entries; /* layers, lowest first; of an index its manifests */
	struct label_list annotations;  /* of an image */
};

/* `content_type` is what the transport said; used where the document names no type of its own. */
int manifest_parse(const char *name, str text, str content_type, struct arena *a,
                   struct manifest *out, struct error *e) must_use;

bool manifest_is_index_type(str media_type);

/* "os/arch[/variant]" with the usual other names of architectures; NULL: linux on this machine. */
int platform_parse(const char *text, struct arena *a, struct platform *out,
                   struct error *e) must_use;
str platform_text(struct arena *a, const struct platform *p);
/* The best entry for the wish: the same variant, or the nearest older one (arm v7 runs v6).
 * ERR_NOTFOUND lists what is there; an index of nothing but Windows is ERR_UNSUPPORTED,
 * unless that was the wish. */
int manifest_choose(const struct manifest *index, const struct platform *want, struct arena *a,
                    const struct descriptor **out, struct error *e) must_use;

/* Layers, digests and types of an image manifest into *image. */
int manifest_fill(const struct manifest *m, struct arena *a, struct image *image,
                  struct error *e) must_use;
/* The configuration's os, arch, labels, diff IDs and history into *image, whose layers are there.
 */
int manifest_config(const char *name, str text, struct arena *a, struct image *image,
                    struct error *e) must_use;
