/* oci/referrers.h — documents attached to an image: SBOMs, VEX, attestations. Found by the
 * referrers API (distribution-spec 1.1, "Listing Referrers"), its fallback tag sha256-HEX, cosign's
 * tags sha256-HEX.sbom and .att, and BuildKit's attestation manifest beside the image in its index.
 * Input: hostile; documents of at most REFERRER_BYTES_MAX, checked against their digest; at most
 * REFERRERS_MAX of them. */
#pragma once
#include "base/buf.h"
#include "model/image.h"

enum { REFERRERS_MAX = 64, REFERRER_BYTES_MAX = 256 << 20 };

struct referrer {             /* one document; strings in the arena */
	struct digest digest; /* of its bytes */
	uint64_t size_bytes;
	str media_type; /* of its bytes: "application/spdx+json", "application/vnd.in-toto+json" */
	str artifact_type; /* of the manifest that holds it; may be empty */
	str predicate;     /* what the attestation says it is about, an URL; may be empty */
	str how;           /* "referrers API", "tag sha256-….att", "index" */
};

struct referrers {
	VEC(struct referrer) found;
};

enum referrers_from { REFERRERS_API, REFERRERS_TAG, REFERRERS_DIGEST };

struct referrers_documents { /* where they are read from */
	/* The list for a subject's digest, or a manifest by tag or digest, into *out (with its
	 * ceiling): 1, 0 when there is none, below 0 an error. */
	int (*get)(void *ctx, enum referrers_from from, str name, struct buf *out, struct error *e);
	void *ctx;
};

/* What `wanted` says no to is not asked for: of a manifest only artifact_type is known then (or
 * nothing), of a document all. Sorted by digest, each once. */
typedef bool referrers_wanted(const struct referrer *r);
int referrers_list(const struct referrers_documents *from, const struct image *image,
                   referrers_wanted *wanted, struct arena *a, struct referrers *out,
                   struct error *e) must_use;

bool referrer_is_sbom(const struct referrer *r); /* or may be one; a referrers_wanted */
bool referrer_is_vex(const struct referrer *r);  /* the same of VEX documents */
bool referrer_names_vex(const struct referrer *r); /* it says itself that it is one */
