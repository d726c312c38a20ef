#include "../test.h"
#include "base/buf.h"
#include "format/yaml.h"

static int gather(void *ctx, str key, str value, unsigned line, struct error *e)
{
	buf_printf(ctx, "%u:%.*s=%.*s;", line, STR_FMT(key), STR_FMT(value));
	return str_eq(key, STR("bad")) ? error_set(e, ERR_USAGE, "no such thing") : 0;
}

TEST(yaml_scalars_come_with_their_keys)
{
	static const struct {
		const char *text, *want;
		int code;
	} rows[] = {
		{ "", "", 0 },
		{ "# only words\n", "", 0 },
		{ "a: 1\nb: two words\n", "1:a=1;2:b=two words;", 0 },
		{ "scan:\n  severity: high\n  db: x\nq: true\n",
		  "2:scan.severity=high;3:scan.db=x;4:q=true;", 0 },
		{ "l: [x, y]\nm:\n  - z\n", "1:l=x;1:l=y;3:m=z;", 0 },
		{ "a: {b: {c: d}}\ne: f\n", "1:a.b.c=d;2:e=f;", 0 },
		{ "a:\nb: 1\n", "1:a=;2:b=1;", 0 },
		{ "a: [\n", "", ERR_FORMAT },
		{ "just words\n", "", ERR_FORMAT },
		{ "a: &x 1\nb: *x\n", "1:a=1;", ERR_FORMAT },
		{ "[[[[[[[[[1]]]]]]]]]\n", "", ERR_FORMAT },
		{ "a: 1\nbad: 2\n", "1:a=1;2:bad=2;", ERR_USAGE },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf got cleanup(buf_done) = BUF(4096);
		struct error e = { 0 };
		EXPECT_INT(yaml_scalars("f", str_c(rows[i].text), gather, &got, &e), rows[i].code);
		EXPECT_STR(buf_view(&got), str_c(rows[i].want));
		if (rows[i].code)
			EXPECT(strstr(e.msg, "f: line "));
	}
}
