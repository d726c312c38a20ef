#include "work/data.h"
#include "base/jsonout.h"
#include "base/log.h"
#include "base/time.h"
#include "center/generations.h"
#include "vulndb/delta.h"
#include "vulndb/vulndb.h"
#include "work/triggers.h"
#include <pthread.h>
#include <sys/stat.h>

enum { DESCRIBE_BYTES = 4 << 20 };

struct data_open { /* one file, as long as anybody holds it */
	struct vulndb *db;
	int64_t generation_id;
	unsigned holds; /* the data's own included */
};

struct data {
	const struct center *c;
	const char *path;
	pthread_mutex_t lock;
	struct data_open *now;
	struct stat seen; /* of the file that `now` is, or that could not be used */
	bool refused;     /* an older one than the center knows */
	int64_t number;
};

struct data *data_new(const struct center *c, const char *path)
{
	struct data *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	d->c = c;
	d->path = path;
	pthread_mutex_init(&d->lock, NULL);
	return d;
}

static void drop(struct data_open *x)
{
	if (!x || --x->holds)
		return;
	vulndb_close(x->db);
	free(x);
}

void data_free(struct data *d)
{
	if (!d)
		return;
	drop(d->now);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

/* --- the generation in the center --- */

struct noting {
	const struct center *c;
	struct arena *a;
	struct generation g;
	bool replaced; /* while this process looked on: newer, whatever its number says */
	int64_t id;
	bool refused;
};

static int note(void *ctx, struct db *db, struct error *e)
{
	struct noting *x = ctx;
	struct generation now;
	int r = generations_current(db, x->a, &now, e);

	x->refused = false;
	if (r < 0)
		return r;
	if (r == 1 && !str_eq(now.state, x->g.state) && !x->replaced && x->g.number < now.number &&
	    x->g.data_at < now.data_at) {
		x->refused = true;
		return 0;
	}
	return generations_note(db, &x->g, center_now(x->c), &x->id, e);
}

static str sources_json(const struct scan_report *r, struct arena *a)
{
	struct buf b cleanup(buf_done) = BUF(MIB(1));
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_array(&j, NULL);
	for (size_t i = 0; i < r->sources.n; i++) {
		jsonout_object(&j, NULL);
		jsonout_str(&j, "name", r->sources.v[i].name);
		jsonout_str(&j, "date", r->sources.v[i].date);
		jsonout_u64(&j, "records", r->sources.v[i].records);
		jsonout_end(&j);
	}
	jsonout_end(&j);
	return arena_str(a, buf_view(&b));
}

/* 1 new, 0 known */
static int introduce(struct data *d, struct vulndb *db, bool replaced, struct noting *x,
                     struct error *e)
{
	struct scan_report r = { .now = 0 };
	int64_t date = 0;
	int code = vulndb_describe(db, x->a, &r, e);

	if (code < 0)
		return code;
	time_parse(r.data_date, &date);
	x->c = d->c;
	x->replaced = replaced;
	x->g = (struct generation){ .number = (int64_t)vulndb_generation(db),
		                    .state = delta_state(db),
		                    .data_at = date,
		                    .sources = sources_json(&r, x->a),
		                    .changed = -1 };
	return store_do(d->c->store, STORE_WRITE, note, x, e);
}

/* --- the file --- */

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int open_now(struct data *d, const struct stat *st, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(DESCRIBE_BYTES);
	struct noting x = { .a = &a };
	struct vulndb *db;
	int r = vulndb_open(d->path, &db, e);

	if (r < 0)
		return r;
	r = introduce(d, db, d->now != NULL, &x, e);
	if (r < 0 || x.refused) {
		vulndb_close(db);
		if (r >= 0) {
			d->seen = *st;
			d->refused = true;
		}
		return r < 0 ? r : 0;
	}
	struct data_open *fresh = calloc(1, sizeof *fresh);
	if (!fresh)
		abort();
	*fresh = (struct data_open){ db, x.id, 1 };
	drop(d->now);
	d->now = fresh;
	d->number = x.g.number;
	d->seen = *st;
	d->refused = false;
	return r;
}

/* With the lock */
static int look(struct data *d, struct error *e)
{
	struct stat st;

	if (stat(d->path, &st) < 0)
		return d->now ? 0
		              : error_set(e, ERR_NODATA, "no advisory database at %s yet", d->path);
	if ((d->now || d->refused) && is_same(&st, &d->seen))
		return 0;
	return open_now(d, &st, e);
}

/* At once; should this fail, the clock sees that the generation is not matched yet. */
static void call_matcher(const struct center *c)
{
	struct error e = { 0 };

	if (trigger_rematch(c, false, NULL, &e) < 0)
		log_warn("data.unannounced", KV("why", e.msg));
}

int data_look(struct data *d, struct error *e)
{
	pthread_mutex_lock(&d->lock);
	int r = look(d, e);
	pthread_mutex_unlock(&d->lock);
	if (r == 1)
		call_matcher(d->c);
	return r;
}

int data_take(struct data *d, struct data_hold *out, struct error *e)
{
	int r;

	pthread_mutex_lock(&d->lock);
	bool fresh = (r = look(d, e)) == 1;
	if (r < 0 && d->now) /* a file that cannot be read does not take the last good one away */
		r = 0;
	if (r >= 0 && !d->now)
		r = error_set(e, ERR_NODATA,
		              "the advisory database at %s is older than what is matched already",
		              d->path);
	if (r >= 0) {
		d->now->holds++;
		*out = (struct data_hold){ d->now->db, d->now->generation_id, d->now };
	}
	pthread_mutex_unlock(&d->lock);
	if (fresh)
		call_matcher(d->c);
	return MIN(r, 0);
}

void data_let_go(struct data *d, struct data_hold *h)
{
	if (!h->inner)
		return;
	pthread_mutex_lock(&d->lock);
	drop(h->inner);
	pthread_mutex_unlock(&d->lock);
	*h = (struct data_hold){ 0 };
}

int64_t data_generation(struct data *d)
{
	pthread_mutex_lock(&d->lock);
	int64_t n = d->now ? d->number : 0;
	pthread_mutex_unlock(&d->lock);
	return n;
}
