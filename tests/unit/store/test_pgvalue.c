/* PostgreSQL's binary forms; the bytes are what PostgreSQL 15 gives for numeric_send('…') and its
 * like */
#include "../test.h"
#include "store/pgvalue.h"

// clang-format off
static const struct {
	const char *name;
	unsigned type;
	str wire;
	int64_t i;
	double f;
	const char *text;
} rows[] = {
	{ "0", PG_NUMERIC, STR_INIT("\0\0\0\0\0\0\0\0"), 0, 0, "0" },
	{ "42", PG_NUMERIC, STR_INIT("\0\1\0\0\0\0\0\0\0\x2a"), 42, 42, "42" },
	{ "-12345.5", PG_NUMERIC, STR_INIT("\0\3\0\1\x40\0\0\1\0\1\x09\x29\x13\x88"), -12345, -12345.5, "-12345.5" },
	{ "1e20", PG_NUMERIC, STR_INIT("\0\1\0\5\0\0\0\0\0\1"), INT64_MAX, 1e20, "9223372036854775807" },
	{ "least", PG_NUMERIC, STR_INIT("\0\5\0\4\x40\0\0\0\x03\x9a\x0d\x2c\x01\x70\x15\x65\x16\xb0"),
	  INT64_MIN, -0x1p63, "-9223372036854775808" },
	{ "most", PG_NUMERIC, STR_INIT("\0\5\0\4\0\0\0\0\x03\x9a\x0d\x2c\x01\x70\x15\x65\x16\xaf"),
	  INT64_MAX, 0x1p63, "9223372036854775807" },
	{ "0.0001", PG_NUMERIC, STR_INIT("\0\1\xff\xff\0\0\0\4\0\1"), 0, 0.0001, "0.0001" },
	{ "10000", PG_NUMERIC, STR_INIT("\0\1\0\1\0\0\0\0\0\1"), 10000, 10000, "10000" },
	{ "1e8", PG_NUMERIC, STR_INIT("\0\1\0\2\0\0\0\0\0\1"), 100000000, 1e8, "100000000" },
	{ "float8", PG_FLOAT8, STR_INIT("\xc0\x02\0\0\0\0\0\0"), -2, -2.25, "-2.25" },
	{ "float4", PG_FLOAT4, STR_INIT("\x3f\xc0\0\0"), 1, 1.5, "1.5" },
	{ "int8", PG_INT8, STR_INIT("\xff\xff\xff\xff\xff\xff\xff\xfe"), -2, -2, "-2" },
	{ "int4", PG_INT4, STR_INIT("\xff\xff\xff\xfd"), -3, -3, "-3" },
	{ "int2", PG_INT2, STR_INIT("\xff\xfc"), -4, -4, "-4" },
	{ "oid", PG_OID, STR_INIT("\xff\xff\xff\xff"), 4294967295, 4294967295, "4294967295" },
	{ "bool", PG_BOOL, STR_INIT("\1"), 1, 1, "1" },
	{ "text", PG_TEXT, STR_INIT("12 apples"), 12, 12, "12 apples" },
	{ "no number", PG_TEXT, STR_INIT("x"), 0, 0, "x" },
};
// clang-format on

TEST(pgvalue_reads_what_postgresql_sends)
{
	for (size_t i = 0; i < LEN(rows); i++) {
		char scratch[PGVALUE_TEXT_BYTES];
		EXPECT(pgvalue_is_known(rows[i].type));
		EXPECT_INT(pgvalue_int(rows[i].type, rows[i].wire), rows[i].i);
		EXPECT(pgvalue_real(rows[i].type, rows[i].wire) == rows[i].f);
		EXPECT_STR(pgvalue_text(rows[i].type, rows[i].wire, scratch), str_c(rows[i].text));
	}
	EXPECT(!pgvalue_is_known(3802)); /* jsonb */
}

/* From a damaged or hostile server: any bytes of any type end. */
TEST(pgvalue_takes_values_that_are_cut)
{
	for (size_t i = 0; i < LEN(rows); i++)
		for (size_t n = 0; n < rows[i].wire.n; n++) {
			char scratch[PGVALUE_TEXT_BYTES];
			str cut = str_upto(rows[i].wire, n);
			(void)pgvalue_int(rows[i].type, cut);
			(void)pgvalue_real(rows[i].type, cut);
			EXPECT(pgvalue_text(rows[i].type, cut, scratch).n < PGVALUE_TEXT_BYTES);
		}
}
