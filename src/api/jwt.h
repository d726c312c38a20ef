/* api/jwt.h — signed claims: JSON Web Tokens in compact form (RFC 7519, RFC 7515 section 7.1),
 * signed with RS256 or ES256 (RFC 7518 section 3) by a key of a published set (RFC 7517). Input:
 * hostile, at most 64 KiB a token and 256 KiB a set. No network, any thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

struct json;

/* 1: the token's signature is that of a key in the set, and *claims are what it says (ended by
 * json_free); nothing is said yet of whom it is for and until when. 0: the set has no such key, so
 * it may be an old one. ERR_FORMAT for what is malformed, ERR_DENIED for another algorithm, a weak
 * key, or a signature that is not good. */
int jwt_verify(str jwks, str token, struct arena *a, struct json **claims,
               struct error *e) must_use;

struct jwt_wants {
	str issuer, audience, nonce; /* nonce empty: not looked at */
	int64_t now;
};
/* OpenID Connect Core 1.0 section 3.1.3.7, with a minute's leeway for clocks. ERR_DENIED says what
 * is not so. */
int jwt_check(const struct json *claims, const struct jwt_wants *w, struct error *e) must_use;

/* Has the claim this value, or is it in its list? A name with dots leads into objects where no
 * claim has it whole. */
bool jwt_claim_has(const struct json *claims, str name, str value);
