/* oci/resolve.h — from a descriptor to the one image meant, whatever holds the documents: through
 * indexes by platform, then manifest and configuration, every byte checked against its digest. */
#pragma once
#include "base/buf.h"
#include "oci/manifest.h"
#include "oci/target.h"

enum document_kind { DOCUMENT_MANIFEST, DOCUMENT_CONFIG };

struct documents { /* where they are read from */
	/* The bytes of d into *out, which has the ceiling; *type (when told, in arena a) is the
	 * transport's word. */
	int (*read)(void *ctx, enum document_kind kind, const struct descriptor *d, struct arena *a,
	            struct buf *out, str *type, struct error *e);
	void *ctx;
};

/* Size UINT64_MAX in `start` means unknown. `platform` as the user wrote it, or NULL. */
int resolve_image(const struct documents *from, const struct descriptor *start,
                  const char *platform, struct arena *a, struct image *image,
                  struct error *e) must_use;
/* Every image that `start` leads to. */
int resolve_platforms(const struct documents *from, const struct descriptor *start, struct arena *a,
                      struct platform_list *out, struct error *e) must_use;
/* An image without an index is for what its configuration says; a wish that was spelled out
 * (platform is not NULL) must hold for it too. */
int resolve_check(const struct image *image, const char *platform, struct arena *a,
                  struct error *e) must_use;
/* The entry of a layout's index.json that `ref` names: org.opencontainers.image.ref.name, its tag,
 * or a digest; without ref the only one, or the one for the platform. */
int resolve_entry(const struct manifest *index, str ref, const char *platform, struct arena *a,
                  const struct descriptor **out, struct error *e) must_use;
/* Does the entry's name, its tag or its digest say `ref`? */
bool resolve_is_named(const struct descriptor *d, str ref);
