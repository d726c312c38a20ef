#include "api/jwt.h"
#include "base/base64.h"
#include "base/json.h"
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>

enum {
	TOKEN_BYTES = 64 << 10,
	SET_BYTES = 256 << 10,
	KEYS_MAX = 100,
	RSA_BITS_LEAST = 2048,
	RSA_BITS_MOST = 8192,
	EC_BYTES = 32, /* of P-256's coordinates, and of each half of a signature */
	LEEWAY_S = 60,
};

enum algorithm { RS256, ES256 };

static void json_done(struct json **j)
{
	json_free(*j);
}

static void pkey_done(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

/* --- keys --- */

static EVP_PKEY *make_key(const char *type, OSSL_PARAM_BLD *params)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *list = OSSL_PARAM_BLD_to_param(params);
	EVP_PKEY *key = NULL;

	if (c && list && EVP_PKEY_fromdata_init(c) == 1)
		(void)EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, list);
	OSSL_PARAM_free(list);
	EVP_PKEY_CTX_free(c);
	return key;
}

static EVP_PKEY *rsa_key(const struct json *jwk, struct arena *a)
{
	OSSL_PARAM_BLD *params = OSSL_PARAM_BLD_new();
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *key = NULL;
	str modulus, exponent;

	if (params && base64_decode(a, json_str(jwk, "n"), &modulus) &&
	    base64_decode(a, json_str(jwk, "e"), &exponent) && modulus.n <= RSA_BITS_MOST / 8 &&
	    exponent.n && exponent.n <= 8) {
		n = BN_bin2bn((const uint8_t *)modulus.p, (int)modulus.n, NULL);
		e = BN_bin2bn((const uint8_t *)exponent.p, (int)exponent.n, NULL);
		if (n && e && BN_num_bits(n) >= RSA_BITS_LEAST && BN_is_odd(e) && !BN_is_one(e) &&
		    OSSL_PARAM_BLD_push_BN(params, OSSL_PKEY_PARAM_RSA_N, n) &&
		    OSSL_PARAM_BLD_push_BN(params, OSSL_PKEY_PARAM_RSA_E, e))
			key = make_key("RSA", params);
	}
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(params);
	return key;
}

static EVP_PKEY *ec_key(const struct json *jwk, struct arena *a)
{
	OSSL_PARAM_BLD *params = OSSL_PARAM_BLD_new();
	uint8_t point[1 + 2 * EC_BYTES] = { POINT_CONVERSION_UNCOMPRESSED };
	EVP_PKEY *key = NULL;
	str x, y;

	if (params && str_eq(json_str(jwk, "crv"), STR("P-256")) &&
	    base64_decode(a, json_str(jwk, "x"), &x) && base64_decode(a, json_str(jwk, "y"), &y) &&
	    x.n == EC_BYTES && y.n == EC_BYTES) {
		memcpy(point + 1, x.p, EC_BYTES);
		memcpy(point + 1 + EC_BYTES, y.p, EC_BYTES);
		if (OSSL_PARAM_BLD_push_utf8_string(params, OSSL_PKEY_PARAM_GROUP_NAME,
		                                    "prime256v1", 0) &&
		    OSSL_PARAM_BLD_push_octet_string(params, OSSL_PKEY_PARAM_PUB_KEY, point,
		                                     sizeof point))
			key = make_key("EC", params);
	}
	OSSL_PARAM_BLD_free(params);
	return key;
}

/* A key for signing with that algorithm, and of that name where the token gives one. */
static bool suits(const struct json *jwk, enum algorithm alg, str kid)
{
	str use = json_str(jwk, "use"), own = json_str(jwk, "alg");

	return str_eq(json_str(jwk, "kty"), alg == RS256 ? STR("RSA") : STR("EC")) &&
	       (!use.n || str_eq(use, STR("sig"))) &&
	       (!own.n || str_eq(own, alg == RS256 ? STR("RS256") : STR("ES256"))) &&
	       (!kid.n || str_eq(json_str(jwk, "kid"), kid));
}

/* --- signatures --- */

/* JOSE has the two numbers one behind the other, OpenSSL wants them in DER. */
static bool ec_signature(str raw, struct arena *a, str *der)
{
	ECDSA_SIG *s = ECDSA_SIG_new();
	BIGNUM *r = NULL, *q = NULL;
	uint8_t *p, *room = arena_alloc(a, 128);
	bool good = false;

	if (s && room && raw.n == 2 * EC_BYTES) {
		r = BN_bin2bn((const uint8_t *)raw.p, EC_BYTES, NULL);
		q = BN_bin2bn((const uint8_t *)raw.p + EC_BYTES, EC_BYTES, NULL);
		if (r && q && ECDSA_SIG_set0(s, r, q)) {
			r = q = NULL; /* its own now */
			p = room;
			int n = i2d_ECDSA_SIG(s, &p);
			good = n > 0 && n <= 128;
			*der = str_mem(room, good ? (size_t)n : 0);
		}
	}
	BN_free(r);
	BN_free(q);
	ECDSA_SIG_free(s);
	return good;
}

static bool is_signed(EVP_PKEY *key, str text, str signature)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c && EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestVerify(c, (const uint8_t *)signature.p, signature.n,
	                             (const uint8_t *)text.p, text.n) == 1;

	EVP_MD_CTX_free(c);
	return good;
}

/* --- the token --- */

struct parts {
	str signed_text, head, claims, signature;
	enum algorithm alg;
	str kid;
};

static int split(str token, struct arena *a, struct parts *p, struct error *e)
{
	size_t first = str_chr(token, '.'), last = str_rchr(token, '.');

	if (token.n > TOKEN_BYTES)
		return error_set(e, ERR_LIMIT, "an ID token of more than %d bytes", TOKEN_BYTES);
	p->signed_text = str_upto(token, last);
	if (first == token.n || first == last ||
	    str_chr(str_from(p->signed_text, first + 1), '.') < p->signed_text.n - first - 1 ||
	    !base64_decode(a, str_upto(token, first), &p->head) ||
	    !base64_decode(a, str_from(p->signed_text, first + 1), &p->claims) ||
	    !base64_decode(a, str_from(token, last + 1), &p->signature))
		return error_set(e, ERR_FORMAT, "an ID token is not three parts of base64url");
	return 0;
}

static int read_head(struct parts *p, struct arena *a, struct error *e)
{
	struct json *head cleanup(json_done) = NULL;
	int r = json_parse("an ID token's header", p->head, &head, e);
	str alg;

	if (r < 0)
		return r;
	alg = json_str(head, "alg");
	if (str_eq(alg, STR("RS256")))
		p->alg = RS256;
	else if (str_eq(alg, STR("ES256")))
		p->alg = ES256;
	else
		return error_set(e, ERR_DENIED,
		                 "an ID token signed with \"%.*s\": only RS256 and ES256 are taken",
		                 STR_FMT(str_upto(alg, 32)));
	if (json_get(head, "crit"))
		return error_set(e, ERR_DENIED, "an ID token with critical extensions");
	p->kid = arena_str(a, json_str(head, "kid"));
	return 0;
}

/* 1 a key of the set signed it, 0 there is no key that suits */
static int try_keys(const struct json *set, struct parts *p, struct arena *a, struct error *e)
{
	const struct json *keys = json_get(set, "keys");
	size_t tried = 0, n = MIN(json_len(keys), (size_t)KEYS_MAX);
	str signature = p->signature;

	if (p->alg == ES256 && !ec_signature(p->signature, a, &signature))
		return error_set(e, ERR_DENIED, "an ID token's signature is not good");
	for (size_t i = 0; i < n; i++) {
		const struct json *jwk = json_at(keys, i);
		if (!suits(jwk, p->alg, p->kid))
			continue;
		EVP_PKEY *key cleanup(pkey_done) =
		        p->alg == RS256 ? rsa_key(jwk, a) : ec_key(jwk, a);
		if (!key)
			continue;
		tried++;
		if (is_signed(key, p->signed_text, signature))
			return 1;
	}
	return tried && p->kid.n ? error_set(e, ERR_DENIED, "an ID token's signature is not good")
	                         : 0;
}

int jwt_verify(str jwks, str token, struct arena *a, struct json **claims, struct error *e)
{
	struct json *set cleanup(json_done) = NULL;
	struct parts p = { 0 };
	int r = split(token, a, &p, e);

	if (r >= 0)
		r = read_head(&p, a, e);
	if (r >= 0 && jwks.n > SET_BYTES)
		r = error_set(e, ERR_LIMIT, "a key set of more than %d bytes", SET_BYTES);
	if (r >= 0)
		r = json_parse("the provider's keys", jwks, &set, e);
	if (r >= 0)
		r = try_keys(set, &p, a, e);
	if (r == 1)
		r = json_parse("an ID token's claims", p.claims, claims, e) < 0 ? e->code : 1;
	return r;
}

/* --- claims --- */

static bool lists(const struct json *claim, str value)
{
	if (str_eq(json_text(claim), value) && value.n)
		return true;
	for (size_t i = 0; i < json_len(claim); i++)
		if (value.n && str_eq(json_text(json_at(claim, i)), value))
			return true;
	return false;
}

int jwt_check(const struct json *claims, const struct jwt_wants *w, struct error *e)
{
	const struct json *aud = json_get(claims, "aud");
	int64_t exp = 0, iat = 0, nbf = 0;

	if (!str_eq(json_str(claims, "iss"), w->issuer))
		return error_set(e, ERR_DENIED, "the ID token is of another issuer");
	if (!lists(aud, w->audience))
		return error_set(e, ERR_DENIED, "the ID token is for another client");
	if (json_get(claims, "azp") ? !str_eq(json_str(claims, "azp"), w->audience)
	                            : json_len(aud) > 1)
		return error_set(e, ERR_DENIED, "the ID token was made for another client");
	if (!json_i64(claims, "exp", &exp) || exp <= w->now - LEEWAY_S)
		return error_set(e, ERR_DENIED, "the ID token has ended");
	if (!json_i64(claims, "iat", &iat) || iat > w->now + LEEWAY_S)
		return error_set(e, ERR_DENIED, "the ID token is of a time to come");
	if (json_i64(claims, "nbf", &nbf) && nbf > w->now + LEEWAY_S)
		return error_set(e, ERR_DENIED, "the ID token does not hold yet");
	if (w->nonce.n && !str_eq(json_str(claims, "nonce"), w->nonce))
		return error_set(e, ERR_DENIED, "the ID token answers another sign-in");
	return json_str(claims, "sub").n
	               ? 0
	               : error_set(e, ERR_DENIED, "the ID token says not of whom it is");
}

bool jwt_claim_has(const struct json *claims, str name, str value)
{
	char key[256];
	str part;

	if (name.n >= sizeof key)
		return false;
	snprintf(key, sizeof key, "%.*s", STR_FMT(name));
	if (json_get(claims, key))
		return lists(json_get(claims, key), value);
	while (str_split(&name, '.', &part)) {
		snprintf(key, sizeof key, "%.*s", STR_FMT(part));
		claims = json_get(claims, key);
	}
	return lists(claims, value);
}
