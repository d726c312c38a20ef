#include "scan/layertask.h"
#include "format/members.h"

enum { SNIFF_BYTES = 512 };

/* One layer's bytes, as they are stored (taken over), walked and written */
static void read_layer(struct task *t, struct stream *stored)
{
	struct arena found cleanup(arena_done) = ARENA(MIB(WORKER_ARENA_MIB));
	struct layer_result r = { .arena = &found };

	walk_layer(stream_inflate(stored, WORKER_INFLATED_MAX), t->wanted, t->spool, &r);
	layer_result_write(&r, t->out);
	layer_result_done(&r);
}

int layertask_layer(struct task *t, struct stream *in, struct error *e)
{
	read_layer(t, stream_borrow(in));
	return stream_drain(in, e); /* one that broke off early: the parent is still writing */
}

struct archive_walk {
	struct task *task;
	size_t json_bytes;
	char clean[PATH_BYTES_MAX];
};

enum content { OTHER, JSON, LAYER };

static bool is_tar_header(str head)
{
	unsigned sum = 0, want = 0;

	if (head.n < 512)
		return false;
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head.p[i];
	if (sum == 8 * ' ')
		return true; /* zeros: an empty layer */
	for (size_t i = 148; i < 156; i++)
		if (head.p[i] >= '0' && head.p[i] <= '7')
			want = want * 8 + (unsigned)(head.p[i] - '0');
	return sum == want;
}

static enum content content_of(str path, str head)
{
	str text = str_trim(head);

	if (str_starts(head, STR("\x1f\x8b")) || str_starts(head, STR("\x28\xb5\x2f\xfd")) ||
	    is_tar_header(head))
		return LAYER;
	if (text.n && (text.p[0] == '{' ||
	               text.p[0] == '[')) /* after the tar, whose first file may be "[id].js" */
		return JSON;
	/* `docker save` of an empty layer may be shorter than a block */
	return str_eq(str_base(path), STR("layer.tar")) ? LAYER : OTHER;
}

static void put_member(struct sink *out, str path, str link)
{
	buf_u32(&out->bytes, 1);
	buf_str(&out->bytes, path);
	buf_str(&out->bytes, link);
}

static int read_json(struct archive_walk *w, str head, struct stream *rest, struct buf *json,
                     struct error *e)
{
	ssize_t got;

	buf_add(json, head);
	do {
		char *p = buf_room(json, 1 << 14);
		if (!p || w->json_bytes + json->n > MIB(ARCHIVE_JSON_TOTAL_MIB))
			return error_set(e, ERR_LIMIT, "JSON documents of more than %d MiB",
			                 ARCHIVE_JSON_TOTAL_MIB);
		got = stream_read(rest, p, 1 << 14, e);
		if (got > 0)
			buf_grown(json, (size_t)got);
	} while (got > 0);
	w->json_bytes += json->n;
	return (int)got;
}

/* A regular member: path, link, then kind, JSON or layer result, then digest and size (which are
 * known only when its bytes have passed). */
static int read_member(struct archive_walk *w, str path, struct stream *content, struct error *e)
{
	struct digest digest = { { 0 } };
	struct stream *sum cleanup(stream_cleanup) = stream_digest(stream_borrow(content), &digest);
	struct buf json cleanup(buf_done) = BUF(MIB(ARCHIVE_JSON_MIB) + (1 << 15));
	char first[SNIFF_BYTES];
	ssize_t got = stream_read_full(sum, first, sizeof first, e);
	str head = str_mem(first, got > 0 ? (size_t)got : 0);
	enum content kind = content_of(path, head);
	int r = (int)MIN(got, 0);

	put_member(w->task->out, path, (str){ 0 });
	buf_u32(&w->task->out->bytes, (uint32_t)(r < 0 ? OTHER : kind));
	if (r >= 0 && kind == JSON) {
		r = read_json(w, head, sum, &json, e);
		buf_str(&w->task->out->bytes, buf_view(&json));
	} else if (r >= 0 && kind == LAYER) {
		read_layer(w->task, stream_prefixed(head, stream_borrow(sum)));
	}
	if (r >= 0)
		r = stream_drain(sum, e);
	task_put_digest(w->task, &digest, sum->at);
	sink_settle(w->task->out);
	return r;
}

static int walk_archive(struct archive_walk *w, struct members *tar, struct error *e)
{
	struct member m;
	char link[PATH_BYTES_MAX];
	unsigned count = 0;
	int r;

	while ((r = members_next(tar, &m, e)) > 0) {
		if (++count > ARCHIVE_MEMBERS_MAX)
			return error_set(e, ERR_LIMIT, "more than %d members", ARCHIVE_MEMBERS_MAX);
		if (m.path.n > PATH_BYTES_MAX || m.link.n > PATH_BYTES_MAX)
			continue;
		str path = members_clean_path(m.path, w->clean);
		if (m.type == MEMBER_FILE) {
			r = read_member(w, path, members_stream(tar), e);
			if (r < 0)
				return error_in(e, "%.*s", STR_FMT(str_upto(path, 300)));
		} else if (m.type == MEMBER_SYMLINK || m.type == MEMBER_HARDLINK) {
			/* a hard link's target is a path of the archive, a symbolic one's stands as
			 * it is */
			put_member(w->task->out, path,
			           m.type == MEMBER_SYMLINK ? m.link
			                                    : members_clean_path(m.link, link));
			buf_u32(&w->task->out->bytes, OTHER);
			task_put_digest(w->task, &(struct digest){ { 0 } }, 0);
		}
	}
	return r;
}

int layertask_archive(struct task *t, struct stream *in, struct error *e)
{
	struct archive_walk w = { .task = t };
	struct members *tar = NULL;
	struct error why = { 0 };
	int r = members_open_tar(stream_inflate(stream_borrow(in), WORKER_INFLATED_MAX), &tar,
	                         &why);

	(void)e; /* what is wrong with the archive is part of the answer */
	if (r >= 0)
		r = walk_archive(&w, tar, &why);
	members_free(tar);
	task_put_end(t, r, &why);
	return 0;
}
