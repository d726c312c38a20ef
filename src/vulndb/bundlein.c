/* Import: into a new database beside the old one, which takes its place when all of it is right. */
#include "base/time.h"
#include "stream/stream.h"
#include "sys/proc.h"
#include "vulndb/builder.h"
#include "vulndb/bundle.h"
#include "vulndb/bundleworker.h"
#include "vulndb/feedpipe.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

enum { READER_WAIT_S = 1200 };

struct importing {
	const struct bundle_import *o;
	struct arena *a;
	struct bundle_head head;
	struct lmdb *old; /* NULL: none */
	struct shelf_head last;
	struct builder *b;
	VEC(str) changed; /* a delta's, ascending */
	bool copied;      /* the rest of the old rows is in */
	uint64_t rows, sources;
};

static int open_old(struct importing *m, struct error *e)
{
	struct error why = { 0 };
	struct lmdb_txn *t cleanup(lmdb_abort_p) = NULL;
	if (lmdb_open(m->o->db_path, &m->old, &why) < 0)
		return 0; /* none, or damaged: a whole bundle takes its place */
	int r = lmdb_begin(m->old, false, &t, e);
	if (r == 0 && shelf_read_head(t, m->a, &m->last, &why) < 0) {
		lmdb_abort(take(t));
		lmdb_close(take(m->old));
	}
	return r;
}

static bool is_older(str date, str than)
{
	int64_t a, b;
	return time_parse(date, &a) && time_parse(than, &b) && a < b;
}

/* 1: it is what is there already */
static int judge(const struct importing *m, struct error *e)
{
	const struct bundle_head *h = &m->head;
	unsigned long long generation = h->generation, last = m->last.generation;
	if (h->schema != RECORD_SCHEMA)
		return error_set(e, ERR_UNSUPPORTED,
		                 "the bundle has schema %llu, this program reads %d",
		                 (unsigned long long)h->schema, RECORD_SCHEMA);
	bool line = m->old && str_eq(h->lineage, m->last.lineage);
	if (line && h->generation == m->last.generation && str_eq(h->state, m->last.state))
		return 1;
	if (line && h->generation <= m->last.generation)
		return error_set(e, ERR_DENIED,
		                 "a roll-back: the bundle is generation %llu, the database %llu",
		                 generation, last);
	if (m->old && is_older(h->data_date, m->last.data_date))
		return error_set(
		        e, ERR_DENIED,
		        "a roll-back: the bundle's data are of %.*s, the database's of %.*s",
		        STR_FMT(h->data_date), STR_FMT(m->last.data_date));
	if (h->base_generation && (!line || h->base_generation != m->last.generation ||
	                           !str_eq(h->base_state, m->last.state)))
		return error_set(e, ERR_DENIED,
		                 "a delta onto generation %llu, and the database is %s%llu",
		                 (unsigned long long)h->base_generation,
		                 line ? "" : "of another line, generation ", last);
	return 0;
}

static int order_keys(const void *x, const void *y)
{
	return str_cmp(*(const str *)x, *(const str *)y);
}

static bool is_changed(const struct importing *m, enum lmdb_table table, str key)
{
	char name[LMDB_KEY_BYTES];
	str change = shelf_change_of(table, key, name);
	return m->changed.n &&
	       bsearch(&change, m->changed.v, m->changed.n, sizeof *m->changed.v, order_keys);
}

static int copy_table(struct importing *m, struct lmdb_txn *from, enum lmdb_table table,
                      struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value;
	int r = lmdb_walk(from, table, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, e); r == 1;
	     r = r < 0 ? r : lmdb_next(w, &key, &value, e))
		if (!is_changed(m, table, key) && builder_put_row(m->b, table, key, value, e) < 0)
			r = e->code;
	return r;
}

/* What a delta does not name stays as it was. Facts and sources come whole. */
static int copy_rest(struct importing *m, struct error *e)
{
	struct lmdb_txn *from cleanup(lmdb_abort_p) = NULL;
	m->copied = true;
	if (!m->head.base_generation)
		return 0;
	int r = lmdb_begin(m->old, false, &from, e);
	r = r < 0 ? r : copy_table(m, from, TABLE_PACKAGES, e);
	return r < 0 ? r : copy_table(m, from, TABLE_ADVISORIES, e);
}

static int take_change(struct importing *m, str key, struct error *e)
{
	if (m->copied || !m->head.base_generation || m->changed.n >= CHANGES_MAX ||
	    (m->changed.n && str_cmp(m->changed.v[m->changed.n - 1], key) >= 0) ||
	    !vec_add(m->a, &m->changed, arena_str(m->a, key)))
		return error_set(e, ERR_FORMAT, "a misplaced change");
	return 0;
}

static int take_row(struct importing *m, struct cursor *c, struct error *e)
{
	unsigned table = cur_u8(c);
	str key = record_get_str(c), value = record_get_str(c);
	if (cur_bad(c) || table >= TABLE_COUNT)
		return cur_error(c, e, "a damaged row");
	m->rows++;
	if (table == TABLE_DELTA)
		return take_change(m, key, e);
	int r = m->copied ? 0 : copy_rest(m, e);
	if (r == 0 && m->head.base_generation &&
	    (table == TABLE_PACKAGES || table == TABLE_ADVISORIES) &&
	    !is_changed(m, (enum lmdb_table)table, key))
		r = error_set(e, ERR_FORMAT, "a row that no change names");
	return r < 0 ? r : builder_put_row(m->b, (enum lmdb_table)table, key, value, e);
}

static int take_blocks(struct importing *m, struct stream *s, struct error *e)
{
	struct buf block cleanup(buf_done) = BUF(BUNDLE_BLOCK_MAX);
	int r;
	while ((r = bundle_next_block(s, &block, e)) == 1) {
		struct cursor c = CURSOR("bundle", block.p, block.n);
		while (r == 1 && cur_left(&c))
			r = take_row(m, &c, e) < 0 ? e->code : 1;
		if (r < 0)
			return r;
	}
	r = r < 0 || m->copied ? r : copy_rest(m, e);
	return r < 0 ? r : stream_drain(s, e); /* the parts behind are looked at too */
}

static int take_here(struct importing *m, int fd, struct error *e)
{
	struct stream *s cleanup(stream_cleanup) =
	        stream_inflate(bundle_payload(fd, &m->head), m->head.inflated_bytes);
	return take_blocks(m, s, e);
}

static int take_jailed(struct importing *m, int fd, struct error *e)
{
	struct proc p = { .in = -1, .out = -1 };
	int r = bundleworker_start(fd, &m->head, &p, e);
	if (r == 0) {
		struct stream *s cleanup(stream_cleanup) = feedpipe_open(p.out, READER_WAIT_S);
		r = take_blocks(m, s, e);
	}
	if (r == 0 && !proc_ends(&p))
		r = error_set(e, ERR_CRASH, "the reader went on behind its end");
	if (r == 0)
		return proc_end(&p, e);
	proc_kill(&p);
	return r;
}

static int sum_up(struct importing *m, struct shelf_head *head, struct error *e)
{
	struct shelf_sources now = { 0 };
	int r = builder_sources(m->b, m->a, &now, e);
	for (size_t i = 0; i < now.list.n; i++)
		if (!shelf_is_facts(now.list.v[i].name))
			head->records += now.list.v[i].records;
	if (r == 0 && !head->records)
		r = error_set(e, ERR_NODATA, "no advisories in it");
	return r;
}

static int install(struct importing *m, uint64_t *bytes, struct error *e)
{
	struct shelf_head head = { .schema = RECORD_SCHEMA,
		                   .generation = m->head.generation,
		                   .lineage = m->head.lineage,
		                   .data_date = m->head.data_date };
	struct arena a cleanup(arena_done) = ARENA(CHANGES_BYTES);
	struct changes changes;
	int r = sum_up(m, &head, e);
	r = r < 0 ? r
	          : builder_finish(m->b, m->old, m->old ? &m->last : NULL, &a, &head, &changes, e);
	if (r == 0 && !str_eq(head.state, m->head.state))
		r = error_set(e, ERR_FORMAT, "its rows do not make the state that it names");
	return r < 0 ? r : builder_install(m->b, m->o->db_path, bytes, e);
}

static int build(struct importing *m, int fd, uint64_t *bytes, struct error *e)
{
	char building[4096];
	snprintf(building, sizeof building, "%s.building", m->o->db_path);
	int r = builder_open(building, &m->b, e);
	if (r < 0)
		return r;
	r = m->o->in_process ? take_here(m, fd, e) : take_jailed(m, fd, e);
	return r < 0 ? r : install(m, bytes, e);
}

int bundle_import(const struct bundle_import *o, struct arena *a, struct bundle_summary *out,
                  struct error *e)
{
	struct importing m = { .o = o, .a = a };
	autoclose int held = -1, fd = open(o->file, O_RDONLY | O_CLOEXEC);
	*out = (struct bundle_summary){ 0 };
	if (fd < 0)
		return error_errno(e, errno, "%s", o->file);
	int r = bundle_get_head(fd, o->trust, a, &m.head, e);
	r = r < 0 ? r : builder_lock(o->db_path, &held, e);
	r = r < 0 ? r : open_old(&m, e);
	if (r == 0 && (r = judge(&m, e)) == 0)
		r = build(&m, fd, &out->bytes, e);
	else
		out->nothing_new = r == 1;
	if (r < 0)
		error_in(e, "%s", o->file);
	builder_free(m.b);
	lmdb_close(m.old);
	out->generation = m.head.generation;
	out->since = m.head.base_generation;
	out->data_date = m.head.data_date;
	out->rows = m.rows;
	return r < 0 ? r : 0;
}
