/* job events: what a registry told becomes state, in the order in which it was accepted, a batch a
 * transaction; what a push brought is to be scanned. Repeating changes nothing. */
#include "base/digest.h"
#include "center/events.h"
#include "center/images.h"
#include "center/manifests.h"
#include "center/plans.h"
#include "work/crew.h"
#include "work/triggers.h"

enum { BATCH = 100 };

struct intake {
	struct task *t;
	const struct center *c;
	struct arena *a; /* of the batch */
	int64_t registry_id;
	struct registry registry;
	bool watched; /* its plan is on, and it speaks our language */
	struct event_list list;
	size_t scans;
};

static const char *reason_of(const struct event *v)
{
	return v->kind == EVENT_PUSH ? "push" : v->kind == EVENT_IMPORT ? "import" : "sync";
}

static enum job_priority priority_of(const struct event *v)
{
	return v->kind == EVENT_PUSH     ? PRIORITY_PUSH
	       : v->kind == EVENT_IMPORT ? PRIORITY_IMPORT
	                                 : PRIORITY_SYNC;
}

static bool is_triggered(const struct intake *x, const struct event *v)
{
	unsigned by = v->kind == EVENT_PUSH     ? TRIGGER_PUSH
	              : v->kind == EVENT_IMPORT ? TRIGGER_IMPORT
	                                        : TRIGGER_POLL | TRIGGER_PUSH;
	return x->watched && (x->registry.triggers & by) &&
	       registries_watch(&x->registry, v->repository);
}

static int take_push(struct intake *x, struct db *d, const struct event *v, int64_t repository,
                     struct error *e)
{
	struct image_push push = { .repository_id = repository,
		                   .tag = v->tag,
		                   .at = v->happened_at,
		                   .pushed = v->kind != EVENT_FOUND };
	int64_t image;
	bool moved;
	int r = manifests_use(d, v->digest, v->media_type, MANIFEST_KIND_UNKNOWN, center_now(x->c),
	                      &push.manifest_id, e);

	r = r < 0 ? r : images_push(d, &push, &image, &moved, e);
	if (r < 0 || !is_triggered(x, v))
		return r;
	x->scans++;
	return trigger_scan_in(x->c, d,
	                       &(struct scan_order){ .registry_id = x->registry_id,
	                                             .repository = v->repository,
	                                             .digest = v->digest,
	                                             .reason = str_c(reason_of(v)),
	                                             .priority = priority_of(v),
	                                             .accepted_ms = v->accepted_ms,
	                                             .untagged = !v->tag.n },
	                       NULL, e);
}

static int take_pull(struct intake *x, struct db *d, const struct event *v, int64_t repository,
                     struct error *e)
{
	struct manifest_row m;
	int r = manifests_find(d, x->a, v->digest, &m, e);

	if (r < 0)
		return r;
	if (r == 1 && (r = images_pull(d, repository, m.id, v->happened_at, e)) != 0)
		return MIN(r, 0);
	/* pulled, so it is there: a push that nobody told of */
	struct event seen = *v;
	seen.kind = EVENT_FOUND;
	r = take_push(x, d, &seen, repository, e);
	r = r < 0 ? r : manifests_find(d, x->a, v->digest, &m, e);
	return r < 1 ? r : MIN(images_pull(d, repository, m.id, v->happened_at, e), 0);
}

static int take_delete(struct intake *x, struct db *d, const struct event *v, int64_t repository,
                       struct error *e)
{
	struct manifest_row m;
	int r;

	if (!v->digest.n)
		return v->tag.n ? images_untag(d, repository, v->tag, v->happened_at, e)
		                : images_remove_repository(d, repository, v->happened_at, e);
	r = manifests_find(d, x->a, v->digest, &m, e);
	return r < 1 ? r : images_remove(d, repository, m.id, v->happened_at, e);
}

/* What names no digest that is one is nothing that could ever be read. */
static bool is_sound(const struct event *v)
{
	struct error e = { 0 };
	struct digest unused;

	return !v->digest.n || digest_parse(v->digest, &unused, &e) >= 0;
}

static int take_event(struct intake *x, struct db *d, const struct event *v, struct error *e)
{
	int64_t repository;
	int r;

	if (!is_sound(v))
		return 0;
	r = images_use_repository(d, x->registry_id, v->repository, v->happened_at, &repository, e);
	if (r < 0)
		return r;
	switch (v->kind) {
	case EVENT_PULL:
		return take_pull(x, d, v, repository, e);
	case EVENT_DELETE:
		return take_delete(x, d, v, repository, e);
	case EVENT_PUSH:
	case EVENT_FOUND:
	case EVENT_IMPORT:
		return take_push(x, d, v, repository, e);
	}
	return 0;
}

static int take_batch(void *ctx, struct db *d, struct error *e)
{
	struct intake *x = ctx;
	int r, known;

	arena_rewind(x->a);
	x->scans = 0;
	known = registries_get(d, x->a, &sight_all, x->registry_id, &x->registry, e);
	if (known < 0)
		return known;
	r = known ? plans_watch(d, x->a, &x->registry, e) : 0;
	if (r < 0)
		return r;
	x->watched = r == 1 && x->registry.state != REGISTRY_UNSUPPORTED;
	r = events_next_in(d, x->registry_id, BATCH, x->a, &x->list, e);
	for (size_t i = 0; known && i < x->list.events.n && r >= 0; i++)
		r = take_event(x, d, &x->list.events.v[i], e);
	if (r >= 0 && known && x->list.events.n)
		r = registries_note_event(d, x->registry_id, center_now(x->c), e);
	return r < 0 ? r : events_close_in(x->c, d, &x->list, e);
}

static void add_events(struct work_counts *n, int64_t x)
{
	n->events += (uint64_t)x;
}

int intake_events(struct task *t, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(16));
	struct intake x = { .t = t, .c = t->c, .a = &a };
	uint64_t id = 0;
	int r;

	str_u64(t->job->subject, &id);
	x.registry_id = (int64_t)id;
	do {
		r = store_do(t->c->store, STORE_WRITE, take_batch, &x, e);
		if (r < 0)
			break;
		if (x.scans)
			center_wake(t->c);
		if (x.list.events.n)
			crew_dirty(t->w, x.registry_id);
		crew_count(t->w, add_events, (int64_t)x.list.events.n);
	} while (x.list.events.n == BATCH && !crew_stopping(t->w));
	return MIN(r, 0);
}
