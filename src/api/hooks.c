#include "api/hooks.h"
#include "api/answer.h"
#include "api/hookread.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/log.h"
#include "center/registries.h"
#include "center/vault.h"
#include <openssl/crypto.h>
#include <inttypes.h>
#include <stdio.h>

/* --- which registry --- */

struct looking {
	struct call *c;
	struct registry found;
};

static int find(void *ctx, struct db *d, struct error *e)
{
	struct looking *x = ctx;
	struct call *c = x->c;
	str name = route_part(&c->match, "registry"), sub = route_part(&c->match, "subscription");
	uint64_t id;
	int r = 0;

	x->found = (struct registry){ 0 };
	if (sub.n)
		return registries_find(d, c->arena, &sight_all, sub, name, &x->found, e);
	if (str_u64(name, &id) && id <= INT64_MAX)
		r = registries_get(d, c->arena, &sight_all, (int64_t)id, &x->found, e);
	return r ? r : registries_named(d, c->arena, &sight_all, name, &x->found, e);
}

/* --- the secret --- */

static str of_basic(struct arena *a, str text)
{
	str plain;
	size_t colon;

	if (!base64_decode(a, text, &plain))
		return (str){ 0 };
	colon = str_chr(plain, ':');
	return str_from(plain, colon + 1);
}

static str told_secret(struct call *c)
{
	str header = exchange_header(c->x, "Authorization");
	str scheme = str_upto(header, str_chr(header, ' ')), rest = str_trim(str_from(header, scheme.n));

	if (route_part(&c->match, "secret").n)
		return route_part(&c->match, "secret");
	if (exchange_header(c->x, "X-Plimsoll-Secret").n)
		return exchange_header(c->x, "X-Plimsoll-Secret");
	if (str_eq_nocase(scheme, STR("Basic")) && rest.n)
		return of_basic(c->arena, rest);
	return str_eq_nocase(scheme, STR("Bearer")) && rest.n ? rest : header;
}

/* The same work whether there is such a registry or not. */
static bool is_right(struct call *c, const struct registry *r)
{
	struct digest told = digest_of(told_secret(c)), kept = { 0 };
	bool there = r->hook_hash.n == sizeof kept.bytes;

	if (there)
		memcpy(kept.bytes, r->hook_hash.p, sizeof kept.bytes);
	return CRYPTO_memcmp(told.bytes, kept.bytes, sizeof kept.bytes) == 0 && there;
}

static int refuse(struct call *c)
{
	c->refused = true;
	exchange_add(c->x, "WWW-Authenticate", STR("Bearer realm=\"plimsoll hooks\""));
	return answer_fail(c, 401, "AuthenticationFailed",
	                   "there is no such registry, or its secret is another one");
}

/* --- the events --- */

/* Harbor names who pulled instead of his program: its own pulls are those of the user that we are there. */
static str our_user(struct call *c, const struct registry *r)
{
	struct secret both cleanup(secret_done) = { 0 };
	struct error ignored = { 0 };
	str text;

	if (!r->credential.n || !c->center->vault ||
	    vault_unseal(c->center->vault, r->credential,
	                 arena_printf(c->arena, "registry %" PRId64 " credential", r->id), &both, &ignored) < 0)
		return (str){ 0 };
	text = secret_view(&both);
	return arena_str(c->arena, str_upto(text, str_chr(text, ':')));
}

static void name_own_pulls(struct call *c, const struct registry *r, struct hook_batch *b)
{
	str user = { 0 };
	bool asked = false;

	for (size_t i = 0; i < b->events.n; i++) {
		struct event *v = &b->events.v[i];
		if (v->kind != EVENT_PULL || !str_starts(v->agent, STR("harbor:")))
			continue;
		if (!asked)
			user = our_user(c, r);
		asked = true;
		if (user.n && str_eq(str_from(v->agent, 7), user))
			v->agent = STR("plimsoll/");
	}
}

static void tell(const struct registry *r, const struct hook_batch *b, size_t fresh)
{
	char events[24], kept[24];

	snprintf(events, sizeof events, "%zu", b->events.n + b->left_out + b->damaged);
	snprintf(kept, sizeof kept, "%zu", fresh);
	if (b->damaged)
		log_warn("hook.damaged", KVS("registry", r->name), KVS("why", b->why));
	log_info("hook.events", KVS("registry", r->name), KV("events", events), KV("new", kept));
}

static int take_events(struct call *c, struct error *e)
{
	struct looking x = { .c = c };
	struct hook_batch b;
	struct jsonout j = answer_json(c);
	size_t fresh = 0;
	int r = store_do(c->center->store, STORE_READ, find, &x, e);

	if (r < 0)
		return r;
	if (!is_right(c, &x.found))
		return refuse(c);
	if (c->x->body.n > HOOK_BYTES_MAX)
		return error_set(e, ERR_LIMIT, "the body has more than %d bytes", HOOK_BYTES_MAX);
	r = hookread(c->x->body, c->arena, &b, e);
	if (r < 0)
		return r;
	name_own_pulls(c, &x.found, &b);
	r = events_accept(c->center, x.found.id, b.events.v, b.events.n, &fresh, e);
	if (r < 0)
		return r;
	tell(&x.found, &b, fresh);
	jsonout_object(&j, NULL);
	jsonout_u64(&j, "accepted", b.events.n);
	jsonout_u64(&j, "new", fresh);
	jsonout_u64(&j, "leftOut", b.left_out);
	jsonout_u64(&j, "damaged", b.damaged);
	jsonout_some(&j, "why", b.why);
	jsonout_some(&j, "validationResponse", b.validation);
	jsonout_end(&j);
	return 0;
}

static const struct route rows[] = {
	// clang-format off
	{ { METHOD_POST, "/hooks/{registry}",                         false }, FAMILY_HOOK, take_events, NULL, NULL, NULL, NULL, NULL },
	{ { METHOD_POST, "/hooks/{subscription}/{registry}",          false }, FAMILY_HOOK, take_events, NULL, NULL, NULL, NULL, NULL },
	{ { METHOD_POST, "/hooks/{subscription}/{registry}/{secret}", false }, FAMILY_HOOK, take_events, NULL, NULL, NULL, NULL, NULL },
	// clang-format on
};
const struct route_set hook_routes = { "/hooks/", FAMILY_HOOK, rows, LEN(rows) };
