/* api/v1work.c — the queue, imports, the advisories' generations, what was billed, subscriptions. */
#include "api/gate.h"
#include "api/ocinames.h"
#include "api/v1.h"
#include "center/access.h"
#include "center/findings.h"
#include "center/generations.h"
#include "center/jobs.h"
#include "center/ledger.h"
#include "center/packages.h"
#include "center/subscriptions.h"
#include "center/resources.h"
#include "model/reference.h"
#include "work/triggers.h"
#include <inttypes.h>

#define ACTION_JOBS "Plimsoll.Center/jobs/write"

/* --- jobs --- */

static void write_job(struct jsonout *j, const struct job *x)
{
	jsonout_object(j, NULL);
	jsonout_i64(j, "id", x->id);
	jsonout_text(j, "kind", job_kind_word(x->kind));
	jsonout_text(j, "state", job_state_word(x->state));
	jsonout_str(j, "subject", x->subject);
	if (x->registry_id)
		jsonout_i64(j, "registryId", x->registry_id);
	else
		jsonout_null(j, "registryId");
	jsonout_i64(j, "priority", x->priority);
	jsonout_i64(j, "tries", x->tries);
	v1_time(j, "runAt", x->run_at);
	v1_kept(j, "progress", x->progress, "{}");
	jsonout_str(j, "why", x->why);
	v1_time(j, "createdAt", x->created_at);
	v1_time(j, "changedAt", x->changed_at);
	jsonout_end(j);
}

struct seeing {
	struct call *c;
	struct sight sight;
};

static int see(void *ctx, struct db *d, struct error *e)
{
	struct seeing *x = ctx;
	return v1_sight(x->c, d, SIGHT_REPORTS, &x->sight, e);
}

/* Work for no registry is the center's, and seen by who sees the whole of it. */
static bool is_seen(const struct sight *s, const struct job *j)
{
	return s->all || (j->registry_id && sight_has_registry(s, j->registry_id));
}

static const char *kind_word(unsigned i)
{
	return job_kind_word((enum job_kind)i);
}

static const char *state_word(unsigned i)
{
	return job_state_word((enum job_state)i);
}

static int read_cursor(struct call *c, int64_t *after, struct error *e)
{
	uint64_t n;
	str text;
	int r = call_param(c, "cursor", &text, e);

	*after = 0;
	if (r < 0 || !query_has(c->x->query, "cursor"))
		return r;
	if (!text.n)
		return error_set(e, ERR_USAGE, "cursor: what nextLink has");
	if (!str_u64(text, &n) || n > INT64_MAX)
		return error_set(e, ERR_NOTFOUND, "no page has this cursor");
	*after = (int64_t)n;
	return 0;
}

/* A page has those of `limit` jobs that are seen, so it may be shorter. */
static int list_jobs(struct call *c, struct job_filter *f, struct error *e)
{
	struct seeing x = { .c = c };
	struct job_list found = { 0 };
	struct jsonout j = answer_json(c);
	int64_t limit;
	int r = call_number(c, "limit", 1, V1_LIMIT_MOST, 100, &limit, e);

	if (r >= 0)
		r = read_cursor(c, &f->after_id, e);
	if (r >= 0)
		r = v1_read(c, see, &x, e);
	f->limit = (size_t)limit;
	if (r >= 0)
		r = job_list(c->center, f, c->arena, &found, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < found.jobs.n; i++)
		if (is_seen(&x.sight, &found.jobs.v[i]))
			write_job(&j, &found.jobs.v[i]);
	v1_list_end(c, &j,
	            found.jobs.n == (size_t)limit ?
	                    arena_printf(c->arena, "%" PRId64, found.jobs.v[found.jobs.n - 1].id) :
	                    (str){ 0 });
	return v1_done(c);
}

int v1_list_jobs(struct call *c, struct error *e)
{
	struct job_filter f = { 0 };
	struct registry registry = { 0 };
	str text = { 0 };
	int r = v1_words(c, "kind", kind_word, JOB_KIND_COUNT, &f.kinds, e);

	if (r >= 0)
		r = v1_words(c, "state", state_word, JOB_STATE_COUNT, &f.states, e);
	if (r >= 0)
		r = call_param(c, "registry", &text, e);
	if (r >= 0 && text.n)
		r = v1_registry(c, text, NULL, &registry, e);
	f.registry_id = registry.id;
	return r < 0 ? r : list_jobs(c, &f, e);
}

int v1_list_imports(struct call *c, struct error *e)
{
	struct job_filter f = { .kinds = 1u << JOB_IMPORT };

	return list_jobs(c, &f, e);
}

/* One that is seen; and, where `action` says what, may be changed: 0, or 1 when the call is answered. */
static int find_job(struct call *c, const char *action, struct job *out, struct error *e)
{
	struct seeing x = { .c = c };
	struct registry registry;
	int64_t id = 0;
	int r = v1_id(c, "job", &id, e);

	if (r >= 0)
		r = v1_read(c, see, &x, e);
	if (r >= 0)
		r = job_find(c->center, id, c->arena, out, e);
	if (r == ERR_NOTFOUND || (r >= 0 && !is_seen(&x.sight, out))) /* in the same words */
		r = error_set(e, ERR_NOTFOUND, "there is no job %" PRId64, id);
	if (r < 0 || !action)
		return MIN(r, 0);
	if (!out->registry_id)
		return gate_check(c, action, STR("/"), e);
	r = v1_registry(c, arena_printf(c->arena, "%" PRId64, out->registry_id), action, &registry, e);
	if (r != ERR_NOTFOUND)
		return r;
	*e = (struct error){ 0 }; /* of a registry that is gone */
	return gate_check(c, action, STR("/"), e);
}

int v1_get_job(struct call *c, struct error *e)
{
	struct jsonout j = answer_json(c);
	struct job found = { 0 };
	int r = find_job(c, NULL, &found, e);

	if (r < 0)
		return r;
	write_job(&j, &found);
	return v1_done(c);
}

static str target_of(struct call *c, const struct job *j)
{
	return arena_printf(c->arena, "/api/v1/jobs/%" PRId64, j->id);
}

int v1_run_job(struct call *c, struct error *e)
{
	struct job found = { 0 };
	int r = find_job(c, ACTION_JOBS, &found, e);

	if (r == 0)
		r = job_run_again(c->center, found.id, e);
	if (r < 0 || c->answered)
		return MIN(r, 0);
	call_audit(c, ACTION_JOBS, target_of(c, &found), (str){ 0 });
	center_wake(c->center);
	return v1_accepted(c, found.id);
}

int v1_drop_job(struct call *c, struct error *e)
{
	struct job found = { 0 };
	int r = find_job(c, "Plimsoll.Center/jobs/delete", &found, e);

	if (r == 0)
		r = job_drop(c->center, found.id, e);
	if (r < 0 || c->answered)
		return MIN(r, 0);
	call_audit(c, "Plimsoll.Center/jobs/delete", target_of(c, &found), (str){ 0 });
	c->x->status = 204;
	return 0;
}

/* --- imports --- */

struct sources {
	struct call *c;
	struct registry_list all;
};

static int list_sources(void *ctx, struct db *d, struct error *e)
{
	struct sources *x = ctx;
	const struct registry_filter any = REGISTRY_FILTER;
	const struct paging most = { .limit = PAGE_MOST };

	x->all = (struct registry_list){ 0 };
	return registries_list(d, x->c->arena, &sight_all, &any, &most, &x->all, e);
}

/* From a watched registry of the same subscription the center pulls as itself (importer.c): whoever asks for that
 * must be one who may pull there. It is not named, for he may not know of it. 0, or 1 when the call is answered. */
static int may_pull(struct call *c, str source, const struct registry *into, struct error *e)
{
	struct sources x = { .c = c };
	struct image_reference from;
	int r = reference_parse(source, c->arena, &from, e);

	if (r < 0)
		return error_set(e, ERR_NOTFOUND, "source: '%.*s' names no image", STR_FMT(str_upto(source, 128)));
	r = v1_read(c, list_sources, &x, e);
	for (size_t i = 0; r >= 0 && i < x.all.n; i++) {
		const struct registry *g = &x.all.v[i];
		str at = str_from(g->url, str_find(g->url, STR("://")) + 3);
		if ((!str_eq_nocase(at, from.host) && !str_eq_nocase(at, reference_api_host(&from))) ||
		    !str_eq(g->subscription, into->subscription))
			continue;
		if (!access_may(c->caller, "Microsoft.ContainerRegistry/registries/pull/read",
		                registries_resource_id(c->arena, g)))
			return answer_fail(c, 403, "AuthorizationFailed", "you may not pull from '%.*s' as this center",
			                   STR_FMT(from.host)) +
			       1;
	}
	return MIN(r, 0);
}

static bool is_source(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((unsigned)((s.p[i] | 32) - 'a') < 26 || (unsigned)(s.p[i] - '0') < 10 ||
		      (i && memchr(".:/_@-", s.p[i], 6))))
			return false;
	return s.n > 0;
}

static int check_import(const struct json *body, struct error *e)
{
	if (!v1_is_ref(json_str(body, "passwordRef")))
		return error_set(e, ERR_USAGE, "passwordRef: file:/PATH or env:NAME");
	if (!is_source(json_str(body, "source")))
		return error_set(e, ERR_USAGE, "source: NAME[:TAG|@DIGEST]");
	if (!ocinames_repository(json_str(body, "repository")))
		return error_set(e, ERR_USAGE, "repository: a name in lower case");
	if (json_get(body, "tag") && !ocinames_tag(json_str(body, "tag")))
		return error_set(e, ERR_USAGE, "tag: letters, digits and ._-");
	return 0;
}

int v1_ask_import(struct call *c, struct error *e)
{
	struct import_order o = { 0 };
	const struct json *body;
	struct registry registry;
	int64_t job = 0;
	int r = v1_body(c, "NewImport", &body, e);

	if (r >= 0)
		r = check_import(body, e);
	if (r < 0)
		return r;
	(void)json_i64(body, "registryId", &o.registry_id);
	r = v1_registry(c, arena_printf(c->arena, "%" PRId64, o.registry_id),
	                "Microsoft.ContainerRegistry/registries/importImage/action", &registry, e);
	if (r == 0 && !json_str(body, "username").n)
		r = may_pull(c, json_str(body, "source"), &registry, e);
	if (r == 0 && json_str(body, "passwordRef").n)
		r = gate_check(c, "Microsoft.ContainerRegistry/registries/write", STR("/"), e);
	if (r)
		return r;
	o.registry_id = registry.id;
	o.source = json_str(body, "source");
	o.username = json_str(body, "username");
	o.password_ref = json_str(body, "passwordRef");
	o.repository = json_str(body, "repository");
	o.tag = json_str(body, "tag");
	o.force = json_bool(body, "force");
	r = trigger_import(c->center, &o, &job, e);
	if (r < 0)
		return r;
	call_audit(c, "Microsoft.ContainerRegistry/registries/importImage/action",
	           registries_resource_id(c->arena, &registry), (str){ 0 });
	return v1_accepted(c, job);
}

/* --- the advisories --- */

struct data {
	struct call *c;
	struct generation current;
	struct generation_list all;
	int64_t unmatched;
	bool any;
};

static int read_data(void *ctx, struct db *d, struct error *e)
{
	struct data *x = ctx;
	int r = generations_current(d, x->c->arena, &x->current, e);

	x->any = r == 1;
	x->all = (struct generation_list){ 0 };
	if (r >= 0)
		r = generations_list(d, x->c->arena, 20, &x->all, e);
	return r < 0 ? r : packages_count_unmatched(d, &x->unmatched, e);
}

static void write_generation(struct jsonout *j, const char *key, const struct generation *g)
{
	jsonout_object(j, key);
	jsonout_i64(j, "id", g->id);
	jsonout_i64(j, "number", g->number);
	v1_time(j, "dataAt", g->data_at);
	v1_time(j, "seenAt", g->seen_at);
	v1_time(j, "matchedAt", g->matched_at);
	if (g->changed < 0)
		jsonout_null(j, "changed");
	else
		jsonout_i64(j, "changed", g->changed);
	v1_kept(j, "sources", g->sources, "[]");
	jsonout_end(j);
}

int v1_get_data(struct call *c, struct error *e)
{
	struct data x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_read(c, read_data, &x, e);

	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	if (x.any)
		write_generation(&j, "current", &x.current);
	else
		jsonout_null(&j, "current");
	if (x.any && x.current.data_at)
		jsonout_i64(&j, "ageSeconds", MAX(center_now(c->center) - x.current.data_at, 0));
	else
		jsonout_null(&j, "ageSeconds");
	jsonout_i64(&j, "unmatched", x.unmatched);
	jsonout_array(&j, "generations");
	for (size_t i = 0; i < x.all.n; i++)
		write_generation(&j, NULL, &x.all.v[i]);
	jsonout_end(&j);
	jsonout_end(&j);
	return v1_done(c);
}

int v1_refresh_data(struct call *c, struct error *e)
{
	int64_t job = 0;
	int r = trigger_refresh(c->center, &job, e);

	if (r < 0)
		return r;
	call_audit(c, "Plimsoll.Center/data/refresh/action", STR("/"), (str){ 0 });
	return v1_accepted(c, job);
}

/* --- what was billed --- */

struct billed {
	struct call *c;
	str subscription;
	int64_t since, until;
	struct usage_list found;
};

static int read_usage(void *ctx, struct db *d, struct error *e)
{
	struct billed *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_REPORTS, &s, e);

	x->found = (struct usage_list){ 0 };
	return r < 0 ? r :
	               ledger_usage(d, x->c->arena, &s, x->subscription, x->since, x->until, &x->found, e);
}

int v1_get_usage(struct call *c, struct error *e)
{
	struct billed x = { .c = c };
	struct jsonout j = answer_json(c);
	int64_t total = 0;
	int r = call_param(c, "subscription", &x.subscription, e);

	if (r >= 0 && query_has(c->x->query, "subscription") && !resources_is_guid(x.subscription))
		return error_set(e, ERR_USAGE, "subscription: a GUID");
	x.subscription = arena_lower(c->arena, x.subscription);
	if (r >= 0)
		r = v1_date(c, "since", &x.since, e);
	if (r >= 0)
		r = v1_date(c, "until", &x.until, e);
	if (!x.until)
		x.until = INT64_MAX / 2;
	if (r >= 0)
		r = v1_read(c, read_usage, &x, e);
	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++) {
		const struct usage *u = &x.found.v[i];
		jsonout_object(&j, NULL);
		jsonout_str(&j, "day", u->day);
		jsonout_i64(&j, "registryId", u->registry_id);
		jsonout_str(&j, "registry", u->registry);
		jsonout_i64(&j, "images", u->images);
		jsonout_end(&j);
		total += u->images;
	}
	jsonout_end(&j);
	jsonout_i64(&j, "total", total);
	jsonout_end(&j);
	return v1_done(c);
}

/* --- subscriptions --- */

struct subscriptions {
	struct call *c;
	struct subscription_list found;
};

static int list_subscriptions(void *ctx, struct db *d, struct error *e)
{
	struct subscriptions *x = ctx;
	struct sight s;
	int r = v1_sight(x->c, d, SIGHT_RESOURCES, &s, e);

	x->found = (struct subscription_list){ 0 };
	return r < 0 ? r : subscriptions_list(d, x->c->arena, &s, &x->found, e);
}

int v1_list_subscriptions(struct call *c, struct error *e)
{
	struct subscriptions x = { .c = c };
	struct jsonout j = answer_json(c);
	int r = v1_read(c, list_subscriptions, &x, e);

	if (r < 0)
		return r;
	jsonout_object(&j, NULL);
	jsonout_array(&j, "value");
	for (size_t i = 0; i < x.found.n; i++) {
		jsonout_object(&j, NULL);
		jsonout_str(&j, "id", x.found.v[i].id);
		jsonout_str(&j, "name", x.found.v[i].name);
		v1_time(&j, "createdAt", x.found.v[i].created_at);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	jsonout_end(&j);
	return v1_done(c);
}

#define JOB_STATES_SCHEMA SCHEMA_LIST("(ready|leased|dead|done)")
const struct param v1_job_params[] = {
	{ "kind", SCHEMA_LIST("(events|scan|import|sync|rematch|refresh|sweep)"), "one of these, with commas between" },
	{ "state", JOB_STATES_SCHEMA, "one of these, with commas between" },
	{ "registry", SCHEMA_TEXT, "its number or name" },
	PAGE_PARAMS,
	{ 0 },
};
const struct param v1_import_params[] = {
	PAGE_PARAMS,
	{ 0 },
};
const struct param v1_usage_params[] = {
	{ "subscription", SCHEMA_GUID, "of this one" },
	{ "since", SCHEMA_TIME, "not before" },
	{ "until", SCHEMA_TIME, "before" },
	{ 0 },
};
