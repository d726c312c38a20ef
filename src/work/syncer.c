/* job sync: a registry without webhooks is looked through: its catalog where it has one (else the
 * repositories that are known), tags by list and HEAD, and only what changed becomes events. A
 * payload may name one repository. */
#include "base/json.h"
#include "base/jsonout.h"
#include "center/census.h"
#include "center/events.h"
#include "center/registries.h"
#include "oci/upstream.h"
#include "work/crew.h"
#include "work/door.h"
#include <inttypes.h>
#include <stdio.h>

enum { PAGE = 1000, EVENTS_AT_ONCE = 500, PAGES_MAX = 10000, NAMES_MIB = 64, REPOSITORY_MIB = 128 };

struct sync {
	struct task *t;
	const struct center *c;
	struct registry registry;
	struct door door;
	struct upstream remote;
	struct arena names; /* of repositories */
	struct arena a;     /* of one repository */
	VEC(str) repositories;
	bool catalog;
	bool looked; /* a registry's whole look ended well */
	VEC(struct event) events;
	int64_t now;
	uint64_t seen, changed, gone;
	/* of one repository */
	struct census_row known;
	bool is_known;
	struct census tags;
};

/* --- what is known --- */

struct reading {
	struct sync *x;
	struct arena *a;
	str after;
	int64_t after_id;
	struct census out;
	str repository;
	bool found;
};

static int read_registry(void *ctx, struct db *d, struct error *e)
{
	struct reading *q = ctx;
	struct sync *x = q->x;
	int r = registries_get(d, q->a, &sight_all, x->t->job->registry_id, &x->registry, e);

	q->found = r == 1;
	return MIN(r, 0);
}

static int read_repositories(void *ctx, struct db *d, struct error *e)
{
	struct reading *q = ctx;
	return census_repositories(d, q->a, q->x->registry.id, q->after, PAGE, &q->out, e);
}

static int read_repository(void *ctx, struct db *d, struct error *e)
{
	struct reading *q = ctx;
	int r = census_repository(d, q->a, q->x->registry.id, q->repository, &q->x->known, e);

	q->x->is_known = r == 1;
	return MIN(r, 0);
}

static int read_tags(void *ctx, struct db *d, struct error *e)
{
	struct reading *q = ctx;
	return census_tags(d, q->a, q->x->known.id, q->after, PAGE, &q->out, e);
}

static int read_untagged(void *ctx, struct db *d, struct error *e)
{
	struct reading *q = ctx;
	return census_untagged(d, q->a, q->x->known.id, q->after_id, PAGE, &q->out, e);
}

static int order_names(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

/* Those known beside those of the catalog: what is in neither list is not there, what only we know
 * may be gone. */
static int add_known(struct sync *x, struct error *e)
{
	struct reading q = { .x = x, .a = &x->names };
	size_t listed = x->repositories.n;
	int r;

	do {
		r = store_do(x->c->store, STORE_READ, read_repositories, &q, e);
		for (size_t i = 0; r >= 0 && i < q.out.n; i++) {
			str name = q.out.v[i].name;
			bool there = listed && bsearch(&name, x->repositories.v, listed,
			                               sizeof name, order_names);
			if (!there)
				vec_add(&x->names, &x->repositories, name);
			q.after = name;
		}
	} while (r >= 0 && q.out.n == PAGE);
	return MIN(r, 0);
}

/* --- events --- */

static int flush(struct sync *x, struct error *e)
{
	int r = x->events.n ? events_accept(x->c, x->registry.id, x->events.v, x->events.n, NULL, e)
	                    : 0;

	x->events.n = 0;
	return r;
}

static int tell(struct sync *x, enum event_kind kind, str repository, str tag, str digest, str type,
                struct error *e)
{
	struct event v = { .kind = kind,
		           .repository = repository,
		           .tag = tag,
		           .digest = digest,
		           .media_type = str_upto(type, EVENT_TEXT_MAX),
		           .happened_at = x->now };

	v.source =
	        arena_printf(&x->a, "sync/%" PRId64 "/%016" PRIx64 "/%.*s", x->now,
	                     str_hash(repository) ^ str_hash(digest), STR_FMT(str_upto(tag, 200)));
	if (!vec_add(&x->a, &x->events, v))
		return error_set(e, ERR_LIMIT, "too much changed in %.*s", STR_FMT(repository));
	*(kind == EVENT_DELETE ? &x->gone : &x->changed) += 1;
	return x->events.n >= EVENTS_AT_ONCE ? flush(x, e) : 0;
}

/* --- one repository --- */

static int order_rows(const void *a, const void *b)
{
	return str_cmp(((const struct census_row *)a)->name, ((const struct census_row *)b)->name);
}

static int read_known_tags(struct sync *x, struct error *e)
{
	struct reading q = { .x = x, .a = &x->a };
	int r = 0;

	x->tags = (struct census){ 0 };
	do {
		r = store_do(x->c->store, STORE_READ, read_tags, &q, e);
		for (size_t i = 0; r >= 0 && i < q.out.n; i++) {
			vec_add(&x->a, &x->tags, q.out.v[i]);
			q.after = q.out.v[i].name;
		}
	} while (r >= 0 && q.out.n == PAGE);
	return MIN(r, 0);
}

static struct census_row *known_tag(struct sync *x, str tag)
{
	struct census_row key = { .name = tag };
	return x->tags.n ? bsearch(&key, x->tags.v, x->tags.n, sizeof key, order_rows) : NULL;
}

static int look_at_tag(struct sync *x, str repository, str tag, struct error *e)
{
	struct census_row *known = known_tag(x, tag);
	char text[DIGEST_TEXT_BYTES];
	struct upstream_head head;
	int r = upstream_head(&x->remote, tag, &x->a, &head, e);

	if (r < 0)
		return r;
	x->seen++;
	if (r == 0) /* listed, and gone before it was asked for: as not listed */
		return 0;
	if (!head.has_digest)
		return error_set(e, ERR_UPSTREAM, "%.*s tells no digest of %.*s:%.*s",
		                 STR_FMT(x->door.host), STR_FMT(repository), STR_FMT(tag));
	digest_text(&head.digest, text);
	if (known) {
		known->id = 0; /* it is still there */
		if (str_eq(known->digest, str_c(text)))
			return 0;
	}
	return tell(x, EVENT_FOUND, repository, tag, arena_str(&x->a, str_c(text)), head.media_type,
	            e);
}

/* Images without a tag can be pulled by their digests as long as these are there. */
static int look_at_untagged(struct sync *x, str repository, struct error *e)
{
	struct reading q = { .x = x, .a = &x->a };
	struct upstream_head head;
	int r = 0;

	while (r >= 0) {
		r = store_do(x->c->store, STORE_READ, read_untagged, &q, e);
		for (size_t i = 0; r >= 0 && i < q.out.n; i++) {
			q.after_id = q.out.v[i].id;
			r = upstream_head(&x->remote, q.out.v[i].digest, &x->a, &head, e);
			if (r == 0)
				r = tell(x, EVENT_DELETE, repository, (str){ 0 }, q.out.v[i].digest,
				         (str){ 0 }, e);
		}
		if (q.out.n < PAGE)
			break;
	}
	return MIN(r, 0);
}

/* Of a tag that is not listed any more; with its image, where that went too */
static int close_tag(struct sync *x, str repository, const struct census_row *t, struct error *e)
{
	struct upstream_head head;
	int r = upstream_head(&x->remote, t->digest, &x->a, &head, e);

	if (r < 0)
		return r;
	return tell(x, EVENT_DELETE, repository, t->name, r ? (str){ 0 } : t->digest, (str){ 0 }, e);
}

static int close_tags(struct sync *x, str repository, struct error *e)
{
	int r = 0;

	for (size_t i = 0; i < x->tags.n && r >= 0; i++)
		if (x->tags.v[i].id)
			r = close_tag(x, repository, &x->tags.v[i], e);
	return r;
}

static int look_at_tags(struct sync *x, str repository, struct error *e)
{
	struct name_page page = { 0 };
	int r = 0, pages = 0;

	do {
		r = upstream_tags(&x->remote, page.next, &x->a, &page, e);
		for (size_t i = 0; r >= 0 && i < page.names.n; i++)
			r = look_at_tag(x, repository, page.names.v[i], e);
	} while (r >= 0 && page.next.n && ++pages < PAGES_MAX && !crew_stopping(x->t->w));
	if (r >= 0 && page.next.n)
		return error_set(e, ERR_UPSTREAM, "%.*s: not looked through to its end",
		                 STR_FMT(repository));
	return r;
}

static int look_at_repository(struct sync *x, str repository, struct error *e)
{
	struct reading q = { .x = x, .a = &x->a, .repository = repository };
	int r = store_do(x->c->store, STORE_READ, read_repository, &q, e);

	x->tags = (struct census){ 0 };
	if (r >= 0 && x->is_known)
		r = read_known_tags(x, e);
	if (r < 0)
		return r;
	x->remote.ref.repository = repository;
	r = look_at_tags(x, repository, e);
	if (r == ERR_NOTFOUND) {
		*e = (struct error){ 0 };
		r = x->is_known ? tell(x, EVENT_DELETE, repository, (str){ 0 }, (str){ 0 },
		                       (str){ 0 }, e)
		                : 0;
		return r < 0 ? r : flush(x, e);
	}
	r = r < 0 ? r : close_tags(x, repository, e);
	if (r >= 0 && x->is_known)
		r = look_at_untagged(x, repository, e);
	return r < 0 ? r : flush(x, e);
}

/* --- the registry --- */

static int read_catalog(struct sync *x, struct error *e)
{
	struct name_page page = { 0 };
	int r = 0, pages = 0;

	do {
		r = upstream_catalog(&x->remote, page.next, &x->names, &page, e);
		for (size_t i = 0; r >= 0 && i < page.names.n; i++)
			vec_add(&x->names, &x->repositories, page.names.v[i]);
	} while (r >= 0 && page.next.n && ++pages < PAGES_MAX);
	x->catalog = r >= 0;
	if (r == ERR_UNSUPPORTED) {
		*e = (struct error){ 0 };
		r = 0;
	}
	if (r >= 0 && x->repositories.n)
		qsort(x->repositories.v, x->repositories.n, sizeof *x->repositories.v, order_names);
	return r < 0 ? r : add_known(x, e);
}

static int look_at_all(struct sync *x, struct error *e)
{
	str only = { 0 };
	struct json *j = NULL;
	int r = json_parse("sync job", x->t->job->payload, &j, e);

	if (r >= 0)
		only = arena_str(&x->names, json_str(j, "repository"));
	json_free(j);
	r = r < 0 ? r : upstream_check(&x->remote, e);
	if (r >= 0 && only.n)
		vec_add(&x->names, &x->repositories, only);
	else if (r >= 0)
		r = read_catalog(x, e);
	for (size_t i = 0; i < x->repositories.n && r >= 0; i++) {
		if (!registries_watch(&x->registry, x->repositories.v[i]))
			continue;
		r = look_at_repository(x, x->repositories.v[i], e);
		if (r < 0)
			error_in(e, "%.*s", STR_FMT(x->repositories.v[i]));
		x->events.v = NULL;
		x->events.n = x->events.room = 0;
		arena_rewind(&x->a);
		if (r >= 0 && crew_stopping(x->t->w))
			return error_set(e, ERR_UPSTREAM, "the work stops");
	}
	x->looked = r >= 0 && !only.n;
	return r;
}

struct noting {
	struct sync *x;
	const struct error *why;
	int result;
};

static int note(void *ctx, struct db *d, struct error *e)
{
	struct noting *n = ctx;
	struct sync *x = n->x;
	enum registry_state s = n->result >= 0                 ? REGISTRY_READY
	                        : n->result == ERR_UNSUPPORTED ? REGISTRY_UNSUPPORTED
	                                                       : REGISTRY_FAILING;
	int r = registries_note_state(d, x->registry.id, s, str_c(n->result < 0 ? n->why->msg : ""),
	                              x->now, e);

	if (r >= 0 && x->looked)
		r = registries_note_catalog(d, x->registry.id, x->catalog, e);
	/* a look that failed is a look: the next one is due after poll_s, retries come by the queue
	 */
	return r < 0 ? r : registries_note_sync(d, x->registry.id, x->now, e);
}

static void report(struct sync *x)
{
	struct jsonout j = JSONOUT(&x->t->outcome, 0);
	char seen[24], changed[24], gone[24];

	jsonout_object(&j, NULL);
	jsonout_bool(&j, "catalog", x->catalog);
	jsonout_u64(&j, "repositories", x->repositories.n);
	jsonout_u64(&j, "tags", x->seen);
	jsonout_u64(&j, "changed", x->changed);
	jsonout_u64(&j, "gone", x->gone);
	jsonout_end(&j);
	snprintf(seen, sizeof seen, "%" PRIu64, x->seen);
	snprintf(changed, sizeof changed, "%" PRIu64, x->changed);
	snprintf(gone, sizeof gone, "%" PRIu64, x->gone);
	log_info("sync.done", KVS("registry", x->registry.name), KV("tags", seen),
	         KV("changed", changed), KV("gone", gone));
}

static int run_sync(struct sync *x, struct error *e)
{
	struct error why = { 0 };
	struct image_reference ref;
	int r = door_open(x->c, &x->registry, &x->names, &x->door, &why);

	ref = door_reference(&x->door, STR("catalog"), (str){ 0 }, (str){ 0 });
	if (r >= 0)
		r = upstream_open(&ref, &x->door.options, &x->names, &x->remote, &why);
	if (r >= 0)
		r = look_at_all(x, &why);
	upstream_close(&x->remote);
	door_close(&x->door);
	if (r < 0 && crew_stopping(x->t->w)) {
		*e = why;
		return r;
	}
	struct noting n = { x, &why, r };
	int s = store_do(x->c->store, STORE_WRITE, note, &n, e);
	if (s < 0)
		return s;
	if (r >= 0)
		report(x);
	if (r >= 0 || r == ERR_UNSUPPORTED) /* it is written down, and no other try mends it */
		return 0;
	*e = why;
	return r;
}

int syncer_run(struct task *t, struct error *e)
{
	struct sync x = { .t = t,
		          .c = t->c,
		          .door = { .ca_fd = -1 },
		          .names = ARENA(MIB(NAMES_MIB)),
		          .a = ARENA(MIB(REPOSITORY_MIB)),
		          .now = center_now(t->c) };
	struct reading q = { .x = &x, .a = &x.names };
	int r = store_do(t->c->store, STORE_READ, read_registry, &q, e);

	if (r >= 0 && q.found)
		r = run_sync(&x, e);
	arena_done(&x.names);
	arena_done(&x.a);
	return r;
}
