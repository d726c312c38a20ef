/* oci/copy.h — an image from one registry into another, byte for byte: all platforms of an index,
 * blobs before the manifests that name them (OCI distribution-spec 1.1, Pushing; Docker Registry
 * HTTP API V2). What is there already is not sent, what another repository of the registry has is
 * mounted, everything is checked against its digest while it passes. Signatures and other things
 * attached from outside an index stay where they are. One thread. */
#pragma once
#include "oci/target.h"

struct copy_place {
	str host, repository;
	const struct source_options *options; /* who we are there, CA, plain http; borrowed */
};

struct copy_progress {
	uint64_t blobs, mounted,
	        there; /* of the first: how many were sent, mounted, or there already */
	uint64_t bytes, manifests;
};

struct copy_order {
	struct copy_place from, to;
	str reference; /* tag or digest of the source */
	str tag;       /* at the destination; empty: by digest only */
	bool force;    /* a tag that points elsewhere is moved; else ERR_CONFLICT */
	void (*progress)(void *ctx, const struct copy_progress *p); /* often; may be NULL */
	void *progress_ctx;
};

struct copied { /* strings in `a` */
	str digest, media_type;
	struct copy_progress done;
};

int copy_image(const struct copy_order *o, struct arena *a, struct copied *out,
               struct error *e) must_use;
