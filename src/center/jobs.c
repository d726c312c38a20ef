#include "center/jobs.h"
#include <stdio.h>
#include <sys/random.h>

enum { LEASE_BYTES = 96, BACK_OFF_S = 5, BACK_OFF_MAX_S = 900, RUN_AT_AHEAD_S = 3600 };

// clang-format off
static const struct {
	const char *word;
	int64_t tries;
	bool kept;
	const char *text;
} kinds[JOB_KIND_COUNT] = {
#define X(name, word, tries, kept, text) [JOB_##name] = { word, tries, kept, text },
	JOB_KINDS(X)
#undef X
};
// clang-format on

const char *job_kind_word(enum job_kind k)
{
	return kinds[k].word;
}

const char *job_kind_text(enum job_kind k)
{
	return kinds[k].text;
}

bool job_kind_parse(str word, enum job_kind *out)
{
	for (enum job_kind k = 0; k < JOB_KIND_COUNT; k++)
		if (str_eq(word, str_c(kinds[k].word))) {
			*out = k;
			return true;
		}
	return false;
}

/* --- put --- */

/* What is open stays what it is, at the better priority; what is at its end begins anew. */
#define PUT_SQL                                                                           \
	"INSERT INTO job (kind, subject, registry_id, priority, state, run_at, payload, " \
	"created_at, changed_at) VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7, $7) "       \
	"ON CONFLICT (kind, subject) DO "
#define OVER "job.state IN ('dead', 'done')"

static const char put_sql[] = PUT_SQL
        "UPDATE SET "
        "payload = CASE WHEN " OVER " OR excluded.priority <= job.priority THEN excluded.payload "
        "ELSE job.payload END, "
        "priority = CASE WHEN " OVER " OR excluded.priority < job.priority THEN excluded.priority "
        "ELSE job.priority END, "
        "run_at = CASE WHEN " OVER " OR excluded.run_at < job.run_at THEN excluded.run_at "
        "ELSE job.run_at END, "
        "created_at = CASE WHEN " OVER " THEN excluded.created_at ELSE job.created_at END, "
        "progress = CASE WHEN " OVER " THEN '{}' ELSE job.progress END, "
        "why = CASE WHEN " OVER " THEN '' ELSE job.why END, "
        "tries = CASE WHEN " OVER " THEN 0 ELSE job.tries END, "
        "again = CASE WHEN job.state = 'leased' THEN 1 ELSE 0 END, "
        "state = CASE WHEN job.state = 'leased' THEN 'leased' ELSE 'ready' END "
        "RETURNING id";

int job_put_in(const struct center *c, struct db *d, const struct job_order *o, int64_t *id,
               struct error *e)
{
	int64_t now = center_now(c), found = 0;
	int r = db_int(d, e, &found, put_sql, V_C(kinds[o->kind].word), V_TEXT(o->subject),
	               V_TIME(o->registry_id), V_INT(o->priority),
	               V_INT(o->after_s ? now + o->after_s : 0),
	               V_TEXT(o->payload.n ? o->payload : STR("{}")), V_INT(now));
	if (r >= 0 && id)
		*id = found;
	return MIN(r, 0);
}

int job_put_new_in(const struct center *c, struct db *d, const struct job_order *o, struct error *e)
{
	int64_t now = center_now(c);
	int64_t r = db_run(d, e, PUT_SQL "NOTHING", V_C(kinds[o->kind].word), V_TEXT(o->subject),
	                   V_TIME(o->registry_id), V_INT(o->priority),
	                   V_INT(o->after_s ? now + o->after_s : 0),
	                   V_TEXT(o->payload.n ? o->payload : STR("{}")), V_INT(now));
	return (int)MIN(r, 0);
}

struct putting {
	const struct center *c;
	const struct job_order *o;
	int64_t id;
};

static int put(void *ctx, struct db *d, struct error *e)
{
	struct putting *x = ctx;
	return job_put_in(x->c, d, x->o, &x->id, e);
}

int job_put(const struct center *c, const struct job_order *o, int64_t *id, struct error *e)
{
	struct putting x = { c, o, 0 };
	int r = store_do(c->store, STORE_WRITE, put, &x, e);

	if (r < 0)
		return r;
	if (id)
		*id = x.id;
	center_wake(c);
	return 0;
}

/* --- take --- */

struct taking {
	const struct center *c;
	unsigned kinds;
	char lease[LEASE_BYTES];
	struct arena *a;
	struct job job;
};

/* A lease that ends further ahead than any can was given before the clock went back. */
static void add_live(struct query *q, const char *table, int64_t now)
{
	query_add(q, table);
	query_add(q, ".state = 'leased' AND ");
	query_add(q, table);
	query_add(q, ".leased_until > ? AND ", V_INT(now));
	query_add(q, table);
	query_add(q, ".leased_until <= ?", V_INT(now + 2 * LEASE_S));
}

static void add_kinds(struct query *q, unsigned set)
{
	const char *before = " AND kind IN (";

	for (enum job_kind k = 0; k < JOB_KIND_COUNT; k++)
		if (set >> k & 1) {
			query_add(q, before);
			query_add(q, "?", V_C(kinds[k].word));
			before = ", ";
		}
	query_add(q, ")");
}

/* Registries that have as many jobs under way as they bear */
static void add_not_full(struct query *q, int64_t now)
{
	query_add(q, " AND (registry_id IS NULL OR registry_id NOT IN (SELECT l.registry_id FROM "
	             "job l WHERE ");
	add_live(q, "l", now);
	query_add(q, " AND l.registry_id IS NOT NULL GROUP BY l.registry_id HAVING COUNT(*) >= "
	             "(SELECT r.parallel FROM registry r WHERE r.id = l.registry_id)))");
}

static int take_one(struct taking *x, struct db *d, bool expired, struct error *e)
{
	struct query q cleanup(query_done) = QUERY(x->a);
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int64_t now = center_now(x->c);

	query_add(&q,
	          "UPDATE job SET state = 'leased', lease = ?, leased_until = ?, "
	          "tries = tries + 1, changed_at = ?, again = 0 WHERE id = (SELECT id FROM job "
	          "WHERE ",
	          V_C(x->lease), V_INT(now + LEASE_S), V_INT(now));
	if (expired)
		query_add(&q, "state = 'leased' AND (leased_until <= ? OR leased_until > ?)",
		          V_INT(now), V_INT(now + 2 * LEASE_S));
	else
		query_add(&q, "state = 'ready' AND (run_at <= ? OR run_at > ?)", V_INT(now),
		          V_INT(now + RUN_AT_AHEAD_S));
	add_kinds(&q, x->kinds);
	add_not_full(&q, now);
	query_add(&q,
	          " ORDER BY priority, run_at, id LIMIT 1 {skip locked}) RETURNING " JOB_COLUMNS);
	int r = query_ask(&q, d, &rows, e);
	r = r < 0 ? r : rows_next(rows, e);
	if (r == 1)
		job_read(rows, x->a, &x->job);
	return r;
}

/* One that ends its worker each time is dead too. */
static int bury(struct taking *x, struct db *d, struct error *e)
{
	int64_t r = db_run(d, e,
	                   "UPDATE job SET state = 'dead', lease = '', why = CASE WHEN why = '' "
	                   "THEN 'whoever worked on it died, each time' ELSE why END WHERE id = $1",
	                   V_INT(x->job.id));
	return (int)MIN(r, 0);
}

static int take_job(void *ctx, struct db *d, struct error *e)
{
	struct taking *x = ctx;

	for (;;) {
		int r = take_one(x, d, true, e);
		r = r ? r : take_one(x, d, false, e);
		if (r != 1 || x->job.tries <= kinds[x->job.kind].tries)
			return r;
		r = bury(x, d, e);
		if (r < 0)
			return r;
	}
}

static int any_ready(void *ctx, struct db *d, struct error *e)
{
	struct taking *x = ctx;
	struct query q cleanup(query_done) = QUERY(x->a);
	struct rows *rows cleanup(rows_cleanup) = NULL;
	int64_t now = center_now(x->c);

	query_add(&q,
	          "SELECT id FROM job WHERE ((state = 'ready' AND (run_at <= ? OR run_at > ?)) OR "
	          "(state = 'leased' AND (leased_until <= ? OR leased_until > ?)))",
	          V_INT(now), V_INT(now + RUN_AT_AHEAD_S), V_INT(now), V_INT(now + 2 * LEASE_S));
	add_kinds(&q, x->kinds);
	query_add(&q, " LIMIT 1");
	int r = query_ask(&q, d, &rows, e);
	return r < 0 ? r : rows_next(rows, e);
}

/* Two processes may have taken a registry's last place at a time: the later one gives its job back.
 */
static int is_over(void *ctx, struct db *d, struct error *e)
{
	struct taking *x = ctx;
	struct query q cleanup(query_done) = QUERY(x->a);
	struct rows *rows cleanup(rows_cleanup) = NULL;

	query_add(&q,
	          "SELECT 1 FROM registry r WHERE r.id = ? AND r.parallel <= (SELECT COUNT(*) FROM "
	          "job l WHERE l.registry_id = r.id AND l.id <> ? AND l.changed_at <= ? AND ",
	          V_INT(x->job.registry_id), V_INT(x->job.id), V_INT(x->job.changed_at));
	add_live(&q, "l", center_now(x->c));
	query_add(&q, ")");
	int r = query_ask(&q, d, &rows, e);
	return r < 0 ? r : rows_next(rows, e);
}

static void new_lease(str who, char out[LEASE_BYTES])
{
	uint64_t noise[2] = { 0 };

	if (getrandom(noise, sizeof noise, 0) != (ssize_t)sizeof noise)
		abort();
	snprintf(out, LEASE_BYTES, "%.*s/%016llx%016llx", (int)MIN(who.n, (size_t)48),
	         who.p ? who.p : "", (unsigned long long)noise[0], (unsigned long long)noise[1]);
}

int job_take(const struct center *c, unsigned set, str who, struct arena *a, struct job *out,
             struct error *e)
{
	struct taking x = { .c = c, .kinds = set, .a = a };
	int r;

	if (!(set & ((1u << JOB_KIND_COUNT) - 1)))
		return 0;
	r = store_do(c->store, STORE_READ, any_ready, &x, e);
	if (r != 1)
		return r;
	new_lease(who, x.lease);
	r = store_do(c->store, STORE_WRITE, take_job, &x, e);
	if (r == 1 && x.job.registry_id && !store_is_sqlite(c->store)) {
		int over = store_do(c->store, STORE_READ, is_over, &x, e);
		if (over) /* or not to be known: it is somebody's later */
			return over < 0 ? over : MIN(job_return(c, &x.job, e), 0);
	}
	if (r == 1)
		*out = x.job;
	return r;
}

/* --- what became of one --- */

struct ending {
	const struct center *c;
	const struct job *j;
	str text;
	bool dead;
	int64_t pause_s;
};

#define MINE "WHERE id = $1 AND lease = $2 AND state = 'leased'"

static int renew(void *ctx, struct db *d, struct error *e)
{
	struct ending *x = ctx;
	return (int)db_run(d, e, "UPDATE job SET leased_until = $3 " MINE, V_INT(x->j->id),
	                   V_TEXT(x->j->lease), V_INT(center_now(x->c) + LEASE_S));
}

int job_renew(const struct center *c, const struct job *j, struct error *e)
{
	return store_do(c->store, STORE_WRITE, renew, &(struct ending){ .c = c, .j = j }, e);
}

static int tell(void *ctx, struct db *d, struct error *e)
{
	struct ending *x = ctx;
	return (int)db_run(d, e, "UPDATE job SET progress = $3 " MINE, V_INT(x->j->id),
	                   V_TEXT(x->j->lease), V_TEXT(x->text));
}

int job_tell(const struct center *c, const struct job *j, str progress, struct error *e)
{
	return store_do(c->store, STORE_WRITE, tell,
	                &(struct ending){ .c = c, .j = j, .text = progress }, e);
}

/* Once more, if it was asked for while it ran */
static int64_t restart(const struct center *c, struct db *d, const struct job *j, struct error *e)
{
	return db_run(
	        d, e,
	        "UPDATE job SET state = 'ready', lease = '', again = 0, tries = 0, run_at = 0, "
	        "created_at = $3 " MINE " AND again = 1",
	        V_INT(j->id), V_TEXT(j->lease), V_INT(center_now(c)));
}

int job_done_in(const struct center *c, struct db *d, const struct job *j, str outcome,
                struct error *e)
{
	int64_t r = restart(c, d, j, e);

	if (r == 0 && kinds[j->kind].kept)
		r = db_run(d, e,
		           "UPDATE job SET state = 'done', lease = '', why = $3, changed_at = "
		           "$4 " MINE,
		           V_INT(j->id), V_TEXT(j->lease), V_TEXT(outcome), V_INT(center_now(c)));
	else if (r == 0)
		r = db_run(d, e, "DELETE FROM job " MINE, V_INT(j->id), V_TEXT(j->lease));
	return (int)r;
}

static int end_done(void *ctx, struct db *d, struct error *e)
{
	struct ending *x = ctx;
	return job_done_in(x->c, d, x->j, x->text, e);
}

int job_done(const struct center *c, const struct job *j, str outcome, struct error *e)
{
	return store_do(c->store, STORE_WRITE, end_done,
	                &(struct ending){ .c = c, .j = j, .text = outcome }, e);
}

/* 5 s, doubled each time, a quarter more or less so that jobs do not march in step */
static int64_t back_off_s(int64_t tries)
{
	int64_t s = tries > 8 ? BACK_OFF_MAX_S
	                      : MIN((int64_t)BACK_OFF_S << (tries - 1), BACK_OFF_MAX_S);
	uint32_t noise = 0;

	if (getrandom(&noise, sizeof noise, 0) != (ssize_t)sizeof noise)
		noise = 0;
	return MAX(1, s * 3 / 4 + (int64_t)(noise % 1024) * s / 2 / 1024);
}

static int end_failed(void *ctx, struct db *d, struct error *e)
{
	struct ending *x = ctx;
	int64_t r = x->dead ? restart(x->c, d, x->j, e) : 0, now = center_now(x->c);

	if (r)
		return r < 0 ? (int)r : 1;
	r = db_run(d, e,
	           "UPDATE job SET state = $3, run_at = $4, why = $5, lease = '', again = 0, "
	           "changed_at = $6 " MINE,
	           V_INT(x->j->id), V_TEXT(x->j->lease), V_C(x->dead ? "dead" : "ready"),
	           V_INT(now + x->pause_s), V_TEXT(x->text), V_INT(now));
	return r < 0 ? (int)r : r == 0 ? 0 : x->dead ? 2 : 1;
}

int job_fail(const struct center *c, const struct job *j, const struct error *why, struct error *e)
{
	struct ending x = { .c = c, .j = j, .text = str_c(why->msg) };

	x.dead = !error_again(why->code) || j->tries >= kinds[j->kind].tries;
	x.pause_s = back_off_s(MAX(j->tries, 1));
	return store_do(c->store, STORE_WRITE, end_failed, &x, e);
}

static int end_returned(void *ctx, struct db *d, struct error *e)
{
	struct ending *x = ctx;
	return (int)db_run(d, e,
	                   "UPDATE job SET state = 'ready', lease = '', again = 0, "
	                   "tries = CASE WHEN tries > 0 THEN tries - 1 ELSE 0 END " MINE,
	                   V_INT(x->j->id), V_TEXT(x->j->lease));
}

int job_return(const struct center *c, const struct job *j, struct error *e)
{
	return store_do(c->store, STORE_WRITE, end_returned, &(struct ending){ .c = c, .j = j }, e);
}
