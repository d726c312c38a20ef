/* oci/tarball.h — images in one tar: docker save old and new (image-spec of moby, v1.2), skopeo's
 * and podman's docker-archive, OCI layouts. Read front to back by the jail, put together here from
 * what it saw. Input of tarball_settle: hostile. One thread. */
#pragma once
#include "oci/target.h"

/* Opens FILE (stdin for "-"); regular files that begin like no tar are refused at once. The stream
 * is the caller's. *ref is what stood behind FILE:, in `a`. */
int tarball_open(const char *where, const struct source_options *o, struct arena *a,
                 struct stream **out, str *ref, struct error *e) must_use;

/* What stands at a stream's beginning, without loss: true when it begins like an SBOM (JSON, XML or
 * SPDX's tags) and not like an archive. */
int tarball_sniff(struct stream **s, bool *sbom, struct error *e) must_use;
/* FILE as it is, for an SBOM. */
int tarball_open_plain(const char *path, struct stream **out, struct error *e) must_use;

struct tarball_wish {
	str ref;              /* which of several images; may be empty */
	const char *platform; /* as the user wrote it, or NULL */
	bool prefer_oci;      /* index.json before manifest.json, where both are there */
};

int tarball_settle(const struct archive_member *members, size_t n, const struct tarball_wish *wish,
                   struct arena *a, struct image *image, size_t **member_of_layer,
                   struct error *e) must_use;
