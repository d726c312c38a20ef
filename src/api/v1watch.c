/* api/v1watch.c — GET /api/v1/scans/events and /scans/{scan}/events: how scans go on, as server-sent events. A reader
 * gets what runs when he comes, and from then on each change; he comes again after WATCH_S at the latest, so that
 * what he may see is looked at anew. */
#include "api/v1.h"
#include "api/v1scan.h"
#include "base/time.h"

enum { WATCH_S = 600, INTERVAL_MS = 500, KNOWN_MOST = 256, ARENA_BYTES = 4 << 20 };

struct known {
	int64_t id;
	uint64_t hash;
};

struct watch { /* of the stream's thread, once it began */
	const struct center *center;
	struct arena grants_arena, arena;
	struct caller caller;
	int64_t scan; /* 0: all */
	int64_t ends_ms;
	bool told, over;
	struct known known[KNOWN_MOST];
	size_t n;
	struct scan_list found;
};

static int look(void *ctx, struct db *d, struct error *e)
{
	struct watch *w = ctx;
	const struct scan_filter all = SCAN_FILTER;
	const struct paging newest = { .limit = 100 };
	struct scan_row one;
	struct sight s;
	int r = access_sight(d, &w->caller, SIGHT_CONTENT, &w->arena, &s, e);

	w->found = (struct scan_list){ 0 };
	if (r < 0)
		return r;
	if (!w->scan)
		return scans_list(d, &w->arena, &s, &all, &newest, &w->found, e);
	r = scans_get(d, &w->arena, &s, w->scan, &one, e);
	if (r > 0)
		vec_add(&w->arena, &w->found, one);
	return r;
}

/* Is that new to the reader? */
static bool is_news(struct watch *w, const struct scan_row *x)
{
	uint64_t hash = str_hash(arena_join(&w->arena, str_c(scan_state_word(x->state)), x->stages, x->progress));
	size_t i = 0;

	while (i < w->n && w->known[i].id != x->id)
		i++;
	if (i < w->n && w->known[i].hash == hash)
		return false;
	if (i == w->n && w->n == KNOWN_MOST) { /* the oldest is over long since */
		memmove(w->known, w->known + 1, sizeof *w->known * (KNOWN_MOST - 1));
		i = --w->n;
	}
	if (i == w->n)
		w->n++;
	w->known[i] = (struct known){ x->id, hash };
	return w->told || w->scan || x->state == SCAN_RUNNING;
}

static void tell(struct watch *w, const struct scan_row *x, struct buf *out)
{
	struct buf text cleanup(buf_done) = BUF(1 << 20);
	struct jsonout j = JSONOUT(&text, 0);

	v1_scan(&j, x, center_now_ms(w->center));
	buf_printf(out, "event: scan\nid: %lld\ndata: ", (long long)x->id);
	buf_add(out, buf_view(&text));
	buf_add(out, STR("\n\n"));
}

static int next(void *ctx, struct buf *out)
{
	struct watch *w = ctx;
	struct error e = { 0 };
	int r;

	if (w->over || time_mono_ms() > w->ends_ms)
		return -1;
	arena_rewind(&w->arena);
	r = store_do(w->center->store, STORE_READ, look, w, &e);
	if (r < 0 || w->arena.failed)
		return error_again(e.code) ? 0 : -1;
	for (size_t i = w->found.n; i-- > 0;) /* newest first there, in their order here */
		if (is_news(w, &w->found.v[i]))
			tell(w, &w->found.v[i], out);
	w->told = true;
	w->over = w->scan && (!w->found.n || w->found.v[0].state != SCAN_RUNNING);
	return 0;
}

static void done(void *ctx)
{
	struct watch *w = ctx;

	arena_done(&w->arena);
	arena_done(&w->grants_arena);
	free(w);
}

static struct caller copy_caller(const struct caller *from, struct arena *a)
{
	struct caller c = { .kind = from->kind, .id = from->id };
	struct grant *g = arena_many(a, from->grant_count, struct grant);

	for (size_t i = 0; g && i < from->grant_count; i++)
		g[i] = (struct grant){ from->grants[i].role, arena_str(a, from->grants[i].scope) };
	c.name = arena_str(a, from->name);
	c.grants = g;
	c.grant_count = g ? from->grant_count : 0;
	return c;
}

static int watch(struct call *c, int64_t scan, struct error *e)
{
	struct watch *w = calloc(1, sizeof *w);
	struct stream_source source = { next, done, w, INTERVAL_MS };

	if (!w)
		abort();
	w->center = c->center;
	w->arena = ARENA(ARENA_BYTES);
	w->grants_arena = ARENA(1 << 20);
	w->caller = copy_caller(c->caller, &w->grants_arena);
	w->scan = scan;
	w->ends_ms = time_mono_ms() + WATCH_S * 1000;
	return exchange_stream(c->x, &source, e);
}

int v1_watch_scans(struct call *c, struct error *e)
{
	return watch(c, 0, e);
}

int v1_watch_scan(struct call *c, struct error *e)
{
	struct scan_row row;
	int r = v1_find_scan(c, &row, e);

	return r < 0 ? r : watch(c, row.id, e);
}
