#include "center/founding.h"
#include "base/base64.h"
#include "center/settings.h"
#include "center/tokens.h"
#include "center/vault.h"
#include <openssl/rand.h>

static const char mark[] = "mark.subscription";

static int fresh_guid(struct arena *a, str *out, struct error *e)
{
	uint8_t b[16];

	if (RAND_bytes(b, sizeof b) != 1)
		return error_set(e, ERR_SYSTEM, "no random bytes");
	b[6] = (b[6] & 15) | 0x40; /* RFC 9562 5.4 */
	b[8] = (b[8] & 63) | 0x80;
	*out = arena_printf(a,
	                    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	                    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	                    b[11], b[12], b[13], b[14], b[15]);
	return 0;
}

struct founding {
	str wanted, fresh, found;
	struct arena *a;
	int64_t now;
};

/* The mark is written first, so that of processes that start at once one founds and the others
 * find. */
static int found(void *ctx, struct db *d, struct error *e)
{
	struct founding *f = ctx;
	int64_t n = db_run(
	        d, e,
	        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
	        V_C(mark), V_TEXT(f->wanted.n ? f->wanted : f->fresh));
	int r = n < 0 ? (int)n : 0;

	if (r >= 0 && f->wanted.n)
		r = settings_set_mark(d, mark, f->wanted, e);
	if (r >= 0)
		r = settings_mark(d, f->a, mark, &f->found, e);
	if (r >= 0)
		n = db_run(d, e,
		           "INSERT INTO subscription (id, name, created_at) VALUES ($1, $1, $2) ON "
		           "CONFLICT (id) "
		           "DO NOTHING",
		           V_TEXT(f->found), V_INT(f->now));
	return r < 0 ? r : n < 0 ? (int)n : 0;
}

int founding_subscription(const struct center *c, str wanted, struct arena *a, str *out,
                          struct error *e)
{
	struct founding f = { .wanted = arena_lower(a, wanted), .a = a, .now = center_now(c) };
	str scope;
	int r = fresh_guid(a, &f.fresh, e);

	if (r >= 0 && wanted.n)
		r = scope_parse(arena_concat(a, STR("/subscriptions/"), wanted), a, &scope, e);
	if (r >= 0 && wanted.n && str_chr(wanted, '/') < wanted.n)
		r = error_set(e, ERR_USAGE, "a subscription is a GUID");
	if (r >= 0)
		r = store_do(c->store, STORE_WRITE, found, &f, e);
	if (r >= 0)
		*out = f.found;
	return r < 0 ? r : 0;
}

int founding_admin(const struct center *c, const char *more, struct secret *text, struct error *e)
{
	static struct grant grants[] = { { ROLE_OWNER, STR_INIT("/") },
		                         { ROLE_SECURITY_ADMIN, STR_INIT("/") } };
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct token made, wanted = { .name = str_c(more ? more : "admin"),
		                      .expires_at = 0,
		                      .grants = { grants, LEN(grants), LEN(grants) } };
	bool any = false;
	int r = more ? 0 : tokens_any_admin(c, &any, e);

	if (r < 0 || any)
		return r;
	r = tokens_make(c, NULL, (str){ 0 }, &wanted, &a, &made, text, e);
	if (r == ERR_CONFLICT && !more) /* another process was first */
		return 0;
	return r < 0 ? r : 1;
}

static int keep_proof(void *ctx, struct db *d, struct error *e)
{
	struct founding *f = ctx;
	int64_t n = db_run(
	        d, e,
	        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
	        V_C("mark.key"), V_TEXT(f->fresh));

	return n < 0 ? (int)n : settings_mark(d, f->a, "mark.key", &f->found, e);
}

int founding_key(const struct center *c, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	struct buf sealed cleanup(buf_done) = BUF(4096);
	struct founding f = { .a = &a };
	struct secret plain = { 0 };
	struct error why = { 0 };
	int r = vault_seal(c->vault, STR("plimsoll"), STR("mark.key"), &sealed, e);
	str bytes;

	f.fresh = base64url_encode(&a, buf_view(&sealed));
	if (r >= 0)
		r = store_do(c->store, STORE_WRITE, keep_proof, &f, e);
	if (r < 0)
		return r;
	if (!base64_decode(&a, f.found, &bytes) ||
	    vault_unseal(c->vault, bytes, STR("mark.key"), &plain, &why) < 0)
		r = error_set(e, ERR_DENIED,
		              "this store's secrets were sealed with another key: give the key "
		              "file of its first "
		              "process (--key-file)");
	secret_done(&plain);
	return r < 0 ? r : 0;
}
