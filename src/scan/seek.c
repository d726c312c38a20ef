#include "scan/seek.h"
#include "oci/tarhead.h"
#include <assert.h>
#include <inttypes.h>

enum {
	TOC_MIB = 16,       /* of entries, while a layer is read */
	TABLE_MIB_MAX = 64, /* compressed */
	REQUESTS_MAX = 64,  /* of one layer: rather more bytes than more round trips */
	SHARE_MAX_PERCENT = 70,
	HEADS_BYTES = 64 << 10, /* tar headers made at a time */
};
#define GAP_BYTES     ((uint64_t)64 << 10) /* pieces this near to each other travel together */
#define GAP_BYTES_MAX ((uint64_t)1 << 40)

/* --- the wire: pieces in few requests --- */

struct pieces { /* a stream as worker_inflate wants it */
	struct stream s;
	const struct seeking *seeking;
	const struct toc *toc;
	struct sought *how;
	uint64_t gap_bytes;
	size_t next;            /* chunk */
	struct stream *body;    /* of the request that is open: bytes at … end of the blob */
	uint64_t at, end, left; /* left: of the piece that is on its way */
	unsigned char head[16];
	size_t head_at; /* sizeof head: it is given */
};

/* The end of the run that begins with chunk i */
static uint64_t end_of_run(const struct toc *t, size_t i, uint64_t gap_bytes)
{
	uint64_t end = t->chunks.v[i].to;

	for (i++; i < t->chunks.n; i++) {
		const struct toc_chunk *c = &t->chunks.v[i];
		if (c->to && c->from - end >= gap_bytes)
			break;
		end = MAX(end, c->to);
	}
	return end;
}

static size_t plan_requests(const struct toc *t, uint64_t gap_bytes, uint64_t *bytes)
{
	uint64_t end = 0;
	size_t n = 0;

	*bytes = 0;
	for (size_t i = 0; i < t->chunks.n; i++) {
		const struct toc_chunk *c = &t->chunks.v[i];
		if (!c->to || c->to <= end)
			continue;
		end = end_of_run(t, i, gap_bytes);
		*bytes += end - c->from;
		n++;
	}
	return n;
}

static int count(struct pieces *p, ssize_t got)
{
	if (got <= 0)
		return (int)got;
	p->at += (uint64_t)got;
	p->how->wire_bytes += (uint64_t)got;
	if (p->seeking->fed)
		p->seeking->fed(p->seeking->fed_ctx, (uint64_t)got);
	return 1;
}

static int too_short(struct error *e)
{
	return error_set(e, ERR_UPSTREAM,
	                 "the registry's answer is shorter than what was asked for");
}

/* The body stands at the piece's first byte. */
static int go_to(struct pieces *p, const struct toc_chunk *c, size_t i, struct error *e)
{
	char junk[16 << 10];

	if (!p->body || c->from < p->at || c->to > p->end) {
		stream_free(take(p->body));
		p->at = c->from;
		p->end = end_of_run(p->toc, i, p->gap_bytes);
		p->how->requests++;
		return source_layer_part(p->seeking->source, p->seeking->layer, p->at, p->end,
		                         &p->body, e);
	}
	while (p->at < c->from) {
		size_t n = (size_t)MIN(c->from - p->at, (uint64_t)sizeof junk);
		int r = count(p, stream_read(p->body, junk, n, e));
		if (r <= 0)
			return r ? r : too_short(e);
	}
	return 0;
}

static void put_le64(unsigned char *p, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static void put_head(unsigned char head[16], uint64_t bytes, uint64_t inflated)
{
	put_le64(head, bytes);
	put_le64(head + 8, inflated);
}

static ssize_t pieces_read(struct stream *s, void *to, size_t n, struct error *e)
{
	struct pieces *p = (struct pieces *)s;

	if (!p->left) {
		while (p->next < p->toc->chunks.n && !p->toc->chunks.v[p->next].to)
			p->next++;
		if (p->next == p->toc->chunks.n)
			return 0;
		const struct toc_chunk *c = &p->toc->chunks.v[p->next];
		int r = go_to(p, c, p->next, e);
		if (r < 0)
			return r;
		put_head(p->head, c->to - c->from, c->size_bytes);
		p->head_at = 0;
		p->left = c->to - c->from;
		p->next++;
	}
	if (p->head_at < sizeof p->head) {
		n = MIN(n, sizeof p->head - p->head_at);
		memcpy(to, p->head + p->head_at, n);
		p->head_at += n;
		return (ssize_t)n;
	}
	ssize_t got = stream_read(p->body, to, (size_t)MIN((uint64_t)n, p->left), e);
	if (count(p, got) <= 0)
		return got ? got : too_short(e);
	p->left -= (uint64_t)got;
	return got;
}

static void pieces_free(struct stream *s)
{
	struct pieces *p = (struct pieces *)s;
	stream_free(p->body);
	free(p);
}

static struct stream *pieces_new(const struct seeking *s, const struct toc *t, uint64_t gap_bytes,
                                 struct sought *how)
{
	static const struct stream_ops ops = { pieces_read, pieces_free };
	struct pieces *p = calloc(1, sizeof *p);

	assert(p);
	p->s.ops = &ops;
	p->seeking = s;
	p->toc = t;
	p->gap_bytes = gap_bytes;
	p->how = how;
	return &p->s;
}

/* --- the tar: headers from the table, content from the pieces --- */

struct rebuilt {
	struct stream s, *content;
	const struct toc *toc;
	size_t entry, chunk; /* chunk: of all */
	size_t chunks_left;  /* of the file that is open */
	uint64_t left;       /* of the chunk that is open */
	struct digester *sum;
	struct buf heads;
	size_t heads_at;
	bool ended;
};

static void open_chunk(struct rebuilt *b)
{
	b->left = b->toc->chunks.v[b->chunk].size_bytes;
	b->sum = b->toc->chunks.v[b->chunk].to ? digester_new() : NULL;
}

/* Headers up to the first file with content, and it is open then */
static void make_heads(struct rebuilt *b)
{
	buf_clear(&b->heads);
	b->heads_at = 0;
	while (b->entry < b->toc->entries.n && b->heads.n < HEADS_BYTES) {
		const struct toc_entry *x = &b->toc->entries.v[b->entry++];
		tarhead_write(&b->heads, &(struct tarhead){ .type = x->type,
		                                            .path = x->path,
		                                            .link = x->link,
		                                            .mode = x->mode,
		                                            .size_bytes = x->size_bytes });
		if (x->chunks) {
			b->chunk = x->first;
			b->chunks_left = x->chunks;
			open_chunk(b);
			return;
		}
	}
	if (b->entry == b->toc->entries.n && b->heads.n < HEADS_BYTES) {
		tarhead_end(&b->heads);
		b->ended = true;
	}
}

static int close_chunk(struct rebuilt *b, struct error *e)
{
	const struct toc_chunk *c = &b->toc->chunks.v[b->chunk];
	const struct toc_entry *x = &b->toc->entries.v[b->entry - 1];
	struct digest got = c->digest;

	if (b->sum) {
		digester_end(b->sum, &got);
		digester_free(take(b->sum));
	}
	if (!digest_eq(&got, &c->digest))
		return error_set(e, ERR_FORMAT,
		                 "%.*s: the bytes are not those that the layer's table names",
		                 STR_FMT(str_upto(x->path, 300)));
	b->chunk++;
	if (--b->chunks_left) {
		open_chunk(b);
	} else {
		buf_clear(&b->heads);
		b->heads_at = 0;
		while ((x->size_bytes + b->heads.n) % TAR_BLOCK)
			buf_addc(&b->heads, 0);
	}
	return 0;
}

static ssize_t give_content(struct rebuilt *b, void *p, size_t n, struct error *e)
{
	ssize_t got = (ssize_t)MIN((uint64_t)n, b->left);

	if (b->sum)
		got = stream_read(b->content, p, (size_t)got, e);
	else
		memset(p, 0, (size_t)got);
	if (got <= 0)
		return got < 0 ? got : error_set(e, ERR_FORMAT, "a piece is shorter than promised");
	if (b->sum)
		digester_add(b->sum, p, (size_t)got);
	b->left -= (uint64_t)got;
	int r = b->left ? 0 : close_chunk(b, e);
	return r < 0 ? r : got;
}

/* The last piece is followed by nothing, and whoever inflated it ended well. */
static ssize_t see_end(struct rebuilt *b, struct error *e)
{
	char more;
	ssize_t got = b->content ? stream_read(b->content, &more, 1, e) : 0;

	return got > 0 ? error_set(e, ERR_CRASH, "the jailed reader went on behind its answer")
	               : got;
}

static ssize_t rebuilt_read(struct stream *s, void *p, size_t n, struct error *e)
{
	struct rebuilt *b = (struct rebuilt *)s;

	while (b->heads_at == b->heads.n) {
		if (b->chunks_left)
			return give_content(b, p, n, e);
		if (b->ended)
			return see_end(b, e);
		make_heads(b);
		if (b->heads.failed)
			return error_set(e, ERR_LIMIT,
			                 "an entry of the layer's table is too large");
	}
	n = MIN(n, b->heads.n - b->heads_at);
	memcpy(p, b->heads.p + b->heads_at, n);
	b->heads_at += n;
	return (ssize_t)n;
}

static void rebuilt_free(struct stream *s)
{
	struct rebuilt *b = (struct rebuilt *)s;
	stream_free(b->content);
	digester_free(b->sum);
	buf_done(&b->heads);
	free(b);
}

/* content: of the pieces, taken over; NULL where there are none */
static struct stream *rebuild(const struct toc *t, struct stream *content)
{
	static const struct stream_ops ops = { rebuilt_read, rebuilt_free };
	struct rebuilt *b = calloc(1, sizeof *b);

	assert(b);
	b->s.ops = &ops;
	b->toc = t;
	b->content = content;
	b->heads = BUF(MIB(1));
	return &b->s;
}

/* --- the table --- */

static int part(const struct seeking *s, uint64_t from, uint64_t to, struct sought *how,
                struct stream **out, struct error *e)
{
	how->requests++;
	how->wire_bytes += to - from;
	if (s->fed)
		s->fed(s->fed_ctx, to - from);
	return source_layer_part(s->source, s->layer, from, to, out, e);
}

static int read_footer(const struct seeking *s, struct sought *how, uint64_t *at, struct error *e)
{
	uint64_t size = s->about->size_bytes;
	struct stream *tail cleanup(stream_cleanup) = NULL;
	char footer[TOC_FOOTER_BYTES];
	ssize_t got;

	if (size <= sizeof footer)
		return error_set(e, ERR_FORMAT, "too small for an eStargz footer");
	int r = part(s, size - sizeof footer, size, how, &tail, e);
	got = r < 0 ? r : stream_read_full(tail, footer, sizeof footer, e);
	return got < 0 ? (int)got : toc_footer(str_mem(footer, (size_t)got), size, at, e);
}

/* All of `stored` as one piece, inflated in the jail */
static int inflate_all(struct stream *stored, uint64_t bytes, struct stream **out, struct error *e)
{
	unsigned char head[16];

	put_head(head, bytes, INFLATE_ALL);
	return job_inflate(stream_prefixed(str_mem(head, sizeof head), stored), out, e);
}

/* The table's JSON, with what checks it below. *plain is freed after *json. */
static int open_json(const struct seeking *s, struct sought *how, struct stream **plain,
                     struct stream **json, uint64_t *blob_end, struct error *e)
{
	const struct layer_table *t = &s->about->table;
	bool stargz = t->kind == TABLE_ESTARGZ;
	uint64_t at = t->at, end, json_bytes = t->plain_bytes;
	struct stream *stored;
	char block[TAR_BLOCK];
	int r = stargz ? read_footer(s, how, &at, e) : 0;

	if (r < 0)
		return r;
	if (stargz)
		end = s->about->size_bytes - TOC_FOOTER_BYTES;
	else if (ckd_add(&end, at, t->size_bytes) || end > s->about->size_bytes)
		return error_set(e, ERR_FORMAT, "the manifest points out of the layer");
	if (end - at > MIB(TABLE_MIB_MAX))
		return error_set(e, ERR_LIMIT, "a table of more than %d MiB", TABLE_MIB_MAX);
	r = part(s, at, end, how, &stored, e);
	if (r < 0)
		return r;
	if (!stargz)
		stored = stream_verify(stored, &t->digest, t->size_bytes);
	*blob_end = at;
	r = inflate_all(stored, end - at, plain, e);
	if (r < 0 || !stargz) {
		if (r >= 0)
			*json = stream_limit(stream_borrow(*plain), json_bytes, ERR_FORMAT,
			                     "the layer's table");
		return r;
	}
	ssize_t got = stream_read_full(*plain, block, sizeof block, e);
	r = got < 0 ? (int)got : toc_head(str_mem(block, (size_t)got), &json_bytes, e);
	if (r >= 0)
		*json = stream_verify(stream_part(*plain, json_bytes), &t->digest, json_bytes);
	return r;
}

/* The worker's word about where pieces are: it read a table that was checked, yet nothing is
 * fetched or made room for that does not add up. */
static int check(const struct toc *t, uint64_t blob_end, struct error *e)
{
	uint64_t before = 0;
	size_t used = 0;

	for (size_t i = 0; i < t->entries.n; i++) {
		const struct toc_entry *x = &t->entries.v[i];
		uint64_t sum = 0;
		bool sound = strchr("01256", x->type) && x->type && x->first == used &&
		             (x->wanted || (!x->size_bytes && !x->chunks));
		for (size_t k = 0; k < x->chunks && sound; k++) {
			const struct toc_chunk *c = &t->chunks.v[x->first + k];
			sound = c->size_bytes && !ckd_add(&sum, sum, c->size_bytes) &&
			        (!c->to ||
			         (c->from >= before && c->from < c->to && c->to <= blob_end));
			before = MAX(before, c->to);
		}
		used += x->chunks;
		if (!sound || sum != x->size_bytes)
			return error_set(e, ERR_CRASH, "the jailed reader's answer is damaged");
	}
	return 0;
}

static int read_table(const struct seeking *s, struct toc *out, struct sought *how, struct error *e)
{
	struct job job = { .wanted = s->wanted, .spool_fd = -1 };
	struct stream *plain = NULL, *json = NULL;
	uint64_t blob_end = 0;
	int r = open_json(s, how, &plain, &json, &blob_end, e);

	if (r >= 0)
		r = job_table(&job, json, blob_end, out, e);
	stream_free(plain);
	return r < 0 ? r : check(out, blob_end, e);
}

/* --- both --- */

static int plan(const struct seeking *s, const struct toc *t, const struct sought *how,
                uint64_t *gap_bytes, struct error *e)
{
	uint64_t bytes, size = s->about->size_bytes;

	*gap_bytes = GAP_BYTES;
	while (plan_requests(t, *gap_bytes, &bytes) > REQUESTS_MAX && *gap_bytes < GAP_BYTES_MAX)
		*gap_bytes *= 2;
	bytes += how->wire_bytes;
	return bytes > size / 100 * SHARE_MAX_PERCENT
	               ? error_set(e, ERR_UNSUPPORTED,
	                           "%" PRIu64 " of its %" PRIu64 " bytes are wanted", bytes, size)
	               : 0;
}

int seek_layer(const struct seeking *s, struct layer_result *out, struct sought *how,
               struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(TOC_MIB));
	struct job job = { .wanted = s->wanted, .spool_fd = s->spool_fd };
	struct toc toc = { .arena = &a };
	struct stream *content = NULL;
	uint64_t gap_bytes;
	int r = read_table(s, &toc, how, e);

	if (r >= 0)
		r = plan(s, &toc, how, &gap_bytes, e);
	if (r >= 0 && toc.chunks.n)
		r = job_inflate(pieces_new(s, &toc, gap_bytes, how), &content, e);
	if (r >= 0)
		r = job_layer(&job, rebuild(&toc, content), out, e);
	if (r >= 0 && out->end.code) {
		*e = out->end;
		return e->code;
	}
	how->entries = toc.entries.n;
	for (size_t i = 0; i < toc.entries.n; i++)
		how->files += toc.entries.v[i].wanted;
	return r;
}
