#include "scan/tabletask.h"
#include "base/cursor.h"
#include "format/members.h"
#include "oci/toc.h"

struct table_wish {
	struct wanted_list wanted;
	char clean[2 * PATH_BYTES_MAX];
};

/* As the walk will ask: a file that it reads has its content. */
static bool table_wants(void *ctx, str path, unsigned mode)
{
	struct table_wish *w = ctx;
	str clean = members_clean_path(path, w->clean);

	return clean.n && !str_starts(str_base(clean), STR(".wh.")) && path.n <= PATH_BYTES_MAX &&
	       walk_wants(w->wanted, clean, mode);
}

static void write_table(struct task *task, const struct toc *t)
{
	struct sink *out = task->out;

	for (size_t i = 0; i < t->entries.n; i++) {
		const struct toc_entry *x = &t->entries.v[i];
		buf_u32(&out->bytes, 1);
		buf_u32(&out->bytes, (uint32_t)x->type | (x->wanted ? 256u : 0));
		buf_u32(&out->bytes, x->mode);
		buf_str(&out->bytes, x->path);
		buf_str(&out->bytes, x->link);
		buf_u64(&out->bytes, x->size_bytes);
		buf_u32(&out->bytes, (uint32_t)x->chunks);
		for (size_t k = 0; k < x->chunks; k++) {
			const struct toc_chunk *c = &t->chunks.v[x->first + k];
			buf_u64(&out->bytes, c->from);
			buf_u64(&out->bytes, c->to);
			task_put_digest(task, &c->digest, c->size_bytes);
		}
		sink_settle(out);
	}
}

int tabletask_table(struct task *t, struct stream *in, struct error *e)
{
	struct arena found cleanup(arena_done) = ARENA(MIB(WORKER_ARENA_MIB));
	struct table_wish wish = { .wanted = t->wanted };
	struct toc toc = { .arena = &found };
	struct error why = { 0 };
	unsigned char end[8];
	ssize_t got = stream_read_full(in, end, sizeof end, e);
	struct cursor c = CURSOR("request", end, got > 0 ? (size_t)got : 0);
	int r;

	if (got < 0)
		return (int)got;
	r = toc_read(in, cur_le64(&c), table_wants, &wish, &toc, &why);
	if (r >= 0)
		write_table(t, &toc);
	task_put_end(t, r, &why);
	return 0;
}

/* One piece, of which `take` inflated bytes are wanted */
static int inflate_piece(struct stream *piece, uint64_t wanted, struct sink *out, struct error *e)
{
	struct stream *plain cleanup(stream_cleanup) =
	        stream_inflate(stream_borrow(piece), WORKER_INFLATED_MAX);
	uint64_t left = wanted;
	ssize_t got = 0;

	while (left) {
		char *p = buf_room(&out->bytes, KIB(64));
		got = p ? stream_read(plain, p, (size_t)MIN(left, (uint64_t)KIB(64)), e)
		        : error_set(e, ERR_LIMIT, "no room");
		if (got <= 0)
			break;
		buf_grown(&out->bytes, (size_t)got);
		left -= (uint64_t)got;
		sink_settle(out);
	}
	if (got >= 0 && left && wanted != INFLATE_ALL)
		return error_set(e, ERR_FORMAT, "a piece is shorter than promised");
	return got < 0 ? (int)got : stream_drain(piece, e);
}

int tabletask_pieces(struct task *t, struct stream *in, struct error *e)
{
	unsigned char head[16];
	ssize_t got = 0;
	int r = 0;

	while (r >= 0 && (got = stream_read_full(in, head, sizeof head, e)) == sizeof head) {
		struct cursor c = CURSOR("piece", head, sizeof head);
		struct stream *piece = stream_part(in, cur_le64(&c));
		r = inflate_piece(piece, cur_le64(&c), t->out, e);
		stream_free(piece);
	}
	if (r >= 0 && got)
		r = got < 0 ? (int)got : error_set(e, ERR_FORMAT, "half a piece");
	return r;
}
