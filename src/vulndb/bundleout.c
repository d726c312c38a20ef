/* Export: the payload goes into a spool first, as the manifest in front of it names its digests. */
#include "stream/stream.h"
#include "sys/proc.h"
#include "vulndb/bundle.h"
#include "vulndb/lmdb.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

struct exporting {
	const struct bundle_export *o;
	struct arena *a;
	struct lmdb_txn *t;
	struct pack_stream *pack;
	struct buf block, packed;
	int spool;
	struct bundle_head head;
	uint64_t rows;
};

static int write_out(int fd, str bytes, struct error *e)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, errno, "write the bundle");
		bytes = str_from(bytes, (size_t)n);
	}
	return 0;
}

/* Full parts of what is packed go out; all of it at the end. */
static int flush_parts(struct exporting *x, bool last, struct error *e)
{
	str rest = buf_view(&x->packed);
	int r = 0;
	while (r == 0 && (rest.n >= BUNDLE_PART_BYTES || (last && rest.n))) {
		str part = str_upto(rest, BUNDLE_PART_BYTES);
		if (x->head.parts.n >= BUNDLE_PARTS_MAX ||
		    !vec_add(x->a, &x->head.parts, digest_of(part)))
			return error_set(e, ERR_LIMIT, "larger than %d parts", BUNDLE_PARTS_MAX);
		x->head.bytes += part.n;
		r = write_out(x->spool, part, e);
		rest = str_from(rest, part.n);
	}
	if (rest.n)
		memmove(x->packed.p, rest.p, rest.n);
	x->packed.n = rest.n;
	return r;
}

static int flush_block(struct exporting *x, bool last, struct error *e)
{
	char n[4];
	int r = 0;
	for (int i = 0; i < 4; i++)
		n[i] = (char)(x->block.n >> 8 * i);
	if (x->block.failed || x->block.n > BUNDLE_BLOCK_MAX)
		return error_set(e, ERR_LIMIT, "a row larger than %d bytes", BUNDLE_BLOCK_MAX);
	x->head.inflated_bytes += 4 + x->block.n;
	r = pack_stream_add(x->pack, str_mem(n, 4), false, &x->packed, e);
	r = r < 0 ? r : pack_stream_add(x->pack, buf_view(&x->block), last, &x->packed, e);
	buf_clear(&x->block);
	return r < 0 ? r : flush_parts(x, last, e);
}

static int put_row(struct exporting *x, enum lmdb_table table, str key, str value, struct error *e)
{
	buf_u8(&x->block, (uint8_t)table);
	record_put_str(&x->block, key);
	record_put_str(&x->block, value);
	x->rows++;
	return x->block.failed || x->block.n >= BUNDLE_BLOCK_BYTES ? flush_block(x, false, e) : 0;
}

static int put_rows(struct exporting *x, enum lmdb_table table, str prefix, struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value;
	int r = lmdb_walk(x->t, table, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, prefix, &key, &value, e);
	     r == 1 && str_starts(key, prefix); r = r < 0 ? r : lmdb_next(w, &key, &value, e))
		if (put_row(x, table, key, value, e) < 0)
			r = e->code;
	return r < 0 ? r : 0;
}

/* The names of what changed behind the base, ascending */
static int put_changes(struct exporting *x, struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	str key, value;
	int r = lmdb_walk(x->t, TABLE_DELTA, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, e); r == 1;
	     r = r < 0 ? r : lmdb_next(w, &key, &value, e)) {
		struct cursor c = CURSOR("delta", value.p, value.n);
		if (cur_uleb(&c) > x->head.base_generation &&
		    put_row(x, TABLE_DELTA, key, (str){ 0 }, e) < 0)
			r = e->code;
	}
	return r;
}

static int put_changed_rows(struct exporting *x, struct error *e)
{
	struct lmdb_walk *w cleanup(lmdb_walk_cleanup) = NULL;
	char prefix[LMDB_KEY_BYTES + 1];
	str key, value;
	int r = lmdb_walk(x->t, TABLE_DELTA, &w, e);
	for (r = r < 0 ? r : lmdb_seek(w, (str){ 0 }, &key, &value, e); r == 1;
	     r = r < 0 ? r : lmdb_next(w, &key, &value, e)) {
		struct cursor c = CURSOR("delta", value.p, value.n);
		if (cur_uleb(&c) <= x->head.base_generation || key.n < 2)
			continue;
		memcpy(prefix, key.p + 1, key.n - 1);
		prefix[key.n - 1] = 0;
		if (put_rows(x, key.p[0] == 'p' ? TABLE_PACKAGES : TABLE_ADVISORIES,
		             str_mem(prefix, key.n), e) < 0)
			r = e->code;
	}
	return r;
}

static int put_all(struct exporting *x, struct error *e)
{
	int r = x->head.base_generation ? put_changes(x, e) : 0;
	r = r < 0 ? r : put_rows(x, TABLE_META, STR("source\0"), e);
	if (x->head.base_generation) {
		r = r < 0 ? r : put_changed_rows(x, e);
	} else {
		r = r < 0 ? r : put_rows(x, TABLE_PACKAGES, (str){ 0 }, e);
		r = r < 0 ? r : put_rows(x, TABLE_ADVISORIES, (str){ 0 }, e);
	}
	r = r < 0 ? r : put_rows(x, TABLE_FACTS, (str){ 0 }, e);
	if (r == 0 && x->block.n)
		r = flush_block(x, false, e);
	return r < 0 ? r : flush_block(x, true, e); /* the empty one */
}

static int read_head(struct exporting *x, struct error *e)
{
	struct shelf_head h;
	int r = shelf_read_head(x->t, x->a, &h, e);
	if (r < 0)
		return r;
	x->head = (struct bundle_head){ .schema = h.schema,
		                        .generation = h.generation,
		                        .lineage = h.lineage,
		                        .state = h.state,
		                        .data_date = h.data_date,
		                        .base_generation = x->o->since,
		                        .part_bytes = BUNDLE_PART_BYTES };
	for (size_t i = 0; i < h.history.n; i++)
		if (x->o->since && h.history.v[i].generation == x->o->since)
			x->head.base_state = h.history.v[i].state;
	if (!x->o->since || x->head.base_state.n)
		return 0;
	if (!h.history.n)
		return error_set(e, ERR_NOTFOUND,
		                 "what changed before generation %llu is not known: "
		                 "export it whole",
		                 (unsigned long long)h.generation);
	return error_set(e, ERR_NOTFOUND,
	                 "what changed since generation %llu is not known, only since "
	                 "%llu to %llu: export it whole",
	                 (unsigned long long)x->o->since,
	                 (unsigned long long)h.history.v[0].generation,
	                 (unsigned long long)h.history.v[h.history.n - 1].generation);
}

static int put_signed(struct exporting *x, int fd, struct error *e)
{
	struct buf b cleanup(buf_done) = BUF(BUNDLE_MANIFEST_BYTES + 4096);
	uint8_t tail[BUNDLE_TAIL_BYTES] = { 0 }, signature[SIGNATURE_BYTES] = { 0 };
	bundle_put_head(&b, &x->head);
	if (x->o->key) {
		tail[0] = 1;
		signing_key_id(x->o->key, tail + 1);
	}
	buf_add(&b, str_mem(tail, sizeof tail));
	if (b.failed)
		return error_set(e, ERR_LIMIT, "too many parts");
	int r = x->o->key ? signature_make(x->o->key, buf_view(&b), signature, e) : 0;
	r = r < 0 ? r : write_out(fd, buf_view(&b), e);
	return r < 0 ? r : write_out(fd, str_mem(signature, sizeof signature), e);
}

static int copy_spool(struct exporting *x, int fd, struct error *e)
{
	struct stream *s = stream_fd(x->spool, false);
	autofree char *room = malloc(BUNDLE_PART_BYTES);
	ssize_t n = 0;
	int r = lseek(x->spool, 0, SEEK_SET) < 0 ? error_errno(e, errno, "a spool file") : 0;
	while (r == 0 && room && (n = stream_read(s, room, BUNDLE_PART_BYTES, e)) > 0)
		r = write_out(fd, str_mem(room, (size_t)n), e);
	stream_free(s);
	return r < 0 ? r : (int)n;
}

static int install(struct exporting *x, uint64_t *bytes, struct error *e)
{
	char fresh[4096];
	struct stat st = { 0 };
	snprintf(fresh, sizeof fresh, "%s.new", x->o->file);
	autoclose int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(e, errno, "%s", fresh);
	int r = put_signed(x, fd, e);
	r = r < 0 ? r : copy_spool(x, fd, e);
	if (r == 0 && (fsync(fd) < 0 || fstat(fd, &st) < 0 || rename(fresh, x->o->file) < 0))
		r = error_errno(e, errno, "%s", fresh);
	if (r < 0)
		unlink(fresh);
	*bytes = (uint64_t)st.st_size;
	return r;
}

int bundle_export(const struct bundle_export *o, struct arena *a, struct bundle_summary *out,
                  struct error *e)
{
	struct lmdb *db = NULL;
	struct exporting x = { .o = o,
		               .a = a,
		               .pack = pack_stream_new(),
		               .block = BUF(BUNDLE_BLOCK_MAX),
		               .packed = BUF(2 * (size_t)BUNDLE_BLOCK_MAX),
		               .spool = -1 };
	str folder = str_dir(str_c(o->file));
	*out = (struct bundle_summary){ 0 };
	int r = lmdb_open(o->db_path, &db, e);
	if (r == ERR_NOTFOUND)
		r = error_set(e, ERR_NODATA, "no advisory database at %s", o->db_path);
	r = r < 0 ? r : lmdb_begin(db, false, &x.t, e);
	r = r < 0 ? r : read_head(&x, e);
	r = r < 0 ? r : proc_spool_file(folder.n ? arena_str(a, folder).p : ".", &x.spool, e);
	r = r < 0 ? r : put_all(&x, e);
	r = r < 0 ? r : install(&x, &out->bytes, e);
	out->generation = x.head.generation;
	out->since = o->since;
	out->rows = x.rows;
	out->data_date = x.head.data_date;
	if (x.spool >= 0)
		close(x.spool);
	buf_done(&x.block);
	buf_done(&x.packed);
	pack_stream_free(x.pack);
	lmdb_abort(x.t);
	lmdb_close(db);
	return r;
}
