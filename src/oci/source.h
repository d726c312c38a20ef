/* oci/source.h — any TARGET as an image whose layers can be read (design section 4). */
#pragma once
#include "model/coverage.h"
#include "oci/referrers.h"
#include "oci/target.h"

struct source;

enum source_shape {
	SOURCE_LAYERS, /* the image is known now; layers are opened one by one, from any thread */
	SOURCE_STREAM, /* an archive that can only be read front to back (docker-archive:,
	                  oci-archive:, docker:, stdin): read source_stream in the jail, then
	                  source_settle */
	SOURCE_SBOM,   /* no image but what somebody lists of one: source_stream */
};

/* Opens TARGET. The strings and the arena are borrowed until source_free. For SOURCE_LAYERS the
 * image is filled (strings in `a`). ERR_UNSUPPORTED names what the thing is when it is no image
 * (chart, SBOM, signature, schema 1). */
int source_open(const char *target, const struct source_options *o, struct arena *a,
                struct source **out, struct error *e) must_use;
/* Every image of TARGET's index (of an image without one: that one), for source_options.manifest. Registries
 * and oci: only; ERR_UNSUPPORTED for all else. Strings and list in `a`. */
int source_platforms(const char *target, const struct source_options *o, struct arena *a,
                     struct platform_list *out, struct error *e) must_use;
enum source_shape source_shape(const struct source *s);
struct image *source_image(struct source *s); /* borrowed; for SOURCE_STREAM after source_settle */
/* The bytes of layer i as stored, digest and size checked at their end. Any thread. */
int source_layer(struct source *s, size_t i, struct stream **out, struct error *e) must_use;

/* Bytes `from` … `to` (not included) of a layer, which nothing vouches for; of a registry's only. Any thread.
 * ERR_UNSUPPORTED where parts are not to be had. */
int source_layer_part(struct source *s, size_t i, uint64_t from, uint64_t to, struct stream **out,
                      struct error *e) must_use;

/* SOURCE_STREAM, SOURCE_SBOM: the file's bytes, outermost compression still on. Once. */
int source_stream(struct source *s, struct stream **out, struct error *e) must_use;

/* Fills the image from manifest.json or index.json and blobs: member_of_layer[i] is the member that
 * is layer i (array in `a`, image.layers.n long; SIZE_MAX for a foreign layer that is not there).
 * ERR_FORMAT when a blob's digest is not its name, a layer is missing, or the archive is of no
 * known kind. */
int source_settle(struct source *s, const struct archive_member *members, size_t n,
                  size_t **member_of_layer, struct error *e) must_use;
/* dir: what could not be read while a layer's stream ran; ask after it ended. Strings in the
 * source's arena. NULL and 0 for all other kinds. */
const struct gap *source_gaps(struct source *s, size_t *n);
/* What is attached to an image of a registry or a layout (oci/referrers.h); ERR_USAGE for other
 * kinds, which have no place for it. */
int source_attached(struct source *s, referrers_wanted *wanted, struct arena *a,
                    struct referrers *out, struct error *e) must_use;
/* The bytes of one such document, digest and size checked at their end. */
int source_referrer(struct source *s, const struct referrer *r, struct stream **out,
                    struct error *e) must_use;
void source_free(struct source *s);
