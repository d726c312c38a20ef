/* api/v1registries.c — registries: watched, changed, looked through, forgotten. */
#include "api/gate.h"
#include "api/hooknote.h"
#include "api/v1.h"
#include "center/auditlog.h"
#include "center/founding.h"
#include "center/resources.h"
#include "center/vault.h"
#include "work/probe.h"
#include "work/triggers.h"
#include <inttypes.h>

#define ACTION_READ   "Microsoft.ContainerRegistry/registries/read"
#define ACTION_WRITE  "Microsoft.ContainerRegistry/registries/write"
#define ACTION_SCAN   "Plimsoll.Center/scans/action"
#define ACTION_DELETE "Microsoft.ContainerRegistry/registries/delete"

enum { POLL_USUAL_S = 300, PARALLEL_USUAL = 4 };

/* --- shown --- */

static void write_words(struct jsonout *j, const char *key, str words)
{
	str one;

	jsonout_array(j, key);
	while (str_split(&words, ',', &one))
		jsonout_str(j, NULL, one);
	jsonout_end(j);
}

static void write_registry(struct call *c, struct jsonout *j, const struct registry *r,
                           const struct secret *secret)
{
	jsonout_object(j, NULL);
	jsonout_i64(j, "id", r->id);
	jsonout_str(j, "name", r->name);
	jsonout_str(j, "subscription", r->subscription);
	jsonout_str(j, "resourceGroup", r->resource_group);
	jsonout_str(j, "resourceId", registries_resource_id(c->arena, r));
	jsonout_str(j, "url", r->url);
	jsonout_bool(j, "hasCredential", r->credential.n > 0);
	if (r->credential_ref.n)
		jsonout_str(j, "credentialRef", r->credential_ref);
	else
		jsonout_null(j, "credentialRef");
	jsonout_bool(j, "hasCa", r->ca.n > 0);
	write_words(j, "triggers", trigger_words(c->arena, r->triggers));
	v1_lines(j, "include", r->include);
	v1_lines(j, "exclude", r->exclude);
	jsonout_i64(j, "pollSeconds", r->poll_s);
	jsonout_i64(j, "parallel", r->parallel);
	jsonout_text(j, "state", registry_state_word(r->state));
	jsonout_str(j, "stateWhy", r->state_why);
	v1_time(j, "stateAt", r->state_at);
	if (r->has_catalog < 0)
		jsonout_null(j, "hasCatalog");
	else
		jsonout_bool(j, "hasCatalog", r->has_catalog);
	v1_time(j, "createdAt", r->created_at);
	jsonout_str(j, "createdBy", r->created_by);
	v1_time(j, "syncedAt", r->synced_at);
	v1_time(j, "eventAt", r->event_at);
	if (secret)
		hooknote_write(c, j, "hook", r, secret);
	jsonout_end(j);
}

struct listing {
	struct call *c;
	struct registry_filter filter;
	struct paging paging;
	struct registry_list found;
};

static int list(void *ctx, struct db *d, struct error *e)
{
	struct listing *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_RESOURCES, &s, e);

	x->found = (struct registry_list){ 0 };
	return r < 0 ? r : registries_list(d, x->c->arena, &s, &x->filter, &x->paging, &x->found, e);
}

int v1_list_registries(struct call *c, struct error *e)
{
	struct listing x = { .c = c, .filter = REGISTRY_FILTER };
	struct jsonout j = answer_json(c);
	enum registry_state state;
	str word = { 0 };
	int r = v1_paging(c, &x.paging, e);

	if (r >= 0)
		r = call_param(c, "subscription", &x.filter.subscription, e);
	if (r >= 0)
		r = call_param(c, "resourceGroup", &x.filter.resource_group, e);
	if (r >= 0)
		r = call_param(c, "state", &word, e);
	if (r >= 0 && query_has(c->x->query, "subscription") && !resources_is_guid(x.filter.subscription))
		return error_set(e, ERR_USAGE, "subscription: a GUID");
	if (r >= 0 && query_has(c->x->query, "state")) {
		if (!registry_state_parse(word, &state))
			return error_set(e, ERR_USAGE, "state: new, ready, unsupported or failing");
		x.filter.state = (int)state;
	}
	if (r >= 0)
		r = v1_listed(c, v1_read(c, list, &x, e), e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++)
		write_registry(c, &j, &x.found.v[i], NULL);
	v1_list_end(c, &j, x.found.next);
	return v1_done(c);
}

int v1_get_registry(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	struct registry found;
	int r = v1_registry(c, route_part(&c->match, "registry"), ACTION_READ, &found, e);

	if (r)
		return r;
	write_registry(c, &j, &found, NULL);
	return v1_done(c);
}

/* --- what a body says of one --- */

static str lines_of(struct call *c, const struct json *list)
{
	str all = { 0 };

	for (size_t i = 0; i < json_len(list); i++)
		all = arena_join(c->arena, all, json_text(json_at(list, i)), STR("\n"));
	return all;
}

static bool are_patterns(const struct json *list)
{
	for (size_t i = 0; i < json_len(list); i++) {
		str one = json_text(json_at(list, i));
		for (size_t k = 0; k < one.n; k++)
			if (!((unsigned)(one.p[k] - 'a') < 26 || (unsigned)(one.p[k] - '0') < 10 ||
			      memchr("._*?/-", one.p[k], 6)))
				return false;
	}
	return true;
}

static bool is_url(str s)
{
	str rest = str_from(s, str_find(s, STR("://")) + 3), host = str_upto(rest, str_chr(rest, ':'));
	uint64_t port = 1;

	for (size_t i = 0; i < host.n; i++)
		if (!((unsigned)(host.p[i] - 'a') < 26 || (unsigned)(host.p[i] - '0') < 10 ||
		      (i && (host.p[i] == '.' || host.p[i] == '-'))))
			return false;
	if (host.n < rest.n && (!str_u64(str_from(rest, host.n + 1), &port) || !port || port > 65535))
		return false;
	return host.n && (str_starts(s, STR("https://")) || str_starts(s, STR("http://")));
}

static int check_texts(const struct json *body, struct error *e)
{
	str url = json_str(body, "url"), ref = json_str(body, "credentialRef"), ca = json_str(body, "ca");

	if (json_get(body, "url") && !is_url(url))
		return error_set(e, ERR_USAGE, "url: https://HOST or https://HOST:PORT, in lower case");
	if (!v1_is_ref(ref))
		return error_set(e, ERR_USAGE, "credentialRef: file:/PATH or env:NAME");
	if (ca.n && !str_starts(str_trim(ca), STR("-----BEGIN CERTIFICATE-----")))
		return error_set(e, ERR_USAGE, "ca: certificates as PEM");
	if (str_chr(json_str(body, "username"), ':') < json_str(body, "username").n)
		return error_set(e, ERR_USAGE, "username: a colon cannot be in it");
	if (!are_patterns(json_get(body, "include")) || !are_patterns(json_get(body, "exclude")))
		return error_set(e, ERR_USAGE, "include and exclude: names of repositories in lower case, with * ** and ?");
	return 0;
}

static unsigned triggers_of(const struct json *list)
{
	unsigned set = 0, one;

	for (size_t i = 0; i < json_len(list); i++)
		if (trigger_parse(json_text(json_at(list, i)), &one))
			set |= one;
	return set;
}

/* All but the credential, which is sealed for a registry that has its number. */
static void apply(struct call *c, const struct json *body, struct registry *r)
{
	int64_t n;

	if (json_get(body, "resourceGroup"))
		r->resource_group = json_str(body, "resourceGroup");
	if (json_get(body, "ca"))
		r->ca = json_str(body, "ca");
	if (json_get(body, "triggers"))
		r->triggers = triggers_of(json_get(body, "triggers"));
	if (json_get(body, "include"))
		r->include = lines_of(c, json_get(body, "include"));
	if (json_get(body, "exclude"))
		r->exclude = lines_of(c, json_get(body, "exclude"));
	if (json_i64(body, "pollSeconds", &n))
		r->poll_s = n;
	if (json_i64(body, "parallel", &n))
		r->parallel = (unsigned)n;
	if (json_get(body, "credentialRef"))
		r->credential_ref = json_str(body, "credentialRef");
	/* A secret that was given for one address is not sent to another. */
	if (json_get(body, "url") && !str_eq(json_str(body, "url"), r->url)) {
		r->url = json_str(body, "url");
		r->credential = (str){ 0 };
		if (!json_get(body, "credentialRef"))
			r->credential_ref = (str){ 0 };
	}
}

static int seal(struct call *c, const struct json *body, struct registry *r, struct error *e)
{
	struct secret both cleanup(secret_done) = { 0 };
	struct buf sealed cleanup(buf_done) = BUF(128 << 10);
	int code;

	if (!json_get(body, "username") && !json_get(body, "password"))
		return 0;
	r->credential = (str){ 0 };
	if (!json_str(body, "username").n)
		return 0;
	secret_set(&both, json_str(body, "username"));
	secret_add(&both, STR(":"));
	secret_add(&both, json_str(body, "password"));
	code = vault_seal(c->center->vault, secret_view(&both),
	                  arena_printf(c->arena, "registry %" PRId64 " credential", r->id), &sealed, e);
	if (code >= 0)
		r->credential = arena_str(c->arena, buf_view(&sealed));
	return MIN(code, 0);
}

/* Files and environment of this machine are read for whoever may write everywhere, and for nobody else. 0, or 1 when
 * the call is answered. */
static int may_refer(struct call *c, const struct json *body, struct error *e)
{
	return json_str(body, "credentialRef").n ? gate_check(c, ACTION_WRITE, STR("/"), e) : 0;
}

/* --- added --- */

struct writing {
	struct call *c;
	const struct json *body;
	struct registry r;
	const char *action;
};

static int note(struct writing *x, struct db *d, struct error *e)
{
	struct audit entry = { .actor = x->c->caller->name, .peer = x->c->x->peer, .action = str_c(x->action),
		               .target = registries_resource_id(x->c->arena, &x->r) };

	return auditlog_add(d, center_now(x->c->center), &entry, e);
}

static int add(void *ctx, struct db *d, struct error *e)
{
	struct writing *x = ctx;
	int64_t now = center_now(x->c->center);
	int r = registries_add(d, &x->r, now, &x->r.id, e);

	if (r >= 0)
		r = seal(x->c, x->body, &x->r, e);
	if (r >= 0 && x->r.credential.n)
		r = registries_update(d, &x->r, now, e);
	if (r >= 0)
		r = note(x, d, e);
	return r < 0 ? r : registries_get(d, x->c->arena, &sight_all, x->r.id, &x->r, e);
}

static int home_of(struct call *c, const struct json *body, str *subscription, struct error *e)
{
	*subscription = arena_lower(c->arena, json_str(body, "subscription"));
	return subscription->n ? 0 : founding_subscription(c->center, (str){ 0 }, c->arena, subscription, e);
}

int v1_add_registry(struct call *c, struct error *e)
{
	struct writing x = { .c = c, .action = ACTION_WRITE,
		             .r = { .resource_group = STR("plimsoll"), .triggers = TRIGGERS_ALL,
		                    .poll_s = POLL_USUAL_S, .parallel = PARALLEL_USUAL } };
	struct secret secret cleanup(secret_done) = { 0 };
	struct jsonout j = answer_json(c);
	int r = v1_body(c, "NewRegistry", &x.body, e);

	if (r >= 0)
		r = check_texts(x.body, e);
	if (r >= 0)
		r = home_of(c, x.body, &x.r.subscription, e);
	if (r < 0)
		return r;
	x.r.name = json_str(x.body, "name");
	x.r.url = json_str(x.body, "url");
	x.r.created_by = c->caller->name;
	apply(c, x.body, &x.r);
	r = gate_check(c, ACTION_WRITE, arena_lower(c->arena, registries_resource_id(c->arena, &x.r)), e);
	if (r == 0)
		r = may_refer(c, x.body, e);
	if (r == 0)
		r = hooknote_secret(c->arena, &secret, &x.r.hook_hash, e);
	if (r)
		return r;
	r = store_do(c->center->store, STORE_WRITE, add, &x, e);
	if (r < 0)
		return r;
	answer_created(c, arena_printf(c->arena, "/api/v1/registries/%" PRId64, x.r.id));
	write_registry(c, &j, &x.r, &secret);
	return 0;
}

/* --- changed --- */

static int update(void *ctx, struct db *d, struct error *e)
{
	struct writing *x = ctx;
	int r = registries_get(d, x->c->arena, &sight_all, x->r.id, &x->r, e);

	if (r <= 0)
		return r < 0 ? r : error_set(e, ERR_NOTFOUND, "the registry is gone");
	apply(x->c, x->body, &x->r);
	r = seal(x->c, x->body, &x->r, e);
	if (r >= 0)
		r = registries_update(d, &x->r, center_now(x->c->center), e);
	if (r >= 0)
		r = note(x, d, e);
	return r < 0 ? r : registries_get(d, x->c->arena, &sight_all, x->r.id, &x->r, e);
}

int v1_change_registry(struct call *c, struct error *e)
{
	struct writing x = { .c = c, .action = ACTION_WRITE };
	struct jsonout j = answer_json(c);
	struct registry moved;
	int r = v1_body(c, "ChangeRegistry", &x.body, e);

	if (r >= 0)
		r = check_texts(x.body, e);
	if (r == 0)
		r = v1_registry(c, route_part(&c->match, "registry"), ACTION_WRITE, &x.r, e);
	if (r)
		return r;
	moved = x.r;
	apply(c, x.body, &moved); /* he may write where it goes to as well */
	r = gate_check(c, ACTION_WRITE, arena_lower(c->arena, registries_resource_id(c->arena, &moved)), e);
	if (r == 0)
		r = may_refer(c, x.body, e);
	if (r == 0)
		r = store_do(c->center->store, STORE_WRITE, update, &x, e);
	if (r < 0 || c->answered)
		return r;
	write_registry(c, &j, &x.r, NULL);
	return v1_done(c);
}

static int drop(void *ctx, struct db *d, struct error *e)
{
	struct writing *x = ctx;
	int r = registries_delete(d, x->r.id, center_now(x->c->center), e);

	return r <= 0 ? r : note(x, d, e);
}

int v1_remove_registry(struct call *c, struct error *e)
{
	struct writing x = { .c = c, .action = ACTION_DELETE };
	int r = v1_registry(c, route_part(&c->match, "registry"), ACTION_DELETE, &x.r, e);

	if (r == 0)
		r = store_do(c->center->store, STORE_WRITE, drop, &x, e);
	if (r >= 0 && !c->answered)
		c->x->status = 204;
	return r;
}

static int rotate(void *ctx, struct db *d, struct error *e)
{
	struct writing *x = ctx;
	str hash = x->r.hook_hash;
	int r = registries_get(d, x->c->arena, &sight_all, x->r.id, &x->r, e); /* as it is by now */

	if (r <= 0)
		return r < 0 ? r : error_set(e, ERR_NOTFOUND, "the registry is gone");
	x->r.hook_hash = hash;
	r = registries_update(d, &x->r, center_now(x->c->center), e);
	return r < 0 ? r : note(x, d, e);
}

int v1_rotate_secret(struct call *c, struct error *e)
{
	struct writing x = { .c = c, .action = "Microsoft.ContainerRegistry/registries/write" };
	struct secret secret cleanup(secret_done) = { 0 };
	struct jsonout j = answer_json(c);
	int r = v1_registry(c, route_part(&c->match, "registry"), ACTION_WRITE, &x.r, e);

	if (r == 0)
		r = hooknote_secret(c->arena, &secret, &x.r.hook_hash, e);
	if (r)
		return r;
	r = store_do(c->center->store, STORE_WRITE, rotate, &x, e);
	if (r >= 0)
		hooknote_write(c, &j, NULL, &x.r, &secret);
	return MIN(r, 0);
}

/* --- asked --- */

struct noting {
	struct call *c;
	const struct registry *r;
	const struct probed *p;
};

static int note_probe(void *ctx, struct db *d, struct error *e)
{
	struct noting *x = ctx;
	int r = registries_note_state(d, x->r->id, x->p->state, x->p->why, center_now(x->c->center), e);

	if (r >= 0 && x->p->has_catalog >= 0)
		r = registries_note_catalog(d, x->r->id, x->p->has_catalog, e);
	return r;
}

int v1_test_registry(struct call *c, struct error *e)
{
	struct registry found;
	struct probed p;
	struct noting x = { c, &found, &p };
	struct jsonout j = answer_json(c);
	int r = v1_registry(c, route_part(&c->match, "registry"), ACTION_SCAN, &found, e);

	if (r == 0)
		r = probe_registry(c->center, &found, c->arena, &p, e);
	if (r || c->answered)
		return r;
	*e = (struct error){ 0 };
	r = store_do(c->center->store, STORE_WRITE, note_probe, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_text(&j, "state", registry_state_word(p.state));
	jsonout_str(&j, "why", p.why);
	if (p.has_catalog < 0)
		jsonout_null(&j, "hasCatalog");
	else
		jsonout_bool(&j, "hasCatalog", p.has_catalog);
	jsonout_end(&j);
	return 0;
}

int v1_sync_registry(struct call *c, struct error *e)
{
	struct registry found;
	int64_t job = 0;
	int r = v1_registry(c, route_part(&c->match, "registry"), ACTION_SCAN, &found, e);

	if (r)
		return r;
	r = trigger_sync(c->center, found.id, (str){ 0 }, PRIORITY_ASKED, &job, e);
	return r < 0 ? r : v1_accepted(c, job);
}

const struct param v1_registry_params[] = {
	{ "subscription", SCHEMA_GUID, "those of this one" },
	{ "resourceGroup", SCHEMA_TEXT, "those of this one" },
	{ "state", SCHEMA_WORDS("\"new\",\"ready\",\"unsupported\",\"failing\""), "how they fare" },
	PAGE_PARAMS,
	{ 0 },
};
