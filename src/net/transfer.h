/* net/transfer.h — one HTTP exchange on libcurl, moved on by whoever reads it. No policy: retries,
 * redirects and authorization are net/client's. Lanes (a multi and an easy handle with the
 * connections they keep) are the client's pool. One thread at a time. Not for other rooms. */
#pragma once
#include "net/message.h"
#include <curl/curl.h>
#include <sys/types.h>

struct lane { /* reused request after request; keeps its connections open */
	CURLM *multi;
	CURL *easy;
	struct lane *next;
};

struct lane *lane_new(void);
void lane_free(struct lane *l);

enum fault { /* why a transfer failed, as far as another try depends on it */
	     FAULT_NONE,
	     FAULT_CONNECT, /* nobody answered: name, connection, TLS */
	     FAULT_CUT,     /* it ended too early */
	     FAULT_SILENT,  /* no byte for too long */
	     FAULT_FINAL,   /* another try would end the same */
};

struct wire {            /* what one exchange sends; borrowed for transfer_new */
	const char *url; /* checked, without userinfo */
	const char *method;
	const char *unix_socket, *ca_file;
	struct curl_slist *headers; /* stays the caller's, until transfer_free */
	str body;
	bool insecure, loopback;
	unsigned connect_s, timeout_s;
	int64_t deadline_ms; /* on time_mono_ms; 0: none */
};

struct transfer;

/* Sends and reads the head; the lane is lent until transfer_free. On failure *fault says of which
 * kind. With 0, *redirect (owned by the transfer) is where a 3xx points, or NULL. */
int transfer_new(struct lane *l, const struct wire *w, struct response *r, struct transfer **out,
                 const char **redirect, enum fault *fault, struct error *e) must_use;
ssize_t transfer_read(struct transfer *t, void *p, size_t n, enum fault *fault,
                      struct error *e) must_use;
/* transfer_free after a short body was read away, so that the connection is kept. */
void transfer_finish(struct transfer *t, const struct response *r);
void transfer_free(struct transfer *t);
