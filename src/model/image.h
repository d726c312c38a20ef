/* model/image.h — the image as its source describes it, before and after its layers were read. */
#pragma once
#include "base/digest.h"
#include "base/vec.h"

/* A list of the files in a layer, inside its blob, that the manifest vouches for: what is in it may be
 * read piece by piece. */
enum layer_table_kind { TABLE_NONE, TABLE_ESTARGZ, TABLE_ZSTD_CHUNKED };
struct layer_table {
	enum layer_table_kind kind;
	struct digest digest;          /* eStargz: of the JSON; zstd:chunked: of its zstd frame */
	uint64_t at, size_bytes, plain_bytes; /* zstd:chunked: where the frame is, and what it holds */
};

struct layer {
	struct digest digest; /* of the blob as it was read (compressed, or the tar itself) */
	bool has_digest;      /* false until the bytes were seen, where the source names none */
	str diff_id;          /* what the configuration claims, "sha256:…"; may be empty */
	str media_type;
	uint64_t size_bytes;  /* of the blob; 0 when unknown */
	str created_by;       /* the command that made it (history entry); may be empty */
	bool foreign;         /* not served by registries: a coverage gap */
	struct layer_table table;
};

struct label {
	str key, value;
};

struct label_list { /* as VEC(struct label) */
	struct label *v;
	size_t n, room;
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
	struct label_list labels;
	struct label_list annotations; /* of the manifest */
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
