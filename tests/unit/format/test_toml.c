/* toml.io/en/v1.0.0, section by section. tests/peers/test_toml.py runs toml-test's own cases. */
#include "../test.h"
#include "base/attr.h"
#include "base/buf.h"
#include "format/toml.h"
#include <inttypes.h>
#include <math.h>

/* The tree in short: scalars as they are written, strings in quotes */
static void show(struct buf *b, const struct toml *v)
{
	bool table = v->type == TOML_TABLE;

	if (v->type == TOML_STRING) {
		buf_printf(b, "'%.*s'", STR_FMT(v->text));
		return;
	}
	if (v->type == TOML_INTEGER) {
		buf_printf(b, "%" PRId64, v->integer);
		return;
	}
	if (v->type != TOML_ARRAY && !table) {
		buf_printf(b, "%d:%.*s", (int)v->type, STR_FMT(v->text));
		return;
	}
	buf_addc(b, table ? '{' : '[');
	for (const struct toml *m = toml_first(v); m; m = m->next) {
		buf_add(b, m == v->first ? STR("") : STR(","));
		buf_printf(b, table ? "%.*s=" : "%.*s", STR_FMT(m->key));
		show(b, m);
	}
	buf_addc(b, table ? '}' : ']');
}

TEST(toml_reads_what_the_specification_shows)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "{}" },
		{ "# a comment\nkey = \"value\"  # and one behind\nother = '# none'", "{key='value',other='# none'}" },
		{ "a = 1\r\nb = 2\r\n", "{a=1,b=2}" },
		/* keys */
		{ "1234 = 1\nbare-key_ = 2\n", "{1234=1,bare-key_=2}" },
		{ "\"127.0.0.1\" = 1\n'quoted \"x\"' = 2\n\"\" = 3", "{127.0.0.1=1,quoted \"x\"=2,=3}" },
		{ "physical.color = 'o'\nphysical . shape = 'r'\nsite.\"google.com\" = true",
		  "{physical={color='o',shape='r'},site={google.com=3:true}}" },
		{ "apple.type = 1\norange.type = 2\napple.skin = 3", "{apple={type=1,skin=3},orange={type=2}}" },
		{ "3.14159 = 1", "{3={14159=1}}" },
		/* strings */
		{ "s = \"I'm. \\\"q\\\". n\\tT\\u00E9\\U0001F600.\"", "{s='I'm. \"q\". n\tT\xc3\xa9\xf0\x9f\x98\x80.'}" },
		{ "s = \"\"\"\nRoses\r\nViolets\"\"\"", "{s='Roses\r\nViolets'}" },
		{ "s = \"\"\"\\\n   The \\ \n\n  fox.\\\n \"\"\"", "{s='The fox.'}" },
		{ "s = \"\"\"Two: \"\". Three: \"\"\\\". \"end\"\"\"\"\"", "{s='Two: \"\". Three: \"\"\". \"end\"\"'}" },
		{ "s = 'C:\\nodejs'\nt = ''''That,' she said'''", "{s='C:\\nodejs',t=''That,' she said'}" },
		{ "s = ''\nt = \"\"\nu = \"\"\"\"\"\"", "{s='',t='',u=''}" },
		/* numbers */
		{ "a = +99\nb = -0\nc = 5_349_221\nd = 0xDEAD_beef\ne = 0o755\nf = 0b1101",
		  "{a=99,b=0,c=5349221,d=3735928559,e=493,f=13}" },
		{ "a = 9223372036854775807\nb = -9223372036854775808", "{a=9223372036854775807,b=-9223372036854775808}" },
		{ "a = +1.0\nb = 5e+22\nc = -2E-2\nd = 6.626e-34\ne = -inf\nf = nan\ng = 224_617.445_991",
		  "{a=2:+1.0,b=2:5e+22,c=2:-2E-2,d=2:6.626e-34,e=2:-inf,f=2:nan,g=2:224_617.445_991}" },
		/* dates */
		{ "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 00:32:00.999999-07:00\nc = 1979-05-27t07:32:00",
		  "{a=4:1979-05-27T07:32:00Z,b=4:1979-05-27 00:32:00.999999-07:00,c=5:1979-05-27t07:32:00}" },
		{ "a = 1979-05-27 \nb = 00:32:00.999999\nc = 2000-02-29 # leap", "{a=6:1979-05-27,b=7:00:32:00.999999,c=6:2000-02-29}" },
		/* arrays */
		{ "a = [ [ 1, 2 ], [\"x\"] ]\nb = [\n 1, # one\n 2,\n]\nc = []", "{a=[[1,2],['x']],b=[1,2],c=[]}" },
		/* tables */
		{ "[t]\n[dog.\"tater.man\"]\ntype.name = 'pug'", "{t={},dog={tater.man={type={name='pug'}}}}" },
		{ "[ d.e.f ]\n[ g . h ]", "{d={e={f={}}},g={h={}}}" },
		{ "[x.y.z.w]\n[x]\na = 1", "{x={y={z={w={}}},a=1}}" },
		{ "[fruit]\napple.color = 1\napple.taste.sweet = 2\n[fruit.apple.texture]\ns = 3",
		  "{fruit={apple={color=1,taste={sweet=2},texture={s=3}}}}" },
		{ "n = { first = 'T', last = 'P' }\nk = {type.name = 1}\nm = {}", "{n={first='T',last='P'},k={type={name=1}},m={}}" },
		{ "[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 3", "{p=[{n=1},{},{n=3}]}" },
		{ "[[f]]\nn = 1\n[f.p]\nc = 2\n[[f.v]]\nn = 3\n[[f.v]]\nn = 4\n[[f]]\nn = 5\n[[f.v]]\nn = 6",
		  "{f=[{n=1,p={c=2},v=[{n=3},{n=4}]},{n=5,v=[{n=6}]}]}" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(MIB(1));
		struct buf got cleanup(buf_done) = BUF(4096);
		struct error e = { 0 };
		const struct toml *top = NULL;
		EXPECT_OK(toml_parse("f", str_c(rows[i].text), &a, &top, &e), &e);
		if (top)
			show(&got, top);
		EXPECT_STR(buf_view(&got), str_c(rows[i].want));
	}
}

TEST(toml_refuses_what_the_specification_calls_invalid)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "key = # INVALID", "byte 6: no value" },
		{ "first = \"Tom\" last = \"P\"", "byte 14: more than one thing in a line" },
		{ "= \"no key name\"", "byte 0: no key" },
		{ "name = 1\nname = 2", "byte 14: a key for the second time" },
		{ "spelling = 1\n\"spelling\" = 2", "second time" },
		{ "fruit.apple = 1\nfruit.apple.smooth = true", "adds to what is already there" },
		{ "[fruit]\na = 1\n[fruit]\nb = 2", "a table for the second time" },
		{ "[fruit]\napple = 1\n[fruit.apple]\n", "a table for the second time" },
		{ "[fruit]\napple.color = 1\n[fruit.apple]", "a table for the second time" },
		{ "[fruit]\napple.taste.sweet = 1\n[fruit.apple.taste]", "a table for the second time" },
		{ "[a.b.c]\nz = 9\n[a]\nb.c.t = 1", "adds to what is already there" },
		{ "type = { name = 1 }\ntype.edible = false", "adds to what is already there" },
		{ "[product]\ntype.name = 1\ntype = { edible = 1 }", "second time" },
		{ "[fruit.physical]\n[[fruit]]", "whose name is taken" },
		{ "fruits = []\n[[fruits]]", "whose name is taken" },
		{ "[[fruits]]\n[[fruits.v]]\n[fruits.v]", "a table for the second time" },
		{ "a = [{b = 1}]\n[a.c]", "inside of what is no table" },
		{ "a = {b = 1,}", "no key" }, { "a = {b = 1\n}", "without an end" },
		{ "a = {b = {c = 1}, b.d = 2}", "already there" },
		{ "a = 1__0", "no value of TOML" }, { "a = 01", "no value" }, { "a = +0x1", "no value" },
		{ "a = .7", "no value" }, { "a = 7.", "no value" }, { "a = 3.e+20", "no value" },
		{ "a = 9223372036854775808", "no value" }, { "a = 1979-02-30", "no value" },
		{ "a = 25:00:00", "no value" }, { "a = 07:32", "no value" }, { "a = True", "no value" },
		{ "a = \"x\ny\"", "a control character in a string" }, { "a = \"\\x\"", "unknown escape" },
		{ "a = \"\\uD800\"", "no character" }, { "a = 'x", "without an end" },
		{ "a = \"\"\"x\"\"", "without an end" }, { "a = '\x01'", "control character" },
		{ "# \x01", "control character" }, { "# a\rb = 1", "control character" }, { "a = '\xff'", "not UTF-8" },
		{ "a = [1 2]", "array without an end" }, { "[a", "without an end" }, { "[[a]", "without an end" },
		{ "[]", "no key" }, { "[a..b]", "no key" }, { "a = 1 = 2", "more than one" }, { "a", "no =" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(MIB(1));
		struct error e = { 0 };
		const struct toml *top = NULL;
		EXPECT_INT(toml_parse("f", str_c(rows[i].text), &a, &top, &e), ERR_FORMAT);
		if (!strstr(e.msg, rows[i].why) || strncmp(e.msg, "f: byte ", 8))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].text, e.msg);
	}
}

TEST(toml_limits)
{
	char text[400];
	struct arena a cleanup(arena_done) = ARENA(KIB(64));
	struct error e = { 0 };
	const struct toml *top = NULL;

	memcpy(text, "a = ", 4);
	memset(text + 4, '[', TOML_DEPTH_MAX);
	memset(text + 4 + TOML_DEPTH_MAX, ']', TOML_DEPTH_MAX);
	EXPECT_OK(toml_parse("f", str_mem(text, 4 + 2 * TOML_DEPTH_MAX), &a, &top, &e), &e);
	memset(text + 4, '[', sizeof text - 4);
	EXPECT_INT(toml_parse("f", str_mem(text, sizeof text), &a, &top, &e), ERR_LIMIT);
	for (size_t i = 0; i < sizeof text; i += 2)
		memcpy(text + i, "a.", 2);
	EXPECT_INT(toml_parse("f", str_mem(text, sizeof text), &a, &top, &e), ERR_LIMIT);
	struct arena small cleanup(arena_done) = ARENA(KIB(1));
	EXPECT_INT(toml_parse("f", STR("a=[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"), &small, &top, &e),
	           ERR_LIMIT);
}

TEST(toml_getters_take_what_is_there)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(1));
	struct error e = { 0 };
	const struct toml *top = NULL;

	EXPECT_OK(toml_parse("f", STR("s = 'x'\ni = 1\nl = [1]\n[t]\n"), &a, &top, &e), &e);
	EXPECT_STR(toml_str(top, "s"), STR("x"));
	EXPECT_STR(toml_str(top, "i"), STR(""));
	EXPECT_STR(toml_str(NULL, "s"), STR(""));
	EXPECT(toml_array(top, "l") && toml_first(toml_array(top, "l"))->integer == 1);
	EXPECT(toml_table(top, "t") && !toml_table(top, "s") && !toml_array(top, "t"));
	EXPECT(!toml_get(toml_get(top, "s"), "x") && !toml_first(toml_get(top, "i")));
	EXPECT_INT(toml_table(top, "t")->offset, 22);
}
