/* net/client.h — HTTP as pull streams over libcurl. Hosts libcurl.
 *
 * A body is a struct stream that moves its transfer on inside read: a bounded buffer, nothing in
 * the background. Redirects are followed (10 at most) and never carry Authorization to another
 * origin; plain http is refused unless the host is loopback or it was asked for; proxies come from
 * the environment. 429, 5xx and cut connections are tried again within 60 s of waiting. Messages
 * name scheme, host and path, never userinfo, query or a secret. A client is for any thread; a
 * stream for one at a time, and it ends before its client. */
#pragma once
#include "net/message.h"
#include "stream/stream.h"

struct client;

struct client_options {      /* borrowed for client_new only */
	const char *ca_file; /* CA certificates beside the system's; NULL: $SSL_CERT_FILE, if set */
	const char *unix_socket; /* all requests go there (a daemon); NULL: the network */
	bool insecure;           /* unverified TLS and plain http to any host */
	bool plain_http;         /* plain http to any host, as the user wrote http:// himself */
	unsigned connect_s;      /* to connect, TLS included; 0: 20 */
	unsigned timeout_s;      /* of any silence; 0: 60 */
	/* told of retries and resumes; may be NULL; called from the thread that reads */
	void (*note)(void *ctx, const char *what);
	void *note_ctx;
};

int client_new(const struct client_options *o, struct client **out, struct error *e) must_use;
void client_free(struct client *c); /* NULL is fine */

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
