#include "../test.h"
#include "base/jsonout.h"
#include "base/text.h"

static void quoted_is(str value, str want)
{
	struct buf b cleanup(buf_done) = BUF(4096);
	struct jsonout j = JSONOUT(&b, 0);

	jsonout_str(&j, NULL, value);
	EXPECT_STR(buf_view(&b), want);
}

TEST(jsonout_escapes_as_rfc_8259_section_7)
{
	quoted_is(STR("plain / text"), STR("\"plain / text\""));
	quoted_is(STR("\"\\\b\f\n\r\t"), STR("\"\\\"\\\\\\b\\f\\n\\r\\t\""));
	quoted_is(STR("a\0b\x1b[31m"), STR("\"a\\u0000b\\u001b[31m\""));
	quoted_is(STR("caf\xc3\xa9 \xf0\x9f\x90\xa7"), STR("\"caf\xc3\xa9 \xf0\x9f\x90\xa7\""));
}

TEST(jsonout_escapes_what_steers_a_terminal)
{
	quoted_is(STR("\x7f\xc2\x9b"), STR("\"\\u007f\\u009b\""));
	quoted_is(STR("\xe2\x80\xae"), STR("\"\\u202e\""));            /* right-to-left override */
	quoted_is(STR("\xe2\x80\xa8"), STR("\"\\u2028\""));            /* line separator */
	quoted_is(STR("\xf3\xa0\x80\x81"), STR("\"\\udb40\\udc01\"")); /* tag, a surrogate pair */
}

#define FFFD "\xef\xbf\xbd"

/* Unicode 15, table 3-8 and its neighbours: one U+FFFD for each maximal subpart */
TEST(text_repairs_as_unicode_table_3_8)
{
	quoted_is(STR("\xff"), STR("\"" FFFD "\""));
	quoted_is(STR("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"),
	          STR("\"" FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A\""));
	quoted_is(STR("\xed\xa0\x80"), STR("\"" FFFD FFFD FFFD "\"")); /* a surrogate */
	quoted_is(STR("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"),
	          STR("\"" FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B\""));
	quoted_is(STR("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), STR("\"" FFFD FFFD FFFD FFFD "A\""));
	quoted_is(STR("a\xe2\x82"), STR("\"a" FFFD "\"")); /* cut off */
}

TEST(text_width_counts_cells)
{
	EXPECT_INT(text_width(STR("abc")), 3);
	EXPECT_INT(text_width(STR("\xe6\x97\xa5\xe6\x9c\xac")), 4); /* 日本 */
	EXPECT_INT(text_width(STR("e\xcc\x81")), 1);                /* e, combining acute */
	EXPECT_INT(text_width(STR("\xf0\x9f\x90\xa7")), 2);         /* penguin */
	EXPECT_INT(text_width(STR("\xe2\x94\x80\xe2\x80\xa6")), 2); /* line, ellipsis */
}

TEST(text_encode_is_the_inverse_of_text_rune)
{
	static const uint32_t runes[] = { 0,      0x7f,   0x80,   0x7ff,   0x800,
		                          0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff };
	for (size_t i = 0; i < LEN(runes); i++) {
		char bytes[TEXT_RUNE_BYTES];
		str s = { bytes, text_encode(runes[i], bytes) };
		EXPECT_INT(text_rune(&s), runes[i]);
		EXPECT_INT(s.n, 0);
	}
}

static void document(struct jsonout *j)
{
	jsonout_object(j, NULL);
	jsonout_text(j, "name", "x");
	jsonout_array(j, "list");
	jsonout_u64(j, NULL, UINT64_MAX);
	jsonout_i64(j, NULL, INT64_MIN);
	jsonout_object(j, NULL);
	jsonout_end(j);
	jsonout_end(j);
	jsonout_some(j, "left out", (str){ 0 });
	jsonout_array(j, "none");
	jsonout_end(j);
	jsonout_bool(j, "yes", true);
	jsonout_null(j, "nothing");
	jsonout_end(j);
}

TEST(jsonout_nests_on_one_line)
{
	struct buf b cleanup(buf_done) = BUF(4096);
	document(&JSONOUT(&b, 0));
	EXPECT_STR(buf_view(&b),
	           STR("{\"name\":\"x\",\"list\":[18446744073709551615,-9223372036854775808,{}],"
	               "\"none\":[],\"yes\":true,\"nothing\":null}"));
}

TEST(jsonout_indents_and_ends_with_a_line)
{
	struct buf b cleanup(buf_done) = BUF(4096);
	document(&JSONOUT(&b, 2));
	EXPECT_STR(buf_view(&b),
	           STR("{\n  \"name\": \"x\",\n  \"list\": [\n    18446744073709551615,\n"
	               "    -9223372036854775808,\n    {}\n  ],\n  \"none\": [],\n"
	               "  \"yes\": true,\n  \"nothing\": null\n}\n"));
}

TEST(jsonout_writes_the_shortest_number)
{
	struct buf b cleanup(buf_done) = BUF(4096);
	struct jsonout j = JSONOUT(&b, 0);
	jsonout_array(&j, NULL);
	jsonout_f64(&j, NULL, 9.8);
	jsonout_f64(&j, NULL, 10);
	jsonout_f64(&j, NULL, 0.1 + 0.2);
	jsonout_f64(&j, NULL, 1.0 / 0.0);
	jsonout_end(&j);
	EXPECT_STR(buf_view(&b), STR("[9.8,10,0.30000000000000004,null]"));
}
