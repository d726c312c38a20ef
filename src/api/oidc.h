/* api/oidc.h — people sign in with an OpenID Connect provider: authorization code with PKCE (OpenID
 * Connect Core 1.0 section 3.1, RFC 7636 S256), discovery, ID tokens signed with RS256 or ES256 by
 * the provider's published keys. Which claim gives which role is a setting. Any thread. */
#pragma once
#include "api/api.h"

struct oidc_rule { /* who has `value` in the claim gets the role */
	const char *claim, *value;
	const char *role, *scope;
};

struct oidc_options {       /* borrowed for oidc_new */
	const char *issuer; /* https://…, as it stands in its tokens */
	const char *client_id;
	const char *client_secret_file; /* NULL: a public client, with PKCE alone */
	const char *redirect_uri;       /* NULL: https://HOST/login/oidc/callback of the request */
	const char *scopes;             /* beside "openid"; NULL: "profile email" */
	const char *ca_file;            /* of the provider; NULL: the system's */
	const char *name_claim; /* who it is; NULL: preferred_username, email or sub, the first
	                           there is */
	const struct oidc_rule *rules;
	size_t rules_n;
};

struct oidc;
int oidc_new(const struct oidc_options *o, struct oidc **out, struct error *e) must_use;
void oidc_free(struct oidc *o); /* NULL is fine */

/* GET /login/oidc: sends the browser to the provider; GET /login/oidc/callback: it comes back. */
extern const struct route_set oidc_routes;
