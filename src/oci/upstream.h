/* oci/upstream.h — a registry by its HTTP API: where it is, who we are to it, one request at a
 * time; listing it (OCI distribution-spec 1.1, Docker Registry HTTP API V2). One thread at a time,
 * unless it says otherwise. */
#pragma once
#include "model/reference.h"
#include "net/client.h"
#include "oci/target.h"

struct auth;

struct upstream { /* all but the arena is the remote's own; strings in the arena */
	struct client *client;
	struct auth *auth;
	struct arena *arena;
	const struct source_options *options;
	struct image_reference ref; /* its repository is that of the requests */
	str base;                   /* "https://host:port/v2/"; empty until upstream_find */
};

/* ref: of the host, and of the repository that is meant. Options and arena are borrowed. ERR_DENIED
 * offline. */
int upstream_open(const struct image_reference *ref, const struct source_options *o,
                  struct arena *a, struct upstream *out, struct error *e) must_use;
void upstream_close(struct upstream *r); /* of what { 0 } is too */
/* https, or plain http where that is allowed: finds out */
int upstream_find(struct upstream *r, struct error *e) must_use;

/* what: "manifests", "blobs" …; its address in `work`. Any thread. */
struct request upstream_request(struct upstream *r, const char *what, str name, struct arena *work);
/* The error for an answer that is none, with the registry's own words. Any thread. */
int upstream_refused(struct upstream *r, const struct request *q, const struct response *p,
                     str body, struct error *e);
/* A document of at most max_bytes; *type in `a`. Any thread. */
int upstream_document(struct upstream *r, const char *what, str name, const char *accept,
                      size_t max_bytes, struct arena *a, struct buf *out, str *type,
                      struct error *e) must_use;

struct upstream_head {
	struct digest digest;
	uint64_t size_bytes; /* UINT64_MAX: not told */
	str media_type;
	bool has_digest;
};
/* HEAD of a manifest, which does not count as a pull; strings in `a`: 1, or 0 when there is none
 * (404). */
int upstream_head(struct upstream *r, str name, struct arena *a, struct upstream_head *out,
                  struct error *e) must_use;

/* --- what there is --- */

/* Is that Registry v2? 0, or ERR_UNSUPPORTED when GET /v2/ answers something else; ERR_UPSTREAM
 * when nothing does, ERR_DENIED when our credentials are refused. */
int upstream_check(struct upstream *r, struct error *e) must_use;

struct name_page {
	VEC(str) names;
	str next; /* the address of the next page; empty: that was all */
};
/* Repositories, a page a call: next is empty at first, then what the call before gave.
 * ERR_UNSUPPORTED where there is no catalog. Names that are none are left out. */
int upstream_catalog(struct upstream *r, str next, struct arena *a, struct name_page *out,
                     struct error *e) must_use;
/* Tags of the repository r->ref names; ERR_NOTFOUND when it is not there (any more). */
int upstream_tags(struct upstream *r, str next, struct arena *a, struct name_page *out,
                  struct error *e) must_use;
