/* A push parser drives a small state: above the wanted depth keys are collected, below it the
 * events are written out again as compact JSON, which is handed over when the subtree closes. yajl
 * keeps its own nesting on the heap, so the ceiling on depth is ours. */
#include "format/jsonwalk.h"
#include "base/buf.h"
#include <inttypes.h>
#include <stdint.h>
#include <yajl/yajl_parse.h>

enum { CHUNK_BYTES = 64 << 10 };

struct walk {
	const char *name;
	size_t want;    /* keys above a subtree */
	size_t open;    /* containers that are open */
	size_t entered; /* of these, taken apart */
	size_t objects; /* of these, objects */
	size_t keys;    /* of the path that are set */
	jsonwalk_plan *plan;
	struct buf path[JSONWALK_PATH_MAX];
	struct buf out; /* the subtree so far */
	bool inside, skipped, comma, array[JSONWALK_DEPTH_MAX];
	jsonwalk_each *each;
	void *ctx;
	struct error *e;
	int failed;
};

static int fail(struct walk *w, int code)
{
	w->failed = code;
	return 0; /* tells yajl to stop */
}

static void put_quoted(struct buf *b, str s)
{
	static const char hex[] = "0123456789abcdef";
	buf_addc(b, '"');
	for (size_t i = 0, plain = 0;; i++) { /* runs of plain bytes go at once */
		unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;
		if (i < s.n && c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, str_mem(s.p + plain, i - plain));
		plain = i + 1;
		if (i >= s.n)
			break;
		buf_addc(b, '\\');
		if (c >= 0x20) {
			buf_addc(b, (char)c);
			continue;
		}
		buf_add(b, STR("u00"));
		buf_addc(b, hex[c >> 4]);
		buf_addc(b, hex[c & 15]);
	}
	buf_addc(b, '"');
}

static void view_path(const struct walk *w, str path[JSONWALK_PATH_MAX])
{
	for (size_t i = 0; i < w->keys; i++)
		path[i] = buf_view(&w->path[i]);
}

static int hand_over(struct walk *w)
{
	str path[JSONWALK_PATH_MAX];

	w->inside = false;
	if (w->skipped)
		return 1;
	view_path(w, path);
	if (w->out.failed)
		return fail(w, error_set(w->e, ERR_LIMIT, "a value is larger than %zu bytes",
		                         w->out.max_bytes));
	int r = w->each(w->ctx, path, w->keys, buf_view(&w->out), w->e);
	buf_clear(&w->out);
	return r < 0 ? fail(w, r) : 1;
}

/* What becomes of a value that is inside no other one */
static enum jsonwalk_take decide(struct walk *w, enum jsonwalk_shape shape)
{
	str path[JSONWALK_PATH_MAX];
	bool item = w->open && w->array[w->open - 1];
	enum jsonwalk_take take;

	if (!w->plan)
		return shape == JSONWALK_OBJECT && w->open < w->want ? JSONWALK_APART
		                                                     : JSONWALK_WHOLE;
	if (!w->open)
		return JSONWALK_APART;
	view_path(w, path);
	take = w->plan(w->ctx, path, w->keys, shape, item);
	if (take == JSONWALK_APART && (shape == JSONWALK_SCALAR || w->objects == JSONWALK_PATH_MAX))
		return JSONWALK_WHOLE;
	return take;
}

/* Before a value: is it written out? Opens a subtree where it is not taken apart. */
static bool begins(struct walk *w, enum jsonwalk_shape shape)
{
	if (!w->inside) {
		enum jsonwalk_take take = decide(w, shape);
		if (take == JSONWALK_APART)
			return false;
		w->inside = true;
		w->skipped = take == JSONWALK_SKIP;
		w->comma = false;
	}
	if (w->comma && !w->skipped)
		buf_addc(&w->out, ',');
	w->comma = true;
	return true;
}

static int scalar(struct walk *w, str text, bool quoted)
{
	if (!w->open)
		return fail(w, error_set(w->e, ERR_FORMAT, "%s: the top is no object", w->name));
	begins(w, JSONWALK_SCALAR);
	if (w->skipped)
		;
	else if (quoted)
		put_quoted(&w->out, text);
	else
		buf_add(&w->out, text);
	return w->open == w->entered ? hand_over(w) : 1;
}

static int on_null(void *ctx)
{
	return scalar(ctx, STR("null"), false);
}

static int on_boolean(void *ctx, int value)
{
	return scalar(ctx, value ? STR("true") : STR("false"), false);
}

static int on_number(void *ctx, const char *p, size_t n)
{
	return scalar(ctx, str_mem(p, n), false);
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
	return scalar(ctx, str_mem(p, n), true);
}

static int opens(struct walk *w, bool array)
{
	if (w->open >= JSONWALK_DEPTH_MAX)
		return fail(
		        w, error_set(w->e, ERR_LIMIT, "nested deeper than %d", JSONWALK_DEPTH_MAX));
	if (!w->open && array)
		return fail(w, error_set(w->e, ERR_FORMAT, "%s: the top is no object", w->name));
	if (begins(w, array ? JSONWALK_ARRAY : JSONWALK_OBJECT)) {
		if (!w->skipped)
			buf_addc(&w->out, array ? '[' : '{');
		w->comma = false;
	} else {
		w->entered++;
		w->objects += !array;
	}
	w->array[w->open++] = array;
	return 1;
}

static int closes(struct walk *w)
{
	bool array = w->array[--w->open];
	if (!w->inside) {
		w->entered--;
		w->objects -= !array;
		w->keys = MIN(w->objects, w->keys);
		return 1;
	}
	if (!w->skipped)
		buf_addc(&w->out, array ? ']' : '}');
	w->comma = true;
	return w->open == w->entered ? hand_over(w) : 1;
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
	struct walk *w = ctx;
	str key = str_mem(p, n);
	if (w->inside && w->skipped)
		return 1;
	if (w->inside) {
		if (w->comma)
			buf_addc(&w->out, ',');
		put_quoted(&w->out, key);
		buf_addc(&w->out, ':');
		w->comma = false;
		return 1;
	}
	w->keys = w->objects; /* a key of the object at this depth replaces its last one */
	struct buf *slot = &w->path[w->keys - 1];
	buf_clear(slot);
	buf_add(slot, key);
	return slot->failed ? fail(w, error_set(w->e, ERR_LIMIT, "a key longer than %d bytes",
	                                        JSONWALK_KEY_BYTES))
	                    : 1;
}

static int on_start_map(void *ctx)
{
	return opens(ctx, false);
}

static int on_end_map(void *ctx)
{
	return closes(ctx);
}

static int on_start_array(void *ctx)
{
	return opens(ctx, true);
}

static int on_end_array(void *ctx)
{
	return closes(ctx);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end_map,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_array,
};

static int explain(struct walk *w, yajl_handle y, const unsigned char *chunk, size_t n, uint64_t at)
{
	if (w->failed)
		return w->failed;
	unsigned char *text = yajl_get_error(y, 0, chunk, n);
	size_t cut = text ? strcspn((const char *)text, "\n") : 0;
	uint64_t where = at + (n ? yajl_get_bytes_consumed(y) : 0);
	int r = error_set(w->e, ERR_FORMAT, "%s: byte %" PRIu64 ": %.*s", w->name, where,
	                  (int)MIN(cut, 200u), text ? (const char *)text : "");
	if (text)
		yajl_free_error(y, text);
	return r;
}

static int feed(struct walk *w, yajl_handle y, struct stream *from)
{
	unsigned char chunk[CHUNK_BYTES];
	uint64_t at = 0;
	for (;;) {
		ssize_t n = stream_read(from, chunk, sizeof chunk, w->e);
		if (n < 0)
			return (int)n;
		yajl_status s = n ? yajl_parse(y, chunk, (size_t)n) : yajl_complete_parse(y);
		if (s != yajl_status_ok)
			return explain(w, y, chunk, (size_t)n, at);
		if (!n) /* yajl takes an empty text for complete */
			return w->open || !at
			               ? error_set(w->e, ERR_FORMAT, "%s: byte %llu: cut off",
			                           w->name, (unsigned long long)at)
			               : 0;
		at += (uint64_t)n;
	}
}

static int run(struct walk *w, struct stream *from)
{
	for (size_t i = 0; i < LEN(w->path); i++)
		w->path[i] = BUF(JSONWALK_KEY_BYTES);
	yajl_handle y = yajl_alloc(&callbacks, NULL, w);
	if (!y)
		return error_set(w->e, ERR_SYSTEM, "no memory for a JSON parser");
	int r = feed(w, y, from);
	yajl_free(y);
	for (size_t i = 0; i < LEN(w->path); i++)
		buf_done(&w->path[i]);
	buf_done(&w->out);
	return r;
}

int jsonwalk(const char *name, struct stream *from, size_t depth, size_t max_subtree,
             jsonwalk_each *each, void *ctx, struct error *e)
{
	struct walk w = { .name = name,
		          .want = MIN(depth, (size_t)JSONWALK_PATH_MAX),
		          .each = each,
		          .ctx = ctx,
		          .e = e,
		          .out = BUF(max_subtree) };
	return run(&w, from);
}

int jsonwalk_planned(const char *name, struct stream *from, jsonwalk_plan *plan, size_t max_subtree,
                     jsonwalk_each *each, void *ctx, struct error *e)
{
	struct walk w = { .name = name,
		          .plan = plan,
		          .each = each,
		          .ctx = ctx,
		          .e = e,
		          .out = BUF(max_subtree) };
	return run(&w, from);
}
