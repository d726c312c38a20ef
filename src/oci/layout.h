/* oci/layout.h — OCI image layouts in a folder (image-spec, image-layout.md): index.json, nested
 * indexes, blobs/ALGORITHM/HEX. The folder may be hostile: no link is followed, nothing outside is
 * opened. Any thread after it was opened. */
#pragma once
#include "oci/referrers.h"
#include "oci/target.h"

struct layout;

/* `where` is DIR or DIR:REF (or DIR@DIGEST); the longest DIR that exists counts. Borrowed: as
 * registry. */
int layout_open(const char *where, const struct source_options *o, struct arena *a,
                struct image *image, struct layout **out, struct error *e) must_use;
int layout_platforms(const char *where, const struct source_options *o, struct arena *a,
                     struct platform_list *out, struct error *e) must_use;
/* A content store: blobs/sha256 alone, and the descriptor of what is meant (size UINT64_MAX: unknown). */
struct descriptor;
int layout_open_store(const char *folder, const struct descriptor *start,
                      const struct source_options *o, struct arena *a, struct image *image,
                      struct layout **out, struct error *e) must_use;
int layout_layer(struct layout *l, const struct layer *layer, struct stream **out,
                 struct error *e) must_use;
/* As struct referrers_documents asks; ctx is the layout. A layout has no referrers API; its tags are the
 * names in index.json. */
int layout_referrers(void *ctx, enum referrers_from from, str name, struct buf *out,
                     struct error *e) must_use;
void layout_free(struct layout *l); /* NULL is fine */

/* Cuts PATH[:REF] or PATH[@REF] where the longest PATH exists (a folder when `folder`). Both in
 * `a`; the whole is the path when nothing exists. */
void layout_split(const char *where, bool folder, struct arena *a, str *path, str *ref);
