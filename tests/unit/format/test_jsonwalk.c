#include "../test.h"
#include "base/buf.h"
#include "format/jsonwalk.h"

static int note(void *ctx, const str *path, size_t n, str json, struct error *e)
{
	struct buf *b = ctx;
	(void)e;
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%.*s/", STR_FMT(path[i]));
	buf_printf(b, "=%.*s\n", STR_FMT(json));
	return 0;
}

struct row {
	const char *json;
	size_t depth;
	const char *want; /* NULL: an error with `why` in it */
	const char *why;
};

static void expect_walk(const struct row *r)
{
	struct buf got cleanup(buf_done) = BUF(4096);
	struct error e = { 0 };
	struct stream *s = stream_mem(str_c(r->json));
	int code = jsonwalk("f", s, r->depth, 64, note, &got, &e);
	stream_free(s);
	if (!r->want) {
		if (code >= 0 || str_find(str_c(e.msg), str_c(r->why)) == strlen(e.msg))
			test_fail(__FILE__, __LINE__, "%s: got %d \"%s\", want \"%s\"", r->json,
			          code, e.msg, r->why);
		return;
	}
	EXPECT_OK(code, &e);
	EXPECT_STR(buf_view(&got), str_c(r->want));
}

TEST(jsonwalk_gives_each_subtree_once)
{
	static const struct row rows[] = {
		{ "{}", 1, "", NULL },
		{ "{\"a\":1,\"b\":[1,{\"c\":null}]}", 1, "a/=1\nb/=[1,{\"c\":null}]\n", NULL },
		{ "{\"a\":{\"x\":{},\"y\":\"s\"},\"b\":{\"z\":true}}", 2,
		  "a/x/={}\na/y/=\"s\"\nb/z/=true\n", NULL },
		{ "{\"a\":{\"b\":{\"c\":1}}}", 3, "a/b/c/=1\n", NULL },
		/* a value that is no object ends its path early */
		{ "{\"a\":7,\"b\":{\"c\":[{}]},\"d\":[1]}", 2, "a/=7\nb/c/=[{}]\nd/=[1]\n", NULL },
		{ "{\"a\":\"\\u0001\\\"\\\\\\n\\u00e9\"}", 1,
		  "a/=\"\\u0001\\\"\\\\\\u000a\xc3\xa9\"\n", NULL },
		{ "{\"a\":1.50e3,\"b\":-0}", 1, "a/=1.50e3\nb/=-0\n", NULL },
		{ " {\"a\" : { } } ", 1, "a/={}\n", NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		expect_walk(&rows[i]);
}

TEST(jsonwalk_says_where_it_ended)
{
	static const struct row rows[] = {
		{ "", 1, NULL, "f: byte 0" },
		{ "[]", 1, NULL, "no object" },
		{ "7", 1, NULL, "no object" },
		{ "{\"a\":1", 1, NULL, "f: byte" },
		{ "{\"a\":1}}", 1, NULL, "f: byte" },
		{ "{\"a\":\"\xff\"}", 1, NULL, "f: byte" },
		{ "{\"a\":["
		  "\"0123456789012345678901234567890123456789012345678901234567890123456789\"]}",
		  1, NULL, "larger than 64" },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		expect_walk(&rows[i]);
}

TEST(jsonwalk_limits_nesting)
{
	char deep[400] = "{\"a\":";
	size_t n = strlen(deep);
	memset(deep + n, '[', 100);
	expect_walk(&(struct row){ deep, 1, NULL, "nested deeper" });
}

static enum jsonwalk_take plan(void *ctx, const str *path, size_t n, enum jsonwalk_shape shape, bool item)
{
	(void)ctx, (void)item;
	str last = path[n - 1];
	return str_starts(last, STR("skip")) ? JSONWALK_SKIP : str_starts(last, STR("in")) && (shape != JSONWALK_OBJECT || !item) ? JSONWALK_APART : JSONWALK_WHOLE;
}

TEST(jsonwalk_follows_a_plan)
{
	static const struct row rows[] = {
		{ "{\"in\":[1,{\"a\":[2]},\"s\"],\"b\":[3]}", 0, "in/=1\nin/={\"a\":[2]}\nin/=\"s\"\nb/=[3]\n", NULL },
		{ "{\"skip\":[{\"a\":{}},1],\"b\":1,\"skip2\":2,\"c\":{}}", 0, "b/=1\nc/={}\n", NULL },
		{ "{\"in\":{\"in\":[[1],{}],\"skip\":[1]},\"b\":2}", 0, "in/in/=1\nin/in/={}\nb/=2\n", NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf got cleanup(buf_done) = BUF(4096);
		struct error e = { 0 };
		struct stream *s = stream_mem(str_c(rows[i].json));
		EXPECT_OK(jsonwalk_planned("f", s, plan, 64, note, &got, &e), &e);
		EXPECT_STR(buf_view(&got), str_c(rows[i].want));
		stream_free(s);
	}
}
