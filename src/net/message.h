/* net/message.h — an HTTP request and the head of its response. Values; no I/O. */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"

struct response { /* starts as { 0 }; ends with response_done */
	int status;
	uint64_t length;    /* Content-Length; UINT64_MAX when not told */
	struct buf headers; /* raw lines of the last response */
	bool elsewhere;     /* a redirect led to another origin */
};

/* The i-th header of that name (any case), trimmed; empty when absent. */
str response_header_at(const struct response *r, const char *name, size_t i);
static inline str response_header(const struct response *r, const char *name)
{
	return response_header_at(r, name, 0);
}
/* Does a 206 hold just the bytes from `from` on and before `to` of a whole of `total`? */
bool response_is_part(const struct response *r, uint64_t from, uint64_t to, uint64_t total);
void response_done(struct response *r);

struct request {            /* borrowed for the call, authorize_ctx until the stream ends */
	const char *url;    /* userinfo in it becomes Basic authorization */
	const char *method; /* NULL: GET; "HEAD"; "POST", "PUT" … */
	const char *accept; /* NULL: anything */
	str body;           /* of all but GET and HEAD; a secret may be in it, so it is wiped */
	const char *content_type;
	const char *content_range; /* "0-1023": of an upload in pieces (distribution-spec); may be NULL */
	/* Asked before the first try (refused is NULL) and after a 401 (thrice at most) of the
	 * request's own origin: 1 with the Authorization header's value in *out, 0 when there is
	 * none to give, below 0 an error. Also asked by a resuming stream. May be NULL. */
	int (*authorize)(void *ctx, const struct response *refused, struct secret *out,
	                 struct error *e);
	void *authorize_ctx;
	const char *if_none_match, *if_modified_since; /* status 304 then says "unchanged" */
	uint64_t offset; /* above 0: ask for the bytes from there on; 206 has them, 200 is the whole
	                  */
	uint64_t end; /* above offset: only the bytes before it, which only a 206 has */
	const char *if_range; /* with offset: validator (ETag or date) of what is already there */
	bool resume; /* the stream goes on by Range after a cut; the digest is the caller's to check
	              */
	bool once;   /* no retries: to find out whether something answers */
};

/* The error for a status that the caller cannot use (404 ERR_NOTFOUND, 401 and 403 ERR_DENIED, else
 * ERR_UPSTREAM); returns its code. */
int response_refused(const struct request *q, const struct response *r, struct error *e);
