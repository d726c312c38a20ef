/* oci/auth.h — how a registry is told who asks: Basic (RFC 7617), and the Bearer token flow of
 * distribution's token specification (challenge RFC 6750, GET with Basic or anonymous, POST with an
 * identity token). Credentials are looked up when a registry first asks. Any thread. */
#pragma once
#include "net/client.h"
#include "oci/credentials.h"

struct auth;

/* All borrowed until auth_free. */
struct auth *auth_new(struct client *c, const struct image_reference *image, const char *username,
                      const char *password);
void auth_free(struct auth *a); /* NULL is fine */
/* For struct request: its ctx is the struct auth. */
int auth_authorize(void *auth, const struct response *refused, struct secret *out, struct error *e);
bool auth_is_anonymous(struct auth *a); /* asked, and no credentials were found */

struct challenge { /* strings in the arena */
	bool basic, bearer;
	str realm, service, scope; /* of the Bearer challenge */
};
/* One WWW-Authenticate value, added to *out; the first Bearer challenge counts. ERR_FORMAT. */
int auth_challenge(str header, struct arena *a, struct challenge *out, struct error *e) must_use;
