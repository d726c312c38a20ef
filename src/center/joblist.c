/* center/jobs.h's second half: the queue as people see it. */
#include "center/jobs.h"

enum { LIST_MAX = 1000 };

static const char *const states[JOB_STATE_COUNT] = { "ready", "leased", "dead", "done" };

const char *job_state_word(enum job_state s)
{
	return states[s];
}

bool job_state_parse(str word, enum job_state *out)
{
	for (enum job_state s = 0; s < JOB_STATE_COUNT; s++)
		if (str_eq(word, str_c(states[s]))) {
			*out = s;
			return true;
		}
	return false;
}

void job_read(struct rows *r, struct arena *a, struct job *out)
{
	*out = (struct job){ .id = rows_int(r, 0),
		             .subject = arena_str(a, rows_text(r, 3)),
		             .registry_id = rows_int(r, 4),
		             .priority = rows_int(r, 5),
		             .run_at = rows_int(r, 6),
		             .tries = rows_int(r, 7),
		             .lease = arena_str(a, rows_text(r, 8)),
		             .payload = arena_str(a, rows_text(r, 9)),
		             .progress = arena_str(a, rows_text(r, 10)),
		             .why = arena_str(a, rows_text(r, 11)),
		             .created_at = rows_int(r, 12),
		             .changed_at = rows_int(r, 13) };
	if (!job_kind_parse(rows_text(r, 1), &out->kind))
		out->kind = JOB_KIND_COUNT; /* of a later version of the program */
	if (!job_state_parse(rows_text(r, 2), &out->state))
		out->state = JOB_DEAD;
}

struct listing {
	const struct center *c;
	const struct job_filter *f;
	struct arena *a;
	struct job_list *out;
	int64_t id;
};

static void add_words(struct query *q, const char *column, unsigned set, unsigned n,
                      const char *(*word)(unsigned))
{
	const char *before = " AND ";

	if (!set)
		return;
	query_add(q, before);
	query_add(q, column);
	before = " IN (";
	for (unsigned i = 0; i < n; i++)
		if (set >> i & 1) {
			query_add(q, before);
			query_add(q, "?", V_C(word(i)));
			before = ", ";
		}
	query_add(q, ")");
}

static const char *kind_word(unsigned i)
{
	return job_kind_word((enum job_kind)i);
}

static const char *state_word(unsigned i)
{
	return job_state_word((enum job_state)i);
}

static int list(void *ctx, struct db *d, struct error *e)
{
	struct listing *x = ctx;
	const struct job_filter *f = x->f;
	struct query q cleanup(query_done) = QUERY(x->a);
	struct rows *rows cleanup(rows_cleanup) = NULL;
	struct job j;
	int r;

	*x->out = (struct job_list){ 0 };
	query_add(&q, "SELECT " JOB_COLUMNS " FROM job WHERE id > ?", V_INT(f->after_id));
	add_words(&q, "kind", f->kinds, JOB_KIND_COUNT, kind_word);
	add_words(&q, "state", f->states, JOB_STATE_COUNT, state_word);
	if (f->registry_id)
		query_add(&q, " AND registry_id = ?", V_INT(f->registry_id));
	query_add(&q, " ORDER BY id LIMIT ?",
	          V_INT((int64_t)MIN(f->limit ? f->limit : 100, (size_t)LIST_MAX)));
	r = query_ask(&q, d, &rows, e);
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		job_read(rows, x->a, &j);
		if (!vec_add(x->a, &x->out->jobs, j))
			return error_set(e, ERR_LIMIT, "too many jobs in one list");
	}
	return r;
}

int job_list(const struct center *c, const struct job_filter *f, struct arena *a,
             struct job_list *out, struct error *e)
{
	return store_do(c->store, STORE_READ, list, &(struct listing){ c, f, a, out, 0 }, e);
}

static int find(void *ctx, struct db *d, struct error *e)
{
	struct listing *x = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	struct job j;
	int r = db_ask(d, e, &rows, "SELECT " JOB_COLUMNS " FROM job WHERE id = $1", V_INT(x->id));

	r = r < 0 ? r : rows_next(rows, e);
	*x->out = (struct job_list){ 0 };
	if (r == 1) {
		job_read(rows, x->a, &j);
		vec_add(x->a, &x->out->jobs, j);
	}
	return r;
}

int job_find(const struct center *c, int64_t id, struct arena *a, struct job *out, struct error *e)
{
	struct job_list found;
	int r = store_do(c->store, STORE_READ, find, &(struct listing){ c, NULL, a, &found, id },
	                 e);

	if (r >= 0 && !found.jobs.n)
		return error_set(e, ERR_NOTFOUND, "no job %lld", (long long)id);
	if (r >= 0)
		*out = found.jobs.v[0];
	return MIN(r, 0);
}

/* 0 rows: is it not there, or in another state? */
static int refuse(struct db *d, int64_t id, const char *why, struct error *e)
{
	int64_t n = 0;
	int r = db_int(d, e, &n, "SELECT COUNT(*) FROM job WHERE id = $1", V_INT(id));

	if (r < 0)
		return r;
	return n ? error_set(e, ERR_CONFLICT, "job %lld %s", (long long)id, why)
	         : error_set(e, ERR_NOTFOUND, "no job %lld", (long long)id);
}

static int run_again(void *ctx, struct db *d, struct error *e)
{
	struct listing *x = ctx;
	int64_t r = db_run(d, e,
	                   "UPDATE job SET state = 'ready', tries = 0, run_at = 0, changed_at = $2 "
	                   "WHERE id = $1 AND state = 'dead'",
	                   V_INT(x->id), V_INT(center_now(x->c)));
	return r < 0 ? (int)r : r ? 0 : refuse(d, x->id, "is not dead", e);
}

int job_run_again(const struct center *c, int64_t id, struct error *e)
{
	int r = store_do(c->store, STORE_WRITE, run_again, &(struct listing){ .c = c, .id = id },
	                 e);

	if (r >= 0)
		center_wake(c);
	return r;
}

static int drop(void *ctx, struct db *d, struct error *e)
{
	struct listing *x = ctx;
	int64_t r =
	        db_run(d, e, "DELETE FROM job WHERE id = $1 AND state <> 'leased'", V_INT(x->id));
	return r < 0 ? (int)r : r ? 0 : refuse(d, x->id, "is being worked on", e);
}

int job_drop(const struct center *c, int64_t id, struct error *e)
{
	return store_do(c->store, STORE_WRITE, drop, &(struct listing){ .c = c, .id = id }, e);
}

struct counting {
	const struct center *c;
	struct job_counts *out;
};

static int count(void *ctx, struct db *d, struct error *e)
{
	struct counting *x = ctx;
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int64_t now = center_now(x->c);
	int r = db_ask(
	        d, e, &rows,
	        "SELECT kind, state, COUNT(*), MIN(CASE WHEN state = 'ready' AND run_at <= $1 "
	        "THEN created_at ELSE NULL END) FROM job GROUP BY kind, state",
	        V_INT(now));

	*x->out = (struct job_counts){ 0 };
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		enum job_kind k;
		enum job_state s;
		if (!job_kind_parse(rows_text(rows, 0), &k) ||
		    !job_state_parse(rows_text(rows, 1), &s))
			continue;
		x->out->n[k][s] = rows_int(rows, 2);
		if (s == JOB_READY)
			x->out->oldest_at[k] = rows_int(rows, 3);
	}
	return r;
}

int job_count(const struct center *c, struct job_counts *out, struct error *e)
{
	return store_do(c->store, STORE_READ, count, &(struct counting){ c, out }, e);
}

static int sweep(void *ctx, struct db *d, struct error *e)
{
	const struct center *c = ctx;
	return (int)db_run(d, e, "DELETE FROM job WHERE state = 'done' AND changed_at < $1",
	                   V_INT(center_now(c) - JOB_KEPT_S));
}

int job_sweep(const struct center *c, struct error *e)
{
	struct center copy = *c;
	return store_do(c->store, STORE_WRITE, sweep, &copy, e);
}
