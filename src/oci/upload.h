/* oci/upload.h — blobs and manifests into a registry: distribution-spec 1.1, Pushing Blobs (mount,
 * in pieces), Pushing Manifests. One thread. */
#pragma once
#include "oci/upstream.h"

struct upload { /* starts as { .to = … }, ends with upload_done */
	struct upstream *to;
	struct buf location; /* of the upload under way */
	char *piece;
};

/* Is the blob there? 1 or 0 */
int upload_has(struct upload *u, const struct digest *d, struct error *e) must_use;
/* Mounted out of that repository of the same registry (1), or else (also with none) an upload is
 * open (0). */
int upload_begin(struct upload *u, const struct digest *d, str from_repository,
                 struct error *e) must_use;
/* All of the stream, in pieces, then its digest. `sent` is told each piece. */
int upload_send(struct upload *u, const struct digest *d, struct stream *s,
                void (*sent)(void *ctx, uint64_t bytes), void *ctx, struct error *e) must_use;
int upload_manifest(struct upload *u, str reference, str media_type, str bytes,
                    struct error *e) must_use;
void upload_done(struct upload *u);
