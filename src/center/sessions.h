/* center/sessions.h — browsers that signed in, and the ways in: one-time links and sign-ins that
 * are on their way through OpenID Connect. A session's cookie and a link are 32 random bytes of
 * which only the SHA-256 is kept. A session ends when it is idle, when it is old, and with the
 * token it came from. Any thread. */
#pragma once
#include "base/secret.h"
#include "center/tokens.h"

enum { LOGIN_S = 600 }; /* of a link, or a sign-in on its way; of sessions: settings.h */

struct session_order { /* of whom */
	str subject;   /* "user:ada@example.org", or a token's name */
	struct grants
	        grants;   /* kept as they are now; with token_id the token's own count, each time */
	int64_t token_id; /* 0: none */
};

/* *cookie is for the browser, this once. Notes the sign-in in the audit log. */
int sessions_open(const struct center *c, const struct session_order *o, str peer,
                  struct secret *cookie, struct error *e) must_use;
/* 1 and the caller (kind CALLER_SESSION, with its CSRF token), 0: no such session, or it has ended.
 */
int sessions_find(const struct center *c, str cookie, struct arena *a, struct caller *out,
                  struct error *e) must_use;
int sessions_close(const struct center *c, str cookie,
                   struct error *e) must_use; /* no such one is fine */
/* Sweeps what has ended, of sessions and of sign-ins. */
int sessions_sweep(const struct center *c, struct error *e) must_use;

/* --- once only --- */

/* Keeps `doc` sealed for LOGIN_S under a text that only who gets it can tell: kind "link" or
 * "oidc". */
int logins_put(const struct center *c, const char *kind, str doc, struct secret *text,
               struct error *e) must_use;
/* 1 and the doc, which is gone then; 0: there is none, or it is too late. */
int logins_take(const struct center *c, const char *kind, str text, struct secret *doc,
                struct error *e) must_use;

/* A link's text for a caller: whoever brings it within LOGIN_S signs in as him. ERR_DENIED for
 * agents. */
int logins_link(const struct center *c, const struct caller *who, struct secret *text,
                struct error *e) must_use;
/* 1, and *cookie of the session that the link opens; 0 as above. */
int logins_follow(const struct center *c, str text, str peer, struct secret *cookie,
                  struct error *e) must_use;
