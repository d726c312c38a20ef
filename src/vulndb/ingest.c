#include "vulndb/ingest.h"
#include "base/time.h"
#include "net/client.h"
#include "stream/stream.h"
#include "sys/proc.h"
#include "vulndb/builder.h"
#include "vulndb/feed.h"
#include "vulndb/feedpipe.h"
#include "vulndb/fetcher.h"
#include "vulndb/names.h"
#include "vulndb/trackers.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum {
	RECORD_ARENA_BYTES = 256 << 20,
	PROGRESS_EVERY = 2000,
	RECORDS_MAX = 5000000,
	ECOSYSTEMS_MAX = 64,
	READER_WAIT_S = 2 * FEED_CPU_S
};

struct run {
	const struct ingest_options *o;
	struct arena *a;
	struct ingest_summary *out;
	struct lmdb *old;            /* NULL: none, or of another schema */
	struct shelf_head last_head; /* of old */
	struct shelf_sources last;
	struct client *net;
	struct feeds remote; /* those of a network, in order */
	struct fetcher *ahead;
	const char *folder; /* of the database: downloads lie there */
	struct builder *b;
	VEC(str) over; /* feeds to take over from the last generation */
	bool broken;   /* the new database cannot be written: no feed's fault */
	bool changed;  /* something is not as it was */
	int64_t now;
};

struct reading { /* one feed */
	struct run *run;
	const struct feed *feed;
	struct shelf_source *source;
	struct ingest_feed *line;
	struct arena scratch;
	int64_t newest; /* date of a record; 0: none has one */
	bool ended;
};

static void tell(struct run *r, str feed, const char *what, uint64_t n)
{
	if (r->o->progress)
		r->o->progress(r->o->progress_ctx, feed, what, n);
}

static enum advisory_origin origin_of(str feed)
{
	return tracker_of(feed)                ? ORIGIN_TRACKER
	       : str_starts(feed, STR("cve/")) ? ORIGIN_CVE
	                                       : ORIGIN_OSV;
}

/* A reader that was taken over speaks for no distribution but its own. */
static int check_origin(str feed, const struct advisory *a, struct error *e)
{
	const struct tracker *t = tracker_of(feed);
	bool own = a->origin == origin_of(feed) && !shelf_is_facts(feed);
	for (size_t i = 0; own && t && i < a->affected.n; i++)
		own = str_eq(names_base(a->affected.v[i].ecosystem), t->ecosystem);
	return own ? 0 : error_set(e, ERR_FORMAT, "a record of another feed");
}

/* The feed's date is that of its newest record. Publishers mistype years: a record from the future
 * says nothing of the data's age, and would hide that the rest grows old. */
static void learn_date(struct reading *in, const struct advisory *a)
{
	int64_t t;
	if (time_parse(a->modified, &t) && t <= in->run->now)
		in->newest = MAX(in->newest, t);
}

/* A mirror's Last-Modified is the day on which it was copied: it speaks only for records without
 * dates. */
static void settle_date(struct reading *in)
{
	char text[TIME_TEXT_BYTES];
	int64_t t = in->newest;
	if (t || time_parse_http(in->source->last_modified, &t))
		in->source->date =
		        arena_str(in->run->a, str_c(time_text(MIN(t, in->run->now), text)));
}

/* Is it all that a server said? */
static bool is_servers_date(const struct shelf_source *s)
{
	int64_t date, told;
	return time_parse_http(s->last_modified, &told) && time_parse(s->date, &date) &&
	       date == told;
}

/* A tracker that lists all decides about the releases in it. */
static void learn(struct reading *in, const struct advisory *a)
{
	struct shelf_source *s = in->source;
	const struct tracker *t = tracker_of(in->feed->name);
	learn_date(in, a);
	for (size_t i = 0; t && t->whole && i < a->affected.n; i++) {
		bool known = s->ecosystems.n >= ECOSYSTEMS_MAX;
		for (size_t k = 0; k < s->ecosystems.n && !known; k++)
			known = str_eq(s->ecosystems.v[k], a->affected.v[i].ecosystem);
		if (!known)
			vec_add(in->run->a, &s->ecosystems,
			        arena_str(in->run->a, a->affected.v[i].ecosystem));
	}
}

static int take_advisory(struct reading *in, struct cursor *c, struct error *e)
{
	struct advisory a = { 0 };
	int r = in->source->records < RECORDS_MAX
	                ? record_get_advisory(c, &in->scratch, &a, e)
	                : error_set(e, ERR_LIMIT, "more than %d records", RECORDS_MAX);
	r = r < 0 ? r : check_origin(in->feed->name, &a, e);
	if (r == 0) {
		learn(in, &a);
		r = builder_put(in->run->b, in->feed->name, &a, e);
		in->run->broken = r < 0;
	}
	arena_reset(&in->scratch);
	if (r == 0 && ++in->source->records % PROGRESS_EVERY == 0)
		tell(in->run, in->feed->name, "records", in->source->records);
	return r;
}

static int take_fact(struct reading *in, struct cursor *c, struct error *e)
{
	uint64_t n = 0;
	str key = cur_str(c), value = cur_str(c);
	if (cur_bad(c) || !shelf_is_facts(in->feed->name))
		return error_set(e, ERR_CRASH, "the reader sent a damaged fact");
	if (in->source->records > RECORDS_MAX)
		return error_set(e, ERR_LIMIT, "more than %d records", RECORDS_MAX);
	int r = builder_put_fact(in->run->b, in->feed->name, key, value, &n, e);
	in->run->broken = r < 0 && r != ERR_FORMAT;
	in->source->records += n;
	return r;
}

static int take_date(struct reading *in, str text, struct error *e)
{
	int64_t t;
	if (text.n > 40 || !time_parse(text, &t))
		return error_set(e, ERR_CRASH, "the reader sent a damaged date");
	in->newest = MAX(in->newest, MIN(t, in->run->now));
	return 0;
}

static int take_frame(struct reading *in, str frame, struct error *e)
{
	struct cursor c = CURSOR("feed reader", frame.p, frame.n);
	uint8_t kind = cur_u8(&c);
	if (in->ended)
		return error_set(e, ERR_CRASH, "the reader went on behind its end");
	switch (kind) {
	case FRAME_ADVISORY:
		return take_advisory(in, &c, e);
	case FRAME_FACT:
		return take_fact(in, &c, e);
	case FRAME_DATE:
		return take_date(in, str_from(frame, 1), e);
	case FRAME_NOTE:
		in->source->skipped++;
		if (!in->line->why.n)
			in->line->why = arena_str(in->run->a, str_upto(str_from(frame, 1), 400));
		return 0;
	case FRAME_END:
		in->ended = true;
		return 0;
	case FRAME_ERROR: {
		uint32_t code = cur_u8(&c);
		str text = str_upto(str_from(frame, 2), 900);
		return error_told(e, code, text.p, text.n);
	}
	default:
		return error_set(e, ERR_CRASH, "the reader sent a frame of kind %u", kind);
	}
}

/* From the worker's stdout, frame by frame */
static int take_frames(struct reading *in, struct stream *s, struct error *e)
{
	struct buf room cleanup(buf_done) = BUF(FRAME_BYTES);
	unsigned char head[4];
	for (;;) {
		ssize_t n = stream_read_full(s, head, 4, e);
		if (n <= 0)
			return (int)n;
		struct cursor c = CURSOR("feed reader", head, (size_t)n);
		uint32_t length = cur_le32(&c);
		buf_clear(&room);
		char *p = cur_bad(&c) || !length ? NULL : buf_room(&room, length);
		if (!p)
			return error_set(e, ERR_CRASH, "the reader sent a damaged frame");
		if ((n = stream_read_full(s, p, length, e)) < 0)
			return (int)n;
		if ((size_t)n < length)
			return error_set(e, ERR_CRASH, "the reader ended inside a frame");
		int r = take_frame(in, str_mem(p, length), e);
		if (r < 0)
			return r;
	}
}

static int read_jailed(struct reading *in, int fd, struct error *e)
{
	struct proc p = { .in = -1, .out = -1 };
	struct error why = { 0 };
	int r = proc_start_worker(feedworker_name(in->feed->kind), fd, &p, e);
	if (r < 0)
		return r;
	proc_close_in(&p);
	struct stream *s = feedpipe_open(p.out, READER_WAIT_S);
	r = take_frames(in, s, e);
	stream_free(s);
	if (r == 0 && !proc_ends(&p))
		r = error_set(e, ERR_CRASH, "the reader went on behind its end");
	if (r < 0) {
		proc_kill(&p);
		return r;
	}
	if ((r = proc_end(&p, &why)) < 0 || !in->ended) {
		*e = why;
		return r < 0 ? r : error_set(e, ERR_CRASH, "the reader ended early");
	}
	return 0;
}

static int take_batch(void *ctx, str frames, struct error *e)
{
	while (frames.n) {
		struct cursor c = CURSOR("frames", frames.p, frames.n);
		uint32_t n = cur_le32(&c);
		int r = take_frame(ctx, str_upto(str_from(frames, 4), n), e);
		if (r < 0)
			return r;
		frames = str_from(frames, 4 + (size_t)n);
	}
	return 0;
}

static int read_here(struct reading *in, int fd, struct error *e)
{
	struct stream *s = stream_fd(fd, false);
	int r = feedworker_run(in->feed->kind, s, take_batch, in, e);
	stream_free(s);
	return r;
}

static int take_over(struct run *r, const struct shelf_source *last, struct ingest_feed *line,
                     struct error *e)
{
	line->records = last->records;
	line->skipped = last->skipped;
	vec_add(r->a, &r->over, last->name);
	return builder_put_source(r->b, last, e);
}

/* What failed is named; only a failure of the database itself ends the run. */
static int feed_failed(struct run *r, const struct shelf_source *last, struct ingest_feed *line,
                       struct error *why, struct error *e)
{
	line->state = INGEST_FAILED;
	line->why = arena_str(r->a, str_c(why->msg));
	line->records = line->skipped = 0;
	r->out->failed++;
	int ret = builder_erase(r->b, line->name, e);
	return ret < 0 || !last ? ret : take_over(r, last, line, e);
}

static int read_feed(struct run *r, const struct feed *f, struct fetched *got,
                     struct ingest_feed *line, struct error *e)
{
	struct reading in = { .run = r,
		              .feed = f,
		              .source = &got->source,
		              .line = line,
		              .scratch = ARENA(RECORD_ARENA_BYTES) };
	int ret = r->o->in_process ? read_here(&in, got->fd, e) : read_jailed(&in, got->fd, e);
	arena_done(&in.scratch);
	settle_date(&in);
	if (ret == 0 && !got->source.records)
		ret = line->why.n ? error_set(e, ERR_FORMAT, "%.*s", STR_FMT(line->why))
		                  : error_set(e, ERR_FORMAT, "no records in it");
	line->records = got->source.records;
	line->skipped = got->source.skipped;
	return ret;
}

/* From the threads that are ahead, or at once */
static int fetch(struct run *r, const struct feeds *feeds, size_t i,
                 const struct shelf_source *last, struct fetched *got, struct error *e)
{
	const struct feed *f = &feeds->list.v[i];
	size_t at = 0; /* among those of a network */
	if (!f->remote)
		return feed_fetch(f, last, NULL, r->folder, r->a, got, e);
	for (size_t k = 0; k < i; k++)
		at += feeds->list.v[k].remote;
	return fetcher_take(r->ahead, at, got, e);
}

static int do_feed(struct run *r, const struct feeds *feeds, size_t i, struct error *e)
{
	const struct feed *f = &feeds->list.v[i];
	struct fetched got = { .fd = -1 };
	struct error why = { 0 };
	const struct shelf_source *last = fetcher_last(&r->last, f->name);
	struct ingest_feed *line = vec_push(r->a, &r->out->feeds);
	if (!line)
		return error_set(e, ERR_LIMIT, "too many feeds");
	line->name = f->name;
	tell(r, f->name, f->remote ? "fetching" : "reading", 0);
	int ret = fetch(r, feeds, i, last, &got, &why);
	if (ret < 0)
		return feed_failed(r, last, line, &why, e);
	if (got.missing && !last) {
		line->state = INGEST_MISSING;
		return 0;
	}
	if (got.missing) {
		error_set(&why, ERR_NOTFOUND, "the mirror no longer has it");
		return feed_failed(r, last, line, &why, e);
	}
	if (got.unchanged) {
		line->state = INGEST_UNCHANGED;
		return take_over(r, last, line, e);
	}
	ret = read_feed(r, f, &got, line, &why);
	close(got.fd);
	if (r->broken) {
		*e = why;
		return ret;
	}
	if (ret < 0)
		return feed_failed(r, last, line, &why, e);
	r->changed = true;
	return builder_put_source(r->b, &got.source, e);
}

static void note_dropped(struct run *r, const struct feeds *feeds)
{
	for (size_t i = 0; i < r->last.list.n; i++) {
		bool listed = false;
		for (size_t k = 0; k < feeds->list.n && !listed; k++)
			listed = str_eq(feeds->list.v[k].name, r->last.list.v[i].name);
		if (listed)
			continue;
		r->changed = true;
		vec_add(r->a, &r->out->feeds,
		        ((struct ingest_feed){ .name = r->last.list.v[i].name,
		                               .state = INGEST_DROPPED }));
	}
}

/* The last generation, where there is one that can be read */
static int open_old(struct run *r, struct error *e)
{
	struct error why = { 0 };
	struct lmdb_txn *t cleanup(lmdb_abort_p) = NULL;
	struct shelf_head head;
	if (lmdb_open(r->o->db_path, &r->old, &why) < 0)
		return 0; /* none, or damaged: a new one takes its place */
	int ret = lmdb_begin(r->old, false, &t, e);
	if (ret < 0)
		return ret;
	if (shelf_read_head(t, r->a, &head, &why) < 0 ||
	    shelf_read_sources(t, r->a, &r->last, &why) < 0) {
		lmdb_abort(take(t));
		lmdb_close(take(r->old));
		r->last = (struct shelf_sources){ 0 };
		return 0;
	}
	r->last_head = head;
	r->out->records = head.records;
	r->out->packages = head.packages;
	r->out->bytes = lmdb_bytes(r->old);
	return 0;
}

static void sum_up(struct run *r, struct shelf_head *head, const struct shelf_sources *now)
{
	int64_t date, newest = INT64_MIN;
	bool told = true; /* only servers have said how old it is */
	for (size_t i = 0; i < now->list.n; i++) {
		const struct shelf_source *s = &now->list.v[i];
		bool servers = is_servers_date(s);
		if (shelf_is_facts(s->name)) /* daily, whatever became of the advisories */
			continue;
		head->records += s->records;
		if (!time_parse(s->date, &date) || (servers && !told))
			continue;
		if (date > newest || (told && !servers)) {
			newest = date;
			head->data_date = s->date;
			told = servers;
		}
	}
	r->out->records = head->records;
	r->out->generation = head->generation;
}

static int finish(struct run *r, struct error *e)
{
	struct shelf_head head = { .schema = RECORD_SCHEMA,
		                   .generation = r->last_head.generation + 1 };
	struct shelf_sources now = { 0 };
	int ret = 0;
	if (r->over.n && r->old)
		ret = builder_take_over(r->b, r->old, r->over.v, r->over.n, e);
	ret = ret < 0 ? ret : builder_sources(r->b, r->a, &now, e);
	if (ret < 0)
		return ret;
	sum_up(r, &head, &now);
	if (!head.records)
		return error_set(e, ERR_NODATA, "no feed gave any advisory");
	struct arena a cleanup(arena_done) = ARENA(CHANGES_BYTES);
	struct changes changes;
	ret = builder_finish(r->b, r->old, r->old ? &r->last_head : NULL, &a, &head, &changes, e);
	r->out->changed_packages = changes.packages;
	r->out->changed_advisories = changes.advisories;
	r->out->packages = head.packages;
	r->out->whole = head.whole;
	r->out->installed = true;
	return ret < 0 ? ret : builder_install(r->b, r->o->db_path, &r->out->bytes, e);
}

static int do_feeds(struct run *r, const struct feeds *feeds, struct error *e)
{
	char building[4096];
	snprintf(building, sizeof building, "%s.building", r->o->db_path);
	int ret = builder_open(building, &r->b, e);
	for (size_t i = 0; ret == 0 && i < feeds->list.n; i++)
		ret = do_feed(r, feeds, i, e);
	if (ret < 0)
		return ret;
	note_dropped(r, feeds);
	if (!r->changed && r->old) {
		r->out->generation = r->last_head.generation;
		return 0;
	}
	return finish(r, e);
}

static int open_network(struct run *r, const struct feeds *feeds, struct error *e)
{
	const struct ingest_options *o = r->o;
	for (size_t i = 0; i < feeds->list.n; i++)
		if (feeds->list.v[i].remote)
			vec_add(r->a, &r->remote.list, feeds->list.v[i]);
	if (!r->remote.list.n)
		return 0;
	struct client_options net = { .insecure = o->insecure,
		                      .ca_file = o->ca_file,
		                      .plain_http = o->from &&
		                                    str_starts(str_c(o->from), STR("http://")) };
	int ret = client_new(&net, &r->net, e);
	if (ret == 0)
		r->ahead = fetcher_new(&r->remote, &r->last, r->net, r->folder);
	return ret;
}

int ingest_run(const struct ingest_options *o, struct arena *a, struct ingest_summary *out,
               struct error *e)
{
	str folder = str_dir(str_c(o->db_path));
	struct run r = { .o = o,
		         .a = a,
		         .out = out,
		         .now = time_now(),
		         .folder = folder.n ? arena_str(a, folder).p : "." };
	struct feeds feeds = { 0 };
	autoclose int held = -1;
	*out = (struct ingest_summary){ 0 };
	int ret = o->own_only ? 0 : feed_list(o->from, a, &feeds, e);
	if (ret == 0 && o->redhat && !o->from && !o->own_only)
		feed_add_redhat(a, &feeds);
	if (ret == 0 && o->own)
		ret = feed_add_own(o->own, a, &feeds, e);
	ret = ret < 0 ? ret : builder_lock(o->db_path, &held, e);
	ret = ret < 0 ? ret : open_old(&r, e);
	ret = ret < 0 ? ret : open_network(&r, &feeds, e);
	if (ret == 0 && (ret = do_feeds(&r, &feeds, e)) < 0)
		error_in(e, "the new database beside %s", o->db_path);
	fetcher_free(r.ahead);
	builder_free(r.b);
	client_free(r.net);
	lmdb_close(r.old);
	if (ret == 0 && a->failed)
		return error_set(e, ERR_LIMIT, "too many feeds");
	return ret;
}
