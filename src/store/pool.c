/* Connections are opened when they are first wanted and kept. A transaction that others were in the
 * way of is run again; those that run again go one at a time, so that somebody always gets through.
 */
#include "store/pool.h"
#include "base/time.h"
#include "store/driver.h"
#include "store/turn.h"
#include <assert.h>
#include <time.h>

enum {
	CONNECTIONS = 8, /* when nobody says */
	CONNECTIONS_MAX = 256,
	WAIT_MS = 10000,
	STATEMENT_MS = 120000,
	TRIES = 10,
	TRIES_TOGETHER = 3, /* then before others, where the store can */
	PAUSE_MS = 2,       /* doubled each time */
	PAUSE_MS_MAX = 250,
	OPEN_PAUSE_MS = 50,
	OPEN_PAUSE_MS_MAX = 1000,
	CHECK_MS = 1000,
	MIGRATE_MS = 3600000,
};

struct store {
	const struct driver *driver;
	struct place place;
	char *url;
	struct turn lent, writer, again; /* writer: SQLite has one */
	pthread_mutex_t lock;            /* of what follows */
	struct db *idle;
	uint64_t generation; /* counts losses: connections from before one are not lent again */
};

/* --- where it is --- */

static const char *scheme_rest(const char *url, const char *scheme)
{
	size_t n = strlen(scheme);
	return strncmp(url, scheme, n) ? NULL : url + n;
}

static int locate(struct store *s, const char *url, struct error *e)
{
	const char *path = url ? scheme_rest(url, "sqlite:") : NULL;
	const char *other = url ? strstr(url, "://") : NULL;

	if (!url || !*url || (path && !*path))
		return error_set(e, ERR_USAGE, "the store's address is empty");
	s->driver = &sqlite_driver;
	if (scheme_rest(url, "postgresql://") || scheme_rest(url, "postgres://"))
		s->driver = &postgres_driver;
	else if (!path && other && other - url < 16)
		return error_set(e, ERR_UNSUPPORTED,
		                 "a store of kind %.*s: postgresql://… or a path is understood",
		                 (int)(other - url), url);
	s->url = strdup(path ? path : url);
	s->place.url = s->url;
	return s->url ? 0 : error_set(e, ERR_SYSTEM, "no memory for a store");
}

int pool_open(const struct store_options *o, struct store **out, struct error *e)
{
	unsigned connections = o->connections ? MIN(o->connections, CONNECTIONS_MAX) : CONNECTIONS;
	struct store *s = calloc(1, sizeof *s);

	if (!s)
		return error_set(e, ERR_SYSTEM, "no memory for a store");
	if (locate(s, o->url, e) < 0) {
		free(s);
		return e->code;
	}
	s->place.wait_ms = o->wait_ms ? o->wait_ms : WAIT_MS;
	s->place.statement_ms = o->statement_ms ? o->statement_ms : STATEMENT_MS;
	pthread_mutex_init(&s->lock, NULL);
	turn_init(&s->lent, connections);
	turn_init(&s->writer, 1);
	turn_init(&s->again, 1);
	*out = s;
	return 0;
}

static void close_idle(struct store *s)
{
	struct db *list;

	pthread_mutex_lock(&s->lock);
	list = take(s->idle);
	pthread_mutex_unlock(&s->lock);
	while (list) {
		struct db *d = list;
		list = d->next;
		d->driver->close(d);
	}
}

void store_close(struct store *s)
{
	if (!s)
		return;
	close_idle(s);
	turn_done(&s->lent);
	turn_done(&s->writer);
	turn_done(&s->again);
	pthread_mutex_destroy(&s->lock);
	free(s->url);
	free(s);
}

bool store_is_sqlite(const struct store *s)
{
	return s->driver->is_sqlite;
}

/* --- connections --- */

static void pause_ms(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000 };
	nanosleep(&t, NULL);
}

/* growing with each try, and different for each of those who met */
static int64_t pause_for(unsigned tries, int64_t first_ms, int64_t most_ms)
{
	struct timespec now;
	int64_t ms = MIN(first_ms << MIN(tries, 16u), most_ms);

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ms / 2 + (int64_t)(str_hash(str_mem(&now, sizeof now)) % (uint64_t)(ms / 2 + 1));
}

/* an idle one, of the same mode where there is one */
static struct db *take_idle(struct store *s, enum store_mode mode)
{
	struct db **at, *d;

	pthread_mutex_lock(&s->lock);
	for (at = &s->idle; *at && (*at)->mode != mode;)
		at = &(*at)->next;
	if (!*at)
		at = &s->idle;
	d = *at;
	if (d)
		*at = d->next;
	pthread_mutex_unlock(&s->lock);
	return d;
}

static int open_within(struct store *s, int64_t until_ms, struct db **out, struct error *e)
{
	uint64_t generation;

	pthread_mutex_lock(&s->lock);
	generation = s->generation;
	pthread_mutex_unlock(&s->lock);
	for (unsigned tries = 0;; tries++) {
		int64_t pause = pause_for(tries, OPEN_PAUSE_MS, OPEN_PAUSE_MS_MAX);
		int r = s->driver->open(&s->place, out, e);
		if (r >= 0) {
			(*out)->generation = generation;
			return 0;
		}
		if (r != ERR_UPSTREAM || time_mono_ms() + pause > until_ms)
			return r;
		pause_ms(pause);
	}
}

static int lend(struct store *s, enum store_mode mode, int64_t until_ms, struct db **out,
                struct error *e)
{
	int r = 0;

	if (!turn_take(&s->lent, until_ms))
		return error_set(e, ERR_THROTTLED, "every connection to the store is in use");
	*out = take_idle(s, mode);
	if (!*out)
		r = open_within(s, until_ms, out, e);
	if (r < 0)
		turn_give(&s->lent);
	return r;
}

/* One that is lost ends, and those that were opened before it with it: the server was restarted. */
static void give_back(struct store *s, struct db *d)
{
	bool lost = d->again == AGAIN_LOST || d->again == AGAIN_NEVER, keep;

	pthread_mutex_lock(&s->lock);
	keep = !lost && d->generation == s->generation;
	if (keep) {
		d->next = s->idle;
		s->idle = d;
	} else if (lost && d->generation == s->generation) {
		s->generation++;
	}
	pthread_mutex_unlock(&s->lock);
	if (!keep)
		d->driver->close(d);
	if (lost)
		close_idle(s);
	turn_give(&s->lent);
}

/* --- transactions --- */

static int run_work(struct db *d, store_work *work, void *ctx, struct error *e)
{
	int r = work(ctx, d, e), r2;

	assert(!d->rows_open); /* work frees what it asked for */
	if (d->failed) {       /* whatever work made of it */
		if (r >= 0)
			*e = d->first;
		r = d->first.code;
	}
	if (r < 0) {
		d->driver->rollback(d);
		return r;
	}
	r2 = d->driver->commit(d, e);
	if (r2 >= 0)
		return r;
	d->driver->rollback(d);
	return r2;
}

struct call { /* of store_do */
	struct store *s;
	enum store_mode mode;
	int64_t wait_ms;
	store_work *work;
	void *ctx;
	unsigned tries;   /* that failed */
	enum again again; /* whether and how another may help */
};

static int run_once(struct call *c, int64_t until_ms, struct error *e)
{
	struct db *d = NULL;
	int r = lend(c->s, c->mode, until_ms, &d, e);

	if (r < 0)
		return r;
	assert(d);
	d->again = AGAIN_NO;
	d->failed = false;
	r = d->driver->begin(d, c->mode, c->tries >= TRIES_TOGETHER,
	                     MAX(until_ms - time_mono_ms(), 1), e);
	if (r >= 0)
		r = run_work(d, c->work, c->ctx, e);
	else
		d->driver->rollback(d);
	c->again = d->again;
	give_back(c->s, d);
	return r;
}

static int run_in_turn(struct call *c, struct error *e)
{
	bool only_writer = c->s->driver->is_sqlite && c->mode != STORE_READ;
	int64_t until_ms = time_mono_ms() + c->wait_ms;
	int r;

	c->again = AGAIN_NO;
	if (only_writer && !turn_take(&c->s->writer, until_ms))
		return error_set(e, ERR_THROTTLED, "others write to the store all the time");
	r = run_once(c, until_ms, e);
	if (only_writer)
		turn_give(&c->s->writer);
	return r;
}

static int run_again(struct call *c, struct error *e)
{
	/* a work that calls another waits for itself here: that is short */
	bool in_line = c->again == AGAIN_SOON &&
	               turn_take(&c->s->again, time_mono_ms() + PAUSE_MS_MAX * 2);
	int r;

	pause_ms(pause_for(c->tries, PAUSE_MS, PAUSE_MS_MAX));
	*e = (struct error){ 0 };
	r = run_in_turn(c, e);
	if (in_line)
		turn_give(&c->s->again);
	return r;
}

static int run(struct call *c, struct error *e)
{
	int r = run_in_turn(c, e);

	for (c->tries = 1; c->tries < TRIES; c->tries++) {
		if (r >= 0 || (c->again != AGAIN_SOON && c->again != AGAIN_LOST))
			return r;
		r = run_again(c, e);
	}
	return r;
}

int store_do(struct store *s, enum store_mode mode, store_work *work, void *ctx, struct error *e)
{
	struct call c = { s, mode, s->place.wait_ms, work, ctx, 0, AGAIN_NO };
	return run(&c, e);
}

int pool_migrate(struct store *s, store_work *work, void *ctx, struct error *e)
{
	struct call c = { s, STORE_MIGRATE, MIGRATE_MS, work, ctx, 0, AGAIN_NO };
	return run(&c, e);
}

int pool_script(struct db *d, const char *sql, struct error *e)
{
	return d->driver->script(d, sql, e);
}

/* --- care --- */

static int ask_one(void *ctx, struct db *d, struct error *e)
{
	return db_int(d, e, ctx, "SELECT CAST(1 AS BIGINT)");
}

int store_check(struct store *s, struct error *e)
{
	int64_t one;
	struct call c = { .s = s, .mode = STORE_READ, .work = ask_one, .ctx = &one };
	int r;

	c.wait_ms = MIN((int64_t)s->place.wait_ms, CHECK_MS);
	r = run(&c, e);
	return r < 0 ? r : 0;
}

static int care(struct store *s, int (*what)(struct db *d, const char *path, struct error *e),
                const char *path, struct error *e)
{
	struct db *d = NULL;
	int r = lend(s, STORE_WRITE, time_mono_ms() + s->place.wait_ms, &d, e);

	if (r < 0)
		return r;
	assert(d);
	d->again = AGAIN_NO;
	r = what(d, path, e);
	give_back(s, d);
	return r;
}

static int backup(struct db *d, const char *path, struct error *e)
{
	return d->driver->backup(d, path, e);
}

int store_backup(struct store *s, const char *path, struct error *e)
{
	return care(s, backup, path, e);
}

static int verify(struct db *d, const char *path, struct error *e)
{
	(void)path;
	return d->driver->verify(d, e);
}

int store_verify(struct store *s, struct error *e)
{
	return care(s, verify, NULL, e);
}
