/* policy/vex.h — what somebody says about vulnerabilities of a product (VEX), whatever it was
 * written in: a document's statements, made by vexread.c, carried over by vexwire.c, held against
 * findings by vexmatch.c. Values; strings and arrays live in the arena of whoever made them. */
#pragma once
#include "base/vec.h"
#include "model/package.h"

enum vex_status {
	VEX_NOT_AFFECTED,
	VEX_AFFECTED,
	VEX_FIXED,
	VEX_UNDER_INVESTIGATION,
	VEX_STATUS_COUNT
};

enum vex_kind {
	VEX_OTHER, /* named in a way that nothing here answers to, but perhaps with hashes */
	VEX_PACKAGE,
	VEX_IMAGE, /* pkg:oci */
	VEX_KIND_COUNT
};

struct vex_texts { /* a VEC(str) with a name */
	str *v;
	size_t n, room;
};

struct vex_component { /* a product, or a part of one */
	enum vex_kind kind;
	str id;                 /* as it stands there; may be empty */
	enum package_type type; /* of a package, and its names as our readers write them */
	bool of_source;         /* the source package (arch=source, arch=src) */
	str name;
	str version;            /* of an image its digest; empty: any */
	str arch;               /* empty: any, as all below */
	str distro, distro_version;
	str repository, tag;    /* of an image */
	str odd;                /* a qualifier that is not understood: it fits nothing */
	struct vex_texts hashes; /* "sha256:…", lower case */
};

struct vex_product {
	struct vex_component whole;
	VEC(struct vex_component) parts; /* the statement is of these in it; none: of all of it */
};

struct vex_statement {
	unsigned number; /* in its document, from 1 */
	enum vex_status status;
	str vulnerability;
	struct vex_texts aliases;
	VEC(struct vex_product) products; /* none: what the document is about */
	str justification; /* OpenVEX's word; may be empty */
	str impact;        /* why it is not affected, in words; may be empty */
	str action;        /* what to do about it; may be empty */
	int64_t time;      /* INT64_MIN: not told */
	bool fitted;       /* set by vexmatch.c: it was about a finding */
};

struct vex_document {
	str file;   /* or "VEX sha256:…" of an attached one */
	str format; /* "OpenVEX", "CSAF 2.0", "CycloneDX 1.5" */
	str id, author, tooling; /* may be empty */
	struct vex_texts subjects; /* an attestation's: "sha256:…"; it speaks of these alone */
	bool attached; /* to the image: it may come from anybody, and speaks of that image alone */
	VEC(struct vex_statement) statements;
};

struct vex_key { /* a vulnerability's name, for looking it up */
	uint64_t hash;
	uint32_t document, statement;
};

struct vex_set {
	VEC(struct vex_document) documents;
	VEC(struct vex_key) keys; /* vexmatch_index() makes them */
};

bool vex_status_parse(str word, enum vex_status *out);
const char *vex_status_word(enum vex_status s);
/* not_affected with neither justification nor impact: it does not say why, and hides nothing */
bool vex_is_reasonless(const struct vex_statement *s);

/* Adds what an identifier says: a package URL, a CPE, a digest; anything else is an id only. */
void vex_identify(struct arena *a, str id, struct vex_component *c);
/* "SHA-256", "sha-256", "sha256" and hex; other algorithms and odd digests are passed over */
void vex_add_hash(struct arena *a, str algorithm, str hex, struct vex_component *c);
void vex_add_digest(struct arena *a, str algorithm, str hex, struct vex_texts *to);
