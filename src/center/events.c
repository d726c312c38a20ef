#include "center/events.h"
#include "center/jobs.h"
#include <stdio.h>

enum { AHEAD_S = 600, CALL_MAX = 1000 };

/* --- accept --- */

static bool is_text(str s)
{
	return s.n <= EVENT_TEXT_MAX && str_chr(s, 0) == s.n;
}

static int check(const struct event *v, size_t i, struct error *e)
{
	const char *why = NULL;

	if (!v->source.n)
		why = "no id";
	else if (!v->repository.n)
		why = "no repository";
	else if (v->kind < EVENT_PUSH || v->kind > EVENT_IMPORT)
		why = "of no known kind";
	else if (v->kind != EVENT_DELETE && !v->digest.n)
		why = "no digest";
	else if (!is_text(v->source) || !is_text(v->repository) || !is_text(v->tag) ||
	         !is_text(v->digest) || !is_text(v->media_type))
		why = "a text that is too long, or holds a zero byte";
	else if (v->happened_at < 0)
		why = "a time before 1970";
	return why ? error_set(e, ERR_FORMAT, "event %zu: %s", i, why) : 0;
}

/* Looking is not pulling. */
static bool is_own(const struct event *v)
{
	return v->kind == EVENT_PULL && str_starts(v->agent, STR("plimsoll/"));
}

struct accepting {
	const struct center *c;
	int64_t registry_id;
	const struct event *v;
	size_t n, fresh;
};

static int accept_all(void *ctx, struct db *d, struct error *e)
{
	struct accepting *x = ctx;
	int64_t now_ms = center_now_ms(x->c), now = now_ms / 1000;

	x->fresh = 0;
	for (size_t i = 0; i < x->n; i++) {
		const struct event *v = &x->v[i];
		bool odd = !v->happened_at || v->happened_at > now + AHEAD_S;
		if (is_own(v))
			continue;
		int64_t r = db_run(
		        d, e,
		        "INSERT INTO event (registry_id, source, kind, repository, tag, digest, "
		        "media_type, happened_at, accepted_at, accepted_ms) VALUES ($1, $2, $3, "
		        "$4, "
		        "$5, $6, $7, $8, $9, $10) ON CONFLICT (registry_id, source) DO NOTHING",
		        V_INT(x->registry_id), V_TEXT(v->source), V_INT(v->kind),
		        V_TEXT(v->repository), V_TEXT(v->tag), V_TEXT(v->digest),
		        V_TEXT(v->media_type), V_INT(odd ? now : v->happened_at), V_INT(now),
		        V_INT(now_ms));
		if (r < 0)
			return (int)r;
		x->fresh += (size_t)r;
	}
	return 0;
}

int events_accept(const struct center *c, int64_t registry_id, const struct event *v, size_t n,
                  size_t *fresh, struct error *e)
{
	struct accepting x = { c, registry_id, v, n, 0 };
	int r = 0;

	if (n > EVENT_BATCH_MAX)
		return error_set(e, ERR_LIMIT, "%zu events at a time, %d are taken", n,
		                 EVENT_BATCH_MAX);
	for (size_t i = 0; i < n && r == 0; i++)
		r = check(&v[i], i, e);
	if (r == 0 && n)
		r = store_do(c->store, STORE_WRITE, accept_all, &x, e);
	if (r < 0)
		return r;
	if (fresh)
		*fresh = x.fresh;
	if (x.fresh)
		center_wake(c);
	return 0;
}

/* --- for workers --- */

struct calling {
	const struct center *c;
	int64_t ids[CALL_MAX];
	size_t n;
};

/* A jump from registry to registry along the open events would need an index of its own; there are
 * few of them open at a time. */
static int who_waits(void *ctx, struct db *d, struct error *e)
{
	struct calling *x = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(
	        d, e, &rows,
	        "SELECT DISTINCT registry_id FROM event v WHERE done_at IS NULL AND NOT EXISTS "
	        "(SELECT 1 FROM job j WHERE j.kind = 'events' AND j.subject = "
	        "CAST(v.registry_id AS TEXT))");

	x->n = 0;
	while (r >= 0 && (r = rows_next(rows, e)) == 1 && x->n < CALL_MAX)
		x->ids[x->n++] = rows_int(rows, 0);
	return r;
}

static int call_them(void *ctx, struct db *d, struct error *e)
{
	struct calling *x = ctx;
	int r = 0;

	for (size_t i = 0; i < x->n && r >= 0; i++) {
		char subject[24];
		snprintf(subject, sizeof subject, "%lld", (long long)x->ids[i]);
		r = job_put_new_in(x->c, d,
		                   &(struct job_order){ .kind = JOB_EVENTS,
		                                        .subject = str_c(subject),
		                                        .priority = PRIORITY_EVENTS },
		                   e);
	}
	return r;
}

int events_call(const struct center *c, struct error *e)
{
	struct calling x = { .c = c };
	int r = store_do(c->store, STORE_READ, who_waits, &x, e);

	if (r < 0 || !x.n)
		return r;
	r = store_do(c->store, STORE_WRITE, call_them, &x, e);
	return r < 0 ? r : (int)x.n;
}

int events_next_in(struct db *d, int64_t registry_id, size_t limit, struct arena *a,
                   struct event_list *out, struct error *e)
{
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(d, e, &rows,
	               "SELECT id, source, kind, repository, tag, digest, media_type, happened_at, "
	               "accepted_ms FROM event WHERE done_at IS NULL AND registry_id = $1 "
	               "ORDER BY id LIMIT $2",
	               V_INT(registry_id), V_INT((int64_t)limit));

	*out = (struct event_list){ 0 };
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		struct event v = { .id = rows_int(rows, 0),
			           .source = arena_str(a, rows_text(rows, 1)),
			           .kind = (enum event_kind)rows_int(rows, 2),
			           .repository = arena_str(a, rows_text(rows, 3)),
			           .tag = arena_str(a, rows_text(rows, 4)),
			           .digest = arena_str(a, rows_text(rows, 5)),
			           .media_type = arena_str(a, rows_text(rows, 6)),
			           .happened_at = rows_int(rows, 7),
			           .accepted_ms = rows_int(rows, 8) };
		if (!vec_add(a, &out->events, v))
			return error_set(e, ERR_LIMIT, "too many events at a time");
	}
	return r;
}

int events_close_in(const struct center *c, struct db *d, const struct event_list *list,
                    struct error *e)
{
	int64_t now = center_now(c), r = 0;

	for (size_t i = 0; i < list->events.n && r >= 0; i++)
		r = db_run(d, e, "UPDATE event SET done_at = $2 WHERE id = $1",
		           V_INT(list->events.v[i].id), V_INT(now));
	return (int)MIN(r, 0);
}

struct opened {
	int64_t count, oldest_ms;
};

static int count_open(void *ctx, struct db *d, struct error *e)
{
	struct opened *x = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int r = db_ask(d, e, &rows,
	               "SELECT COUNT(*), MIN(accepted_ms) FROM event WHERE done_at IS NULL");

	r = r < 0 ? r : rows_next(rows, e);
	if (r == 1)
		*x = (struct opened){ rows_int(rows, 0), rows_int(rows, 1) };
	return MIN(r, 0);
}

int events_open(const struct center *c, int64_t *n, int64_t *oldest_ms, struct error *e)
{
	struct opened x = { 0 };
	int r = store_do(c->store, STORE_READ, count_open, &x, e);

	*n = x.count;
	*oldest_ms = x.oldest_ms;
	return r;
}

static int sweep(void *ctx, struct db *d, struct error *e)
{
	const int64_t *before = ctx;
	return (int)db_run(d, e, "DELETE FROM event WHERE done_at IS NOT NULL AND accepted_at < $1",
	                   V_INT(*before));
}

int events_sweep(const struct center *c, struct error *e)
{
	int64_t before = center_now(c) - EVENT_KEPT_S;
	return store_do(c->store, STORE_WRITE, sweep, &before, e);
}
