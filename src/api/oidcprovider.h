/* api/oidcprovider.h — an OpenID Connect provider as we know it: what it publishes, asked for at
 * most once an hour (OpenID Connect Discovery 1.0), and its token endpoint (RFC 6749 section 4.1.3,
 * RFC 7636 section 4.5). For oidc.c. */
#pragma once
#include "api/jwt.h"
#include "base/buf.h"
#include "base/secret.h"
#include "center/access.h"
#include "net/client.h"
#include <pthread.h>

enum { OIDC_RULES_MAX = 64 };

struct rule {
	str claim, value;
	struct grant grant;
};

struct provider { /* what it publishes; strings in whoever's arena */
	str authorize, token, jwks_uri, jwks;
	bool secret_in_body;
};

struct oidc {
	struct client *client;
	struct arena arena; /* of the settings */
	str issuer, client_id, redirect_uri, scopes, name_claim;
	struct secret client_secret;
	struct rule rules[OIDC_RULES_MAX];
	size_t rules_n;

	pthread_mutex_t lock; /* guards the rest */
	struct arena kept;
	struct provider provider;
	int64_t read_ms, tried_ms; /* 0: never */
	bool reading;
};

int oidcprovider_address(str address, const char *what,
                         struct error *e) must_use; /* https, or loopback */
/* "&name=value" as a form has it; sep 0: none */
void oidcprovider_add_pair(struct buf *b, struct arena *a, char sep, const char *name, str value);

/* What it publishes, in the arena; `fresh`: not what is kept, as a key was not in it. ERR_UPSTREAM.
 */
int oidcprovider_know(struct oidc *o, bool fresh, struct arena *a, struct provider *out,
                      struct error *e) must_use;
/* The ID token for a code; `doc` holds redirect and verifier of the sign-in. */
int oidcprovider_redeem(struct oidc *o, const struct provider *p, str code, const struct json *doc,
                        struct arena *a, str *id_token, struct error *e) must_use;
/* The claims, whose signature is one of the provider's. ERR_DENIED. */
int oidcprovider_verify(struct oidc *o, struct provider *p, str id_token, struct arena *a,
                        struct json **claims, struct error *e) must_use;
