#include "format/deb822.h"
#include "../test.h"

static const str wanted[] = { STR_INIT("Name"), STR_INIT("Text") };

TEST(deb822_fields)
{
	static const struct {
		const char *rule, *text, *name, *value, *damage;
		unsigned damage_at;
	} rows[] = {
		{ "simple", "Name: a\nText: b\n", "a", "b", NULL, 0 },
		{ "names have no case", "NAME:a\ntext:   b  \n", "a", "b", NULL, 0 },
		{ "continuation", "Name: a\nText: b\n c\n\t d\nOther: x\n", "a", "b\nc\nd", NULL, 0 },
		{ "continuation of another field", "Other: x\n Text: y\nName: a\n", "a", "", NULL, 0 },
		{ "the first of two counts", "Name: a\nName: b\n", "a", "", NULL, 0 },
		{ "comment", "# x\nName: a\n# y: z\n", "a", "", NULL, 0 },
		{ "empty value", "Name:\nText: b", "", "b", NULL, 0 },
		{ "colon in a value", "Name: 1:2", "1:2", "", NULL, 0 },
		{ "blank lines before", "\n\nName: a\n\n\n", "a", "", NULL, 0 },
		{ "no colon", "Name: a\nwrong\nText: b\n", "a", "b", "line without a colon", 8 },
		{ "no name", ": x\nName: a\n", "a", "", "field without a name", 0 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct stream *s = stream_mem(str_c(rows[i].text));
		struct deb822 *d cleanup(deb822_cleanup) = deb822_new(s, wanted, LEN(wanted));
		struct deb822_stanza z;
		struct error e = { 0 };
		EXPECT_INT(deb822_next(d, &z, &e), 1);
		EXPECT_STR(z.values[0], str_c(rows[i].name));
		EXPECT_STR(z.values[1], str_c(rows[i].value));
		EXPECT_STR(str_c(z.damage), str_c(rows[i].damage));
		EXPECT_INT(z.damage_at, rows[i].damage_at);
		EXPECT_INT(deb822_next(d, &z, &e), 0);
		stream_free(s);
	}
}

TEST(deb822_stanzas_have_offsets)
{
	struct stream *s = stream_mem(STR("\nName: a\n\n\nName: b\r\n\r\nName: c"));
	struct deb822 *d cleanup(deb822_cleanup) = deb822_new(s, wanted, LEN(wanted));
	static const unsigned offsets[] = { 1, 11, 22 };
	struct deb822_stanza z;
	struct error e = { 0 };

	for (size_t i = 0; i < LEN(offsets); i++) {
		EXPECT_INT(deb822_next(d, &z, &e), 1);
		EXPECT_INT(z.offset, offsets[i]);
		EXPECT_INT(z.values[0].p[0], 'a' + (int)i);
	}
	EXPECT_INT(deb822_next(d, &z, &e), 0);
	stream_free(s);
}

TEST(deb822_a_wanted_field_has_a_ceiling)
{
	enum { LONG = DEB822_VALUE_BYTES + 10 };
	char *text = malloc(LONG + 20);
	struct error e = { 0 };
	struct deb822_stanza z;

	memcpy(text, "Name: ", 6);
	memset(text + 6, 'x', LONG);
	memcpy(text + 6 + LONG, "\nText: b\n", 9);
	struct stream *s = stream_mem(str_mem(text, LONG + 15));
	struct deb822 *d cleanup(deb822_cleanup) = deb822_new(s, wanted, LEN(wanted));
	EXPECT_INT(deb822_next(d, &z, &e), 1);
	EXPECT_STR(str_c(z.damage), STR("field longer than is read"));
	EXPECT_STR(z.values[1], STR("b"));
	stream_free(s);
	free(text);
}
