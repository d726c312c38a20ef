/* job scan: an image is read (or an index taken apart), stored, matched, billed. Every step may be
 * repeated. */
#include "base/json.h"
#include "center/census.h"
#include "center/images.h"
#include "center/inventories.h"
#include "center/ledger.h"
#include "center/manifests.h"
#include "center/plans.h"
#include "center/scans.h"
#include "oci/upstream.h"
#include "scan/scan.h"
#include "work/crew.h"
#include "work/door.h"
#include "work/fresh.h"
#include "work/stages.h"
#include "work/triggers.h"

enum { ABSENT_TRIES = 8 /* ten minutes */ };

struct run {
	struct task *t;
	const struct center *c;
	struct arena *a;
	str repository, digest, reason;
	bool child, untagged, anew;
	struct registry registry;
	bool watched;
	int64_t repository_id;
	struct manifest_row manifest;
	struct door door;
	const char *target;
	struct stages stages;
	struct scan_row row;
	struct platform_list platforms;
	const struct scan_report *report;
	bool billed;
	enum scan_state ended;
	const char *why;
};

static int read_order(struct run *x, struct error *e)
{
	struct json *j = NULL;
	int64_t accepted = 0, queued = 0;
	int r = json_parse("scan job", x->t->job->payload, &j, e);

	if (r < 0)
		return r;
	x->repository = arena_str(x->a, json_str(j, "repository"));
	x->digest = arena_str(x->a, json_str(j, "digest"));
	x->reason = arena_str(x->a, json_str(j, "reason"));
	x->child = json_bool(j, "child");
	x->untagged = json_bool(j, "untagged");
	x->anew = json_bool(j, "anew");
	json_i64(j, "accepted_ms", &accepted);
	json_i64(j, "queued_ms", &queued);
	json_free(j);
	stages_begin(&x->stages, x->t->w, x->digest, accepted, queued);
	return x->repository.n && x->digest.n ? 0
	                                      : error_set(e, ERR_FORMAT, "no digest in the job");
}

/* --- what the store knows --- */

static int begin(void *ctx, struct db *d, struct error *e)
{
	struct run *x = ctx;
	int64_t now_ms = center_now_ms(x->c), at = x->stages.accepted_ms / 1000, id;
	int r = registries_get(d, x->a, &sight_all, x->t->job->registry_id, &x->registry, e);

	x->watched = false;
	if (r < 1)
		return r;
	r = plans_watch(d, x->a, &x->registry, e);
	x->watched = r == 1 && x->registry.state != REGISTRY_UNSUPPORTED;
	if (r < 0 || !x->watched)
		return r;
	r = manifests_use(d, x->digest, (str){ 0 }, MANIFEST_KIND_UNKNOWN, now_ms / 1000, &id, e);
	r = r < 0 ? r : manifests_get(d, x->a, id, &x->manifest, e);
	r = r < 0 ? r
	          : images_use_repository(d, x->registry.id, x->repository, at, &x->repository_id,
	                                  e);
	x->row = (struct scan_row){ .manifest_id = id,
		                    .registry_id = x->registry.id,
		                    .repository = x->repository,
		                    .reason = x->reason,
		                    .accepted_ms = x->stages.accepted_ms,
		                    .started_ms = now_ms };
	return r < 0 ? r : scans_begin(d, &x->row, &x->row.id, e);
}

/* Once a digest and subscription; an image of an index is that one's, and one that was pushed by
 * digest alone may turn out to be (sweeper.c bills those that stay alone). */
static int bill(struct run *x, struct db *d, struct error *e)
{
	int r = 0;

	if (x->child || x->untagged || x->ended != SCAN_DONE || x->why)
		return 0;
	r = census_is_child(d, x->manifest.id, e);
	if (r)
		return MIN(r, 0);
	r = ledger_bill(d,
	                &(struct ledger_entry){ .subscription = x->registry.subscription,
	                                        .digest = x->digest,
	                                        .repository = x->repository,
	                                        .registry_id = x->registry.id,
	                                        .at = center_now(x->c) },
	                e);
	x->billed = r == 1;
	return r;
}

static int finish(void *ctx, struct db *d, struct error *e)
{
	struct run *x = ctx;
	int r = bill(x, d, e);

	if (r >= 0 && x->ended == SCAN_DONE && !x->why)
		r = manifests_note_assessed(d, &x->manifest.id, 1, center_now(x->c), e);
	return r < 0 ? r
	             : scans_end(d, x->row.id, x->ended, center_now_ms(x->c),
	                         stages_json(&x->stages, x->a), str_c(x->why), e);
}

/* why: NULL when all is well */
static int end(struct run *x, enum scan_state state, const char *why, struct error *e)
{
	x->ended = state;
	x->why = why;
	stages_end(&x->stages, state == SCAN_DONE && !why);
	crew_dirty(x->t->w, x->registry.id);
	int r = store_do(x->c->store, STORE_WRITE, finish, x, e);
	if (r >= 0 && x->billed)
		crew_count(x->t->w, stages_add_billed, 1);
	return r;
}

struct noting {
	struct run *x;
	enum manifest_state state;
	enum manifest_kind kind;
	const char *why;
};

static int note_manifest(void *ctx, struct db *d, struct error *e)
{
	struct noting *n = ctx;
	struct run *x = n->x;
	int64_t id, now = center_now(x->c);
	int r = manifests_use(d, x->digest, (str){ 0 }, n->kind, now, &id, e);

	return r < 0 ? r : manifests_note(d, id, n->state, str_c(n->why), now, e);
}

static int note(struct run *x, enum manifest_state state, enum manifest_kind kind, const char *why,
                struct error *e)
{
	return store_do(x->c->store, STORE_WRITE, note_manifest,
	                &(struct noting){ x, state, kind, why }, e);
}

/* --- the registry --- */

static int note_registry(void *ctx, struct db *d, struct error *e)
{
	struct run *x = ctx;
	return registries_note_state(d, x->registry.id, x->registry.state, x->registry.state_why,
	                             center_now(x->c), e);
}

/* Asks how it fares and writes that down; its state after that. */
static int look_at_registry(struct run *x, struct error *e)
{
	struct error said = { 0 };
	struct upstream remote = { 0 };
	struct image_reference ref =
	        door_reference(&x->door, x->repository, (str){ 0 }, (str){ 0 });
	int r = upstream_open(&ref, &x->door.options, x->a, &remote, &said);

	r = r < 0 ? r : upstream_check(&remote, &said);
	upstream_close(&remote);
	x->registry.state = r >= 0                 ? REGISTRY_READY
	                    : r == ERR_UNSUPPORTED ? REGISTRY_UNSUPPORTED
	                                           : REGISTRY_FAILING;
	x->registry.state_why = arena_str(x->a, str_c(r < 0 ? said.msg : ""));
	return store_do(x->c->store, STORE_WRITE, note_registry, x, e);
}

/* --- an index --- */

static int take_apart(void *ctx, struct db *d, struct error *e)
{
	struct run *x = ctx;
	size_t n = x->platforms.entries.n;
	struct image_child *v = arena_many(x->a, n, struct image_child);
	int64_t at = x->stages.accepted_ms / 1000, now = center_now(x->c), image;
	int r = v ? 0 : error_set(e, ERR_LIMIT, "too many images in the index");

	for (size_t i = 0; i < n && r >= 0; i++) {
		const struct platform_entry *p = &x->platforms.entries.v[i];
		v[i].platform = p->platform;
		r = manifests_use(d, p->manifest, (str){ 0 }, MANIFEST_KIND_IMAGE, now,
		                  &v[i].manifest_id, e);
		r = r < 0 ? r
		          : images_push(d,
		                        &(struct image_push){ .repository_id = x->repository_id,
		                                              .manifest_id = v[i].manifest_id,
		                                              .at = at },
		                        &image, NULL, e);
		r = r < 0 ? r
		          : trigger_scan_in(
		                    x->c, d,
		                    &(struct scan_order){
		                            .registry_id = x->registry.id,
		                            .repository = x->repository,
		                            .digest = p->manifest,
		                            .reason = x->reason,
		                            .priority = (enum job_priority)x->t->job->priority,
		                            .accepted_ms = x->stages.accepted_ms,
		                            .child = true,
		                            .anew = x->anew },
		                    NULL, e);
	}
	r = r < 0 ? r : images_set_children(d, x->manifest.id, v, n, e);
	r = r < 0 ? r
	          : manifests_use(d, x->digest, (str){ 0 }, MANIFEST_KIND_INDEX, now, &image, e);
	return r < 0 ? r : manifests_note(d, x->manifest.id, MANIFEST_SCANNED, (str){ 0 }, now, e);
}

static bool is_index(const struct run *x)
{
	return x->platforms.entries.n != 1 ||
	       !str_eq(x->platforms.entries.v[0].manifest, x->digest);
}

/* --- an image --- */

static int store_inventory(struct run *x, struct inventory_stored *out, struct error *e)
{
	struct inventory_order o = { .manifest_id = x->manifest.id,
		                     .report = x->report,
		                     .scanner = str_c(x->t->w->version),
		                     .now = center_now(x->c),
		                     .keys = matcher_keys };
	return inventories_store(x->c, &o, out, e);
}

static int read_image(struct run *x, struct error *e)
{
	struct scan_options o = { .source = x->door.options,
		                  .cache = x->t->w->cache,
		                  .progress = stages_progress,
		                  .progress_ctx = &x->stages };
	struct inventory_stored stored;
	struct scan *s;
	int r = scan_run(x->target, &o, &s, e);

	if (r < 0)
		return r;
	stages_pass(&x->stages, STAGE_READ);
	x->report = scan_report(s);
	r = store_inventory(x, &stored, e);
	scan_free(s);
	x->report = NULL;
	if (r >= 0)
		stages_pass(&x->stages, STAGE_STORED);
	return r;
}

/* What is known of a digest is told of a registry only when that one has it, whoever says so. */
static int ask_for_it(struct run *x, struct error *e)
{
	struct upstream remote = { 0 };
	struct upstream_head head;
	struct image_reference ref =
	        door_reference(&x->door, x->repository, (str){ 0 }, x->digest);
	int r;

	if (!str_eq(x->reason, STR("push")) && !str_eq(x->reason, STR("sync")))
		return 0; /* was asked before */
	r = upstream_open(&ref, &x->door.options, x->a, &remote, e);
	r = r < 0 ? r : upstream_find(&remote, e);
	r = r < 0 ? r : upstream_head(&remote, x->digest, x->a, &head, e);
	upstream_close(&remote);
	return r ? MIN(r, 0) : error_set(e, ERR_NOTFOUND, "the registry has no such digest there");
}

/* Which images the digest stands for, and what to do with it */
static int read_all(struct run *x, struct error *e)
{
	bool known = !x->anew && x->manifest.state == MANIFEST_SCANNED &&
	             str_eq(x->manifest.scanner, str_c(x->t->w->version));
	int r = 0;

	if (known && x->manifest.kind == MANIFEST_KIND_IMAGE)
		return ask_for_it(x, e); /* only matched */
	r = source_platforms(x->target, &x->door.options, x->a, &x->platforms, e);
	if (r < 0)
		return r;
	stages_pass(&x->stages, STAGE_RESOLVED);
	if (!is_index(x))
		return read_image(x, e);
	r = store_do(x->c->store, STORE_WRITE, take_apart, x, e);
	if (r >= 0)
		center_wake(x->c);
	return r;
}

/* --- what came of it --- */

static int ask_stands(void *ctx, struct db *d, struct error *e)
{
	struct run *x = ctx;
	return census_stands(d, x->repository_id, x->manifest.id, e);
}

static int remove_image(void *ctx, struct db *d, struct error *e)
{
	struct run *x = ctx;
	return images_remove(d, x->repository_id, x->manifest.id, center_now(x->c), e);
}

/* Is it gone, and not only late? What was told to be deleted is. What was read before, and an image
 * that an index only names, is after some tries; what was pushed and never read is never given up
 * in silence: it fails when the job's tries are spent. 1 it is. */
static int is_gone(struct run *x, struct error *e)
{
	bool may_go = x->child || x->manifest.state == MANIFEST_SCANNED;
	int r = store_do(x->c->store, STORE_READ, ask_stands, x, e);

	return r < 0 ? r : !r || (may_go && x->t->job->tries >= ABSENT_TRIES);
}

static int give_up(struct run *x, const struct error *why, struct error *e)
{
	int r = store_do(x->c->store, STORE_WRITE, remove_image, x, e);

	log_warn("scan.gone", KVS("repository", x->repository), KVS("digest", x->digest),
	         KV("why", why->msg));
	return r < 0 ? r : end(x, SCAN_FAILED, why->msg, e);
}

/* A failure that is no failure of the job: the thing is of no kind that is read, or is not there
 * any more. */
static int settle(struct run *x, struct error *why, struct error *e)
{
	int r;

	if (why->code == ERR_UNSUPPORTED) {
		r = note(x, MANIFEST_UNSUPPORTED, MANIFEST_KIND_OTHER, why->msg, e);
		return r < 0 ? r : end(x, SCAN_DONE, why->msg, e);
	}
	if (why->code == ERR_NOTFOUND && (r = is_gone(x, e)) != 0)
		return r < 0 ? r : give_up(x, why, e);
	r = look_at_registry(x, e);
	r = r < 0 ? r : end(x, SCAN_FAILED, why->msg, e);
	if (r < 0 || x->registry.state == REGISTRY_UNSUPPORTED)
		return MIN(r, 0);
	*e = *why;
	if (why->code == ERR_NOTFOUND) /* it may only be late */
		e->code = ERR_UPSTREAM;
	return e->code;
}

static int scan(struct run *x, struct error *e)
{
	struct error why = { 0 };
	int r = door_open(x->c, &x->registry, x->a, &x->door, e);

	if (r < 0)
		return r;
	if (x->registry.state == REGISTRY_NEW && (r = look_at_registry(x, e)) < 0)
		return r;
	if (x->registry.state == REGISTRY_UNSUPPORTED)
		return end(x, SCAN_DONE, x->registry.state_why.p, e);
	x->target = arena_printf(x->a, "%.*s/%.*s@%.*s", STR_FMT(x->door.host),
	                         STR_FMT(x->repository), STR_FMT(x->digest))
	                    .p;
	if (x->a->failed)
		return error_set(e, ERR_LIMIT, "a name that is too long");
	if (read_all(x, &why) < 0)
		return settle(x, &why, e);
	if (x->registry.state == REGISTRY_FAILING && (r = look_at_registry(x, e)) < 0)
		return r;
	r = fresh_match(x->t->w, e);
	if (r < 0)
		return r;
	stages_pass(&x->stages, STAGE_MATCHED);
	return end(x, SCAN_DONE, NULL, e);
}

int runner_scan(struct task *t, struct error *e)
{
	struct run x = { .t = t, .c = t->c, .a = t->a, .door = { .ca_fd = -1 } };
	int r = read_order(&x, e);

	if (r >= 0)
		r = store_do(t->c->store, STORE_WRITE, begin, &x, e);
	if (r >= 0 && x.watched) {
		x.stages.scan_id = x.row.id;
		r = scan(&x, e);
		door_close(&x.door);
	}
	stages_done(&x.stages);
	return MIN(r, 0);
}

void runner_dead(struct task *t, const struct error *why)
{
	struct run x = { .t = t, .c = t->c, .a = t->a };
	struct error e = { 0 };

	if (read_order(&x, &e) < 0 ||
	    note(&x, MANIFEST_FAILED, MANIFEST_KIND_UNKNOWN, why->msg, &e) < 0)
		log_error("scan.unsaid", KV("why", e.msg));
	stages_done(&x.stages);
	crew_dirty(t->w, t->job->registry_id);
}
