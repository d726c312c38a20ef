/* net/client.h — HTTP as pull streams over libcurl. Hosts libcurl.
 *
 * A body is a struct stream that moves its transfer on inside read: a bounded buffer, nothing in the
 * background. Redirects are followed (10 at most) and never carry Authorization to another origin; plain http
 * is refused unless the host is loopback or it was asked for; proxies come from the environment. 429,
 * 5xx and cut connections are tried again within 60 s of waiting. Messages name scheme, host and
 * path, never userinfo, query or a secret. A client is for any thread; a stream for one at a time,
 * and it ends before its client. */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "net/secret.h"
#include "stream/stream.h"

struct client;

struct client_options { /* borrowed for client_new only */
	const char *ca_file;      /* CA certificates beside the system's; NULL: $SSL_CERT_FILE, if set */
	const char *unix_socket;  /* all requests go there (a daemon); NULL: the network */
	bool insecure;            /* unverified TLS and plain http to any host */
	bool plain_http;          /* plain http to any host, as the user wrote http:// himself */
	unsigned connect_s;       /* to connect, TLS included; 0: 20 */
	unsigned timeout_s;       /* of any silence; 0: 60 */
	/* told of retries and resumes; may be NULL; called from the thread that reads */
	void (*note)(void *ctx, const char *what);
	void *note_ctx;
};

int client_new(const struct client_options *o, struct client **out, struct error *e) must_use;
void client_free(struct client *c); /* NULL is fine */

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
void response_done(struct response *r);

struct request { /* borrowed for the call, authorize_ctx until the stream ends */
	const char *url;    /* userinfo in it becomes Basic authorization */
	const char *method; /* NULL: GET; "HEAD"; "POST" */
	const char *accept; /* NULL: anything */
	str body;           /* of a POST; a secret may be in it, so it is wiped */
	const char *content_type;
	/* Asked before the first try (refused is NULL) and after a 401 of the request's own origin: 1 with
	 * the Authorization header's value in *out, 0 when there is none to give, below 0 an error. Also
	 * asked by a resuming stream. May be NULL. */
	int (*authorize)(void *ctx, const struct response *refused, struct secret *out, struct error *e);
	void *authorize_ctx;
	const char *if_none_match, *if_modified_since; /* status 304 then says "unchanged" */
	uint64_t offset;      /* above 0: ask for the bytes from there on; 206 has them, 200 is the whole */
	const char *if_range; /* with offset: validator (ETag or date) of what is already there */
	bool resume;          /* the stream goes on by Range after a cut; the digest is the caller's to check */
	bool once;            /* no retries: to find out whether something answers */
};

/* Send and read the response's head. 0 also for 4xx: r->status says. Statuses 429 and 5xx that last
 * are ERR_UPSTREAM. *out is the body, empty for HEAD and 304. */
int client_open(struct client *c, const struct request *q, struct response *r, struct stream **out,
		struct error *e) must_use;
/* The same with a body of at most max_bytes, read whole into *body (ERR_LIMIT when larger). */
int client_document(struct client *c, const struct request *q, size_t max_bytes, struct response *r,
		    struct buf *body, struct error *e) must_use;
/* Both for a plain GET that must give 200 (404 ERR_NOTFOUND, 401 and 403 ERR_DENIED …). */
int client_get(struct client *c, const char *url, struct stream **out, struct error *e) must_use;
int client_get_document(struct client *c, const char *url, size_t max_bytes, struct buf *body,
			struct error *e) must_use;
/* The error for a status that the caller cannot use; returns its code. */
int client_refused(const struct request *q, const struct response *r, struct error *e);
