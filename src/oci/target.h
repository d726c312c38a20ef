/* oci/target.h — what is asked of a target, and what is seen in one that is an archive: the values
 * that oci/source and the kinds of targets below it share. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "model/image.h"
#include "stream/stream.h"

struct source_options {
	const char *platform; /* "os/arch[/variant]"; NULL: linux and this machine's */
	const char *manifest; /* "sha256:…" from source_platforms: this one of the index; else NULL */
	const char *username; /* NULL: from the credential files; empty: nobody */
	const char *password; /* never printed or logged */
	const char *ca_file;  /* extra CA bundle; may be NULL */
	bool insecure;        /* plain http and unverified TLS allowed */
	bool offline;         /* registries are refused */
	const char *podman_root;     /* containers-storage; NULL: where podman keeps it */
	const char *containerd_root; /* NULL: /var/lib/containerd */
	unsigned timeout_s;   /* of any silence on the wire; 0: 60 */
	int input_fd;         /* what "-" reads: stdin */
	/* told what happens on the wire (retries, resumes); may be NULL; any thread */
	void (*note)(void *ctx, const char *what);
	void *note_ctx;
	/* dir: which regular files carry their content (the others are left out); NULL: all; any
	 * thread */
	bool (*want)(void *ctx, str path, unsigned mode, uint64_t size_bytes);
	void *want_ctx;
	/* manifests and configurations that were seen before; NULL: none. What recall gives is
	 * checked as what a registry gives. */
	bool (*recall)(void *ctx, const struct digest *d, struct buf *out);
	void (*retain)(void *ctx, const struct digest *d, str bytes);
	void *kept_ctx;
};

/* What the jail saw in such an archive, in the archive's order. */
struct archive_member {
	str path;             /* "manifest.json", "blobs/sha256/…", "<id>/layer.tar" */
	str link;             /* target of a sym- or hard link member, else empty */
	struct digest digest; /* of its bytes, computed while they passed */
	uint64_t size_bytes;
	str json;      /* the bytes of a small JSON document, else empty */
	bool is_layer; /* was walked as a layer */
};

struct platform_entry { /* one image of an index */
	str platform; /* "linux/arm64/v8"; empty when nothing says */
	str manifest; /* "sha256:…" */
};
struct platform_list {
	VEC(struct platform_entry) entries; /* in the index's order */
	size_t left_out; /* attestations and entries of no platform: they are no images */
};
