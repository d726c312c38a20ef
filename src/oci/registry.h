/* oci/registry.h — images in a registry: OCI distribution-spec 1.1, Docker Registry HTTP API V2.
 * HEAD before GET, documents and blobs by digest, several layers at once. Any thread after it was
 * opened. */
#pragma once
#include "oci/referrers.h"
#include "oci/target.h"

struct registry;

/* Fills *image. Options and arena are borrowed until registry_free. */
int registry_open(const char *name, const struct source_options *o, struct arena *a,
                  struct image *image, struct registry **out, struct error *e) must_use;
int registry_platforms(const char *name, const struct source_options *o, struct arena *a,
                       struct platform_list *out, struct error *e) must_use;
int registry_layer(struct registry *r, const struct layer *l, struct stream **out,
                   struct error *e) must_use;
/* Bytes `from` … `to` (not included) of that blob; nothing vouches for them. ERR_UNSUPPORTED when the registry
 * answers with anything else. */
int registry_range(struct registry *r, const struct layer *l, uint64_t from, uint64_t to,
                   struct stream **out, struct error *e) must_use;
/* As struct referrers_documents asks; ctx is the registry */
int registry_referrers(void *ctx, enum referrers_from from, str name, struct buf *out,
                       struct error *e) must_use;
void registry_free(struct registry *r); /* NULL is fine */
