#include "oci/toc.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/num.h"
#include "format/jsonwalk.h"

enum { ENTRY_BYTES_MAX = 64 << 10, NAME_BYTES_MAX = 8192, TAR_SIZE_AT = 124, TAR_SIZE_DIGITS = 11 };
#define JSON_BYTES_MAX ((uint64_t)1 << 30)

struct reading {
	struct toc *out;
	toc_wants *wants;
	void *ctx;
	uint64_t blob_end;
	bool versioned, listed;
	/* the file whose pieces come now */
	bool open, wanted;
	uint64_t size_bytes, have_bytes; /* in all, and told so far */
	/* the last piece whose end is where the next one begins (eStargz) */
	bool endless;
	size_t endless_chunk;
	uint64_t last_from;
};

static int odd(struct error *e, str name, const char *why)
{
	return error_set(e, ERR_FORMAT, "the layer's table: %.*s: %s", STR_FMT(str_upto(name, 200)),
	                 why);
}

/* A number of the table: absent is 0, below 0 is none */
static bool number(const struct json *j, const char *key, uint64_t *out)
{
	int64_t value = 0;

	*out = 0;
	if (!json_get(j, key))
		return true;
	if (!json_i64(j, key, &value) || value < 0)
		return false;
	*out = (uint64_t)value;
	return true;
}

/* --- content --- */

/* Something begins at `from`: what came before ends there, at the latest. */
static int end_before(struct reading *t, uint64_t from, struct error *e)
{
	struct toc_chunk *last;

	if (from <= t->last_from || from > t->blob_end)
		return error_set(e, ERR_UNSUPPORTED,
		                 "the layer's table: its pieces are not in the blob's order");
	if (t->endless) {
		last = &t->out->chunks.v[t->endless_chunk];
		if (!last->to || last->to > from)
			last->to = from;
	}
	t->endless = false;
	return 0;
}

static int read_digest(const struct json *j, bool only, struct digest *out, struct error *e)
{
	str piece = json_str(j, "chunkDigest"), whole = json_str(j, "digest");

	if (!piece.n && only)
		piece = whole;
	return digest_parse(piece, out, e);
}

/* A piece of the open file: `reg` has the first, each `chunk` one more. */
static int read_piece(struct reading *t, str name, const struct json *j, struct error *e)
{
	bool zeros = str_eq(json_str(j, "chunkType"), STR("zeros"));
	uint64_t from, to, inner, at, n, left = t->size_bytes - t->have_bytes;
	struct toc_chunk *c;

	if (!number(j, "offset", &from) || !number(j, "endOffset", &to) ||
	    !number(j, "innerOffset", &inner) || !number(j, "chunkOffset", &at) ||
	    !number(j, "chunkSize", &n) || at != t->have_bytes || !left)
		return odd(e, name, "its pieces do not fit together");
	if (inner)
		return error_set(e, ERR_UNSUPPORTED,
		                 "the layer's table: several files in one piece");
	if (!n)
		n = left;
	if (n > left || (to && to <= from) || to > t->blob_end)
		return odd(e, name, "a piece is out of bounds");
	t->have_bytes += n;
	if (!zeros && end_before(t, from, e) < 0)
		return e->code;
	if (!zeros)
		t->last_from = from;
	if (!t->wanted)
		return 0;
	c = vec_push(t->out->arena, &t->out->chunks);
	if (!c)
		return 0; /* the arena says so */
	*c = (struct toc_chunk){ .size_bytes = n };
	t->out->entries.v[t->out->entries.n - 1].chunks++;
	if (zeros)
		return 0;
	c->from = from;
	c->to = to;
	t->endless = true;
	t->endless_chunk = t->out->chunks.n - 1;
	return read_digest(j, n == t->size_bytes, &c->digest, e) < 0
	               ? odd(e, name, "a piece without a SHA-256 digest")
	               : 0;
}

static int close_file(struct reading *t, struct error *e)
{
	bool whole = !t->open || t->have_bytes == t->size_bytes;

	t->open = false;
	return whole ? 0
	             : error_set(e, ERR_FORMAT,
	                         "the layer's table: a file's pieces are fewer than its bytes");
}

/* --- entries --- */

static char type_of(str word)
{
	static const struct {
		str word;
		char type;
	} types[] = {
		{ STR_INIT("reg"), '0' },     { STR_INIT("hardlink"), '1' },
		{ STR_INIT("symlink"), '2' }, { STR_INIT("dir"), '5' },
		{ STR_INIT("char"), '6' },    { STR_INIT("block"), '6' },
		{ STR_INIT("fifo"), '6' },
	};

	for (size_t i = 0; i < LEN(types); i++)
		if (str_eq(types[i].word, word))
			return types[i].type;
	return 0;
}

static int open_file(struct reading *t, struct toc_entry *x, const struct json *j, struct error *e)
{
	uint64_t size;

	if (!number(j, "size", &size))
		return odd(e, x->path, "its size");
	x->wanted = t->wants(t->ctx, x->path, x->mode);
	x->first = t->out->chunks.n;
	x->size_bytes = x->wanted ? size : 0;
	t->open = true;
	t->wanted = x->wanted;
	t->size_bytes = size;
	t->have_bytes = 0;
	return size ? read_piece(t, x->path, j, e) : 0;
}

static int read_entry(struct reading *t, const struct json *j, struct error *e)
{
	str name = json_str(j, "name"), link = json_str(j, "linkName"), word = json_str(j, "type");
	struct toc_entry *x;
	uint64_t mode;

	if (str_eq(word, STR("chunk"))) {
		if (!t->open)
			return odd(e, name, "a piece of no file");
		return read_piece(t, name, j, e);
	}
	if (close_file(t, e) < 0)
		return e->code;
	char type = type_of(word);
	if (!type || !name.n || name.n > NAME_BYTES_MAX || link.n > NAME_BYTES_MAX ||
	    !number(j, "mode", &mode) || str_chr(name, 0) < name.n || str_chr(link, 0) < link.n)
		return odd(e, name, "no entry of a layer");
	if ((type == '0' && str_ends(name, STR("/"))) || ((type == '1' || type == '2') && !link.n))
		return odd(e, name, "not what its type says");
	if (str_eq(name, STR("stargz.index.json")))
		return odd(e, name, "the table lists itself");
	x = vec_push(t->out->arena, &t->out->entries);
	if (!x)
		return 0;
	*x = (struct toc_entry){ .type = type,
		                 .mode = (unsigned)(mode & 07777),
		                 .path = arena_str(t->out->arena, name),
		                 .link = type == '1' || type == '2' ? arena_str(t->out->arena, link)
		                                                    : (str){ 0 } };
	return type == '0' ? open_file(t, x, j, e) : 0;
}

static int take_value(struct reading *t, const struct json *j, bool entry, struct error *e)
{
	int64_t version = 0;

	if (entry)
		return json_is_object(j) ? read_entry(t, j, e)
		                         : error_set(e, ERR_FORMAT, "the layer's table: no entry");
	if (!json_i64(j, "version", &version) || version != 1)
		return error_set(e, ERR_UNSUPPORTED, "the layer's table: of another version");
	t->versioned = true;
	return 0;
}

static int take_text(void *ctx, const str *path, size_t path_len, str text, struct error *e)
{
	struct reading *t = ctx;
	struct buf whole cleanup(buf_done) = BUF(ENTRY_BYTES_MAX + 64);
	bool entry = str_eq(path[0], STR("entries"));
	struct json *j = NULL;
	int r;

	(void)path_len;
	if (!entry) /* a scalar is not a document for every reader */
		buf_add(&whole, STR("{\"version\":"));
	buf_add(&whole, text);
	if (!entry)
		buf_addc(&whole, '}');
	r = json_parse("the layer's table", buf_view(&whole), &j, e);
	if (r >= 0)
		r = take_value(t, j, entry, e);
	json_free(j);
	if (r >= 0 && t->out->arena->failed)
		return error_set(e, ERR_LIMIT, "the layer's table is larger than %zu bytes",
		                 t->out->arena->max_bytes);
	return r;
}

static enum jsonwalk_take plan(void *ctx, const str *path, size_t path_len,
                               enum jsonwalk_shape shape, bool item)
{
	struct reading *t = ctx;

	if (item)
		return JSONWALK_WHOLE;
	if (path_len == 1 && shape == JSONWALK_ARRAY && str_eq(path[0], STR("entries")) &&
	    !t->listed) {
		t->listed = true;
		return JSONWALK_APART;
	}
	return path_len == 1 && str_eq(path[0], STR("version")) && !t->versioned ? JSONWALK_WHOLE
	                                                                         : JSONWALK_SKIP;
}

int toc_read(struct stream *json, uint64_t blob_end, toc_wants *wants, void *ctx, struct toc *out,
             struct error *e)
{
	struct reading t = { .out = out, .wants = wants, .ctx = ctx, .blob_end = blob_end };
	struct stream *limited =
	        stream_limit(stream_borrow(json), JSON_BYTES_MAX, ERR_LIMIT, "the layer's table");
	int r = jsonwalk_planned("the layer's table", limited, plan, ENTRY_BYTES_MAX, take_text, &t,
	                         e);

	stream_free(limited);
	if (r >= 0 && (!t.versioned || !t.listed))
		r = error_set(e, ERR_FORMAT, "the layer's table: no version or no entries");
	if (r >= 0)
		r = close_file(&t, e);
	if (r >= 0 && t.endless)
		r = end_before(&t, blob_end, e);
	return r;
}

/* --- where it is --- */

int toc_footer(str footer, uint64_t blob_bytes, uint64_t *at, struct error *e)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = footer.p;
	uint64_t value = 0;

	/* the gzip header up to XLEN, the extra field's name and length (flags, times and OS are
	 * the writer's) */
	if (footer.n != TOC_FOOTER_BYTES || memcmp(p, "\x1f\x8b\x08\x04", 4) ||
	    memcmp(p + 10, "\x1a\x00SG\x16\x00", 6) || memcmp(p + 32, "STARGZ", 6))
		return error_set(e, ERR_FORMAT, "the layer does not end with an eStargz footer");
	for (size_t i = 0; i < 16; i++) {
		const char *digit = p[16 + i] ? strchr(digits, p[16 + i]) : NULL;
		if (!digit)
			return error_set(e, ERR_FORMAT, "the eStargz footer holds no number");
		value = value << 4 | (uint64_t)(digit - digits);
	}
	if (!value || blob_bytes < TOC_FOOTER_BYTES || value >= blob_bytes - TOC_FOOTER_BYTES)
		return error_set(e, ERR_FORMAT, "the eStargz footer points out of the layer");
	*at = value;
	return 0;
}

int toc_head(str block, uint64_t *json_bytes, struct error *e)
{
	static const char name[] = "stargz.index.json";
	uint64_t value = 0;
	bool sound = block.n == 512 && !memcmp(block.p, name, sizeof name) &&
	             (block.p[156] == '0' || !block.p[156]);

	for (size_t i = 0; sound && i < TAR_SIZE_DIGITS; i++) {
		unsigned digit = (unsigned)(block.p[TAR_SIZE_AT + i] - '0');
		sound = digit < 8;
		value = value << 3 | digit;
	}
	if (!sound || value > JSON_BYTES_MAX)
		return error_set(e, ERR_FORMAT, "no eStargz table where the footer points");
	*json_bytes = value;
	return 0;
}
