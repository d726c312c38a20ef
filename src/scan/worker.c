#include "scan/worker.h"
#include "base/cursor.h"
#include "format/members.h"
#include "inventory/sbom.h"
#include "oci/toc.h"
#include "policy/vexread.h"
#include "policy/vexwire.h"
#include "sys/jail.h"
#include <fcntl.h>

enum { SPOOL_FD = 3, REQUEST_BYTES_MAX = 1 << 22, SNIFF_BYTES = 512 };

void worker_request_write(struct buf *to, struct wanted_list wanted)
{
	struct buf body cleanup(buf_done) = BUF(REQUEST_BYTES_MAX);

	buf_u32(&body, (uint32_t)wanted.n);
	for (size_t i = 0; i < wanted.n; i++) {
		buf_str(&body, wanted.v[i].path);
		buf_str(&body, wanted.v[i].detector);
	}
	buf_str(to, buf_view(&body));
	to->failed |= body.failed;
}

/* The request in front of the bytes; its strings live in `a` */
static int read_request(struct stream *in, struct arena *a, struct wanted_list *out,
                        struct error *e)
{
	struct cursor c;
	unsigned char length[4];
	ssize_t got = stream_read_full(in, length, sizeof length, e);
	size_t n;
	char *body;
	struct wanted *v;

	if (got < 0)
		return (int)got;
	c = CURSOR("request", length, (size_t)got);
	n = cur_le32(&c);
	if (cur_bad(&c) || n > REQUEST_BYTES_MAX)
		return error_set(e, ERR_FORMAT, "no request");
	body = arena_alloc(a, n);
	got = body ? stream_read_full(in, body, n, e) : 0;
	c = CURSOR("request", body, got > 0 ? (size_t)got : 0);
	n = cur_le32(&c);
	if (cur_bad(&c) || n > cur_left(&c))
		return error_set(e, ERR_FORMAT, "no request");
	v = arena_many(a, n, struct wanted);
	for (size_t i = 0; v && i < n; i++)
		v[i] = (struct wanted){ cur_str(&c), cur_str(&c) };
	if (!v || cur_bad(&c))
		return error_set(e, ERR_FORMAT, "no request");
	*out = (struct wanted_list){ v, n };
	return 0;
}

/* One layer's bytes, as they are stored (taken over), walked and written */
static void do_layer(struct stream *stored, struct wanted_list wanted, struct spool *spool,
                     struct sink *out)
{
	struct arena found cleanup(arena_done) = ARENA(MIB(WORKER_ARENA_MIB));
	struct layer_result r = { .arena = &found };

	walk_layer(stream_inflate(stored, WORKER_INFLATED_MAX), wanted, spool, &r);
	layer_result_write(&r, out);
	layer_result_done(&r);
}

int worker_read_layer(struct stream *in, struct spool *spool, struct sink *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(8));
	struct stream *owned cleanup(stream_cleanup) = in;
	struct wanted_list wanted;
	int r = read_request(in, &a, &wanted, e);

	if (r < 0)
		return r;
	do_layer(stream_borrow(in), wanted, spool, out);
	/* a layer that broke off early: the parent is still writing */
	r = stream_drain(in, e);
	sink_flush(out);
	return r < 0         ? r
	       : out->failed ? error_set(e, ERR_SYSTEM, "the results cannot be written")
	                     : 0;
}

/* --- archives: docker save, OCI layouts in a tar --- */

struct archive_walk {
	struct wanted_list wanted;
	struct spool *spool;
	struct sink *out;
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

static void put_digest(struct sink *out, const struct digest *d, uint64_t size)
{
	buf_add(&out->bytes, str_mem(d->bytes, sizeof d->bytes));
	buf_u64(&out->bytes, size);
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

	put_member(w->out, path, (str){ 0 });
	buf_u32(&w->out->bytes, (uint32_t)(r < 0 ? OTHER : kind));
	if (r >= 0 && kind == JSON) {
		r = read_json(w, head, sum, &json, e);
		buf_str(&w->out->bytes, buf_view(&json));
	} else if (r >= 0 && kind == LAYER) {
		do_layer(stream_prefixed(head, stream_borrow(sum)), w->wanted, w->spool, w->out);
	}
	if (r >= 0)
		r = stream_drain(sum, e);
	put_digest(w->out, &digest, sum->at);
	sink_settle(w->out);
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
			put_member(w->out, path,
			           m.type == MEMBER_SYMLINK ? m.link
			                                    : members_clean_path(m.link, link));
			buf_u32(&w->out->bytes, OTHER);
			put_digest(w->out, &(struct digest){ { 0 } }, 0);
		}
	}
	return r;
}

int worker_read_archive(struct stream *in, struct spool *spool, struct sink *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(8));
	struct stream *owned cleanup(stream_cleanup) = in;
	struct archive_walk w = { .spool = spool, .out = out };
	struct members *tar = NULL;
	struct error why = { 0 };
	int r = read_request(in, &a, &w.wanted, e);

	if (r < 0)
		return r;
	r = members_open_tar(stream_inflate(stream_borrow(in), WORKER_INFLATED_MAX), &tar, &why);
	if (r >= 0)
		r = walk_archive(&w, tar, &why);
	members_free(tar);
	buf_u32(&out->bytes, 0);
	buf_u32(&out->bytes, r < 0 ? (uint32_t)-r : 0);
	buf_str(&out->bytes, str_c(why.msg));
	r = in->failed ? 0 : stream_drain(in, e);
	sink_flush(out);
	return r < 0         ? r
	       : out->failed ? error_set(e, ERR_SYSTEM, "the results cannot be written")
	                     : 0;
}

/* --- SBOMs --- */

int worker_read_sbom(struct stream *in, struct spool *spool, struct sink *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct arena found cleanup(arena_done) = ARENA(MIB(WORKER_ARENA_MIB));
	struct stream *owned cleanup(stream_cleanup) = in;
	struct inventory into = { .arena = &found, .spool = spool };
	struct layer_result result = { .arena = &found };
	struct sbom_about about = { 0 };
	struct stream *plain;
	struct wanted_list unused;
	int r = read_request(in, &a, &unused, e);

	if (r < 0)
		return r;
	plain = stream_inflate(stream_borrow(in), WORKER_INFLATED_MAX);
	if (sbom_read("SBOM", plain, &into, &about, &result.end) >= 0 && found.failed)
		error_set(&result.end, ERR_LIMIT, "SBOM: more than %d MiB of packages",
		          WORKER_ARENA_MIB);
	stream_free(plain);
	layer_result_hold(&result, &into);
	layer_result_write(&result, out);
	const str texts[] = { about.format, about.name, about.digest,  about.config_digest,
		              about.os,     about.arch, about.variant };
	for (size_t i = 0; i < LEN(texts); i++)
		buf_str(&out->bytes, texts[i]);
	r = in->failed ? 0 : stream_drain(in, e);
	sink_flush(out);
	return r < 0         ? r
	       : out->failed ? error_set(e, ERR_SYSTEM, "the results cannot be written")
	                     : 0;
}

/* --- VEX documents --- */

static int read_text(struct stream *in, size_t most, struct buf *out, struct error *e)
{
	ssize_t got;

	do {
		char *p = buf_room(out, 1 << 16);
		if (!p)
			return error_set(e, ERR_LIMIT, "larger than %zu MiB", most >> 20);
		got = stream_read(in, p, 1 << 16, e);
		if (got > 0)
			buf_grown(out, (size_t)got);
	} while (got > 0);
	return (int)got;
}

int worker_read_vex(struct stream *in, struct spool *spool, struct sink *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct arena found cleanup(arena_done) = ARENA(MIB(VEX_WIRE_MIB));
	struct stream *owned cleanup(stream_cleanup) = in;
	struct buf text cleanup(buf_done) = BUF(VEX_BYTES_MAX + (1 << 16));
	struct buf wire cleanup(buf_done) = BUF(MIB(VEX_WIRE_MIB));
	struct vex_document d = { 0 };
	struct error why = { 0 };
	struct wanted_list unused;
	int r = read_request(in, &a, &unused, e);

	(void)spool;
	if (r < 0)
		return r;
	r = read_text(in, VEX_BYTES_MAX, &text, &why);
	if (r >= 0)
		r = vexread("VEX", buf_view(&text), &found, &d, &why);
	if (r >= 0) {
		vexwire_write(&d, &wire);
		r = wire.failed ? error_set(&why, ERR_LIMIT, "more than %d MiB of statements",
		                            VEX_WIRE_MIB)
		                : 0;
	}
	buf_u32(&out->bytes, r < 0 ? (uint32_t)-r : 0);
	buf_str(&out->bytes, r < 0 ? str_c(why.msg) : buf_view(&wire));
	r = in->failed ? 0 : stream_drain(in, e);
	sink_flush(out);
	return r < 0         ? r
	       : out->failed ? error_set(e, ERR_SYSTEM, "the results cannot be written")
	                     : 0;
}

/* --- seekable layers: the table, and pieces --- */

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

static void write_table(const struct toc *t, struct sink *out)
{
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
			put_digest(out, &c->digest, c->size_bytes);
		}
		sink_settle(out);
	}
}

int worker_read_table(struct stream *in, struct spool *spool, struct sink *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(8));
	struct arena found cleanup(arena_done) = ARENA(MIB(WORKER_ARENA_MIB));
	struct stream *owned cleanup(stream_cleanup) = in;
	struct table_wish wish = { 0 };
	struct toc toc = { .arena = &found };
	struct error why = { 0 };
	unsigned char end[8];
	int r = read_request(in, &a, &wish.wanted, e);
	ssize_t got = r < 0 ? r : stream_read_full(in, end, sizeof end, e);
	struct cursor c = CURSOR("request", end, got > 0 ? (size_t)got : 0);

	(void)spool;
	if (got < 0)
		return (int)got;
	r = toc_read(in, cur_le64(&c), table_wants, &wish, &toc, &why);
	if (r >= 0)
		write_table(&toc, out);
	buf_u32(&out->bytes, 0);
	buf_u32(&out->bytes, r < 0 ? (uint32_t)-r : 0);
	buf_str(&out->bytes, str_c(why.msg));
	r = in->failed ? 0 : stream_drain(in, e);
	sink_flush(out);
	return r < 0         ? r
	       : out->failed ? error_set(e, ERR_SYSTEM, "the results cannot be written")
	                     : 0;
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

int worker_read_pieces(struct stream *in, struct spool *spool, struct sink *out, struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct stream *owned cleanup(stream_cleanup) = in;
	struct wanted_list unused;
	unsigned char head[16];
	ssize_t got = 0;
	int r = read_request(in, &a, &unused, e);

	(void)spool;
	while (r >= 0 && (got = stream_read_full(in, head, sizeof head, e)) == sizeof head) {
		struct cursor c = CURSOR("piece", head, sizeof head);
		struct stream *piece = stream_part(in, cur_le64(&c));
		r = inflate_piece(piece, cur_le64(&c), out, e);
		stream_free(piece);
	}
	sink_flush(out);
	if (r >= 0 && got)
		r = got < 0 ? (int)got : error_set(e, ERR_FORMAT, "half a piece");
	return r < 0         ? r
	       : out->failed ? error_set(e, ERR_SYSTEM, "the results cannot be written")
	                     : 0;
}

/* --- the process --- */

static int work(int (*read_all)(struct stream *, struct spool *, struct sink *, struct error *),
                unsigned memory_mib)
{
	int spool_fd = fcntl(SPOOL_FD, F_GETFD) < 0 ? -1 : SPOOL_FD;
	struct jail jail = { .memory_bytes = MIB(memory_mib),
		             .cpu_s = WORKER_CPU_S,
		             .file_bytes = MIB(WORKER_SPOOL_MIB),
		             .keep_fd = spool_fd < 0 ? 2 : SPOOL_FD };
	struct error e = { 0 };
	struct spool *spool = spool_new(spool_fd, MIB(spool_fd < 0 ? 32 : WORKER_SPOOL_MIB));
	struct sink out = SINK(STDOUT_FILENO);
	int r = jail_enter(&jail, &e);

	if (r >= 0)
		r = read_all(stream_fd(STDIN_FILENO, false), spool, &out, &e);
	buf_done(&out.bytes);
	spool_free(spool);
	return r < 0 ? -r : 0;
}

int worker_layer(void)
{
	return work(worker_read_layer, WORKER_MEMORY_MIB);
}

int worker_archive(void)
{
	return work(worker_read_archive, WORKER_MEMORY_MIB);
}

int worker_sbom(void)
{
	return work(worker_read_sbom, WORKER_MEMORY_MIB);
}

int worker_vex(void)
{
	return work(worker_read_vex, VEX_MEMORY_MIB);
}

int worker_table(void)
{
	return work(worker_read_table, WORKER_MEMORY_MIB);
}

int worker_inflate(void)
{
	return work(worker_read_pieces, WORKER_MEMORY_MIB);
}
