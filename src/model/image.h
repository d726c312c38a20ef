/* model/image.h — the image as its source describes it, before and after its layers were read. */
#pragma once
#include "base/digest.h"
#include "base/vec.h"

struct layer {
	struct digest digest; /* of the blob as it was read (compressed, or the tar itself) */
	bool has_digest;      /* false until the bytes were seen, where the source names none */
	str diff_id;          /* what the configuration claims, "sha256:…"; may be empty */
	str media_type;
	uint64_t size_bytes;  /* of the blob; 0 when unknown */
	str created_by;       /* the command that made it (history entry); may be empty */
	bool foreign;         /* not served by registries: a coverage gap */
};

struct label {
	str key, value;
};

struct image {
	str target;     /* as the user typed it */
	str kind;       /* "registry", "docker", "docker-archive", "oci", "oci-archive", "dir", "podman",
	                   "containerd", "sbom" */
	str name;       /* reference without digest: "127.0.0.1:5000/app:1.2"; may be empty */
	str digest;     /* of the platform's manifest, "sha256:…"; empty where there is none */
	str attestation; /* of the manifest beside it in its index that says something of it (BuildKit) */
	str config_digest; /* the image ID; empty for dir */
	str media_type; /* of the manifest */
	str os, arch, variant, os_version;
	str created;    /* RFC 3339, as recorded; may be empty */
	VEC(struct label) labels;
	VEC(struct layer) layers; /* lowest first */
};

struct distro { /* from os-release(5); all empty when the image has none */
	str id;         /* "debian" */
	str id_like;
	str version_id; /* "12" */
	str codename;   /* "bookworm" */
	str name;       /* PRETTY_NAME */
	str path;       /* the file that said so */
	str ecosystem;  /* advisory ecosystem "Debian:12"; empty when unknown (a gap says so) */
};
