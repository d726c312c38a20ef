#include "format/lines.h"
#include "../test.h"

TEST(lines_are_given_with_their_byte)
{
	struct stream *s = stream_mem(STR("a\r\n\nbc\nlast"));
	struct lines *l cleanup(lines_cleanup) = lines_new(s, 100);
	static const struct {
		str text;
		unsigned offset;
	} rows[] = { { STR_INIT("a"), 0 }, { STR_INIT(""), 3 }, { STR_INIT("bc"), 4 }, { STR_INIT("last"), 7 } };
	struct error e = { 0 };
	struct line line;

	for (size_t i = 0; i < LEN(rows); i++) {
		EXPECT_INT(lines_next(l, &line, &e), 1);
		EXPECT_STR(line.text, rows[i].text);
		EXPECT_INT(line.offset, rows[i].offset);
		EXPECT(!line.cut);
	}
	EXPECT_INT(lines_next(l, &line, &e), 0);
	EXPECT_INT(lines_next(l, &line, &e), 0);
	stream_free(s);
}

TEST(lines_longer_than_the_limit_are_cut_and_the_next_one_is_whole)
{
	enum { LONG = 200000, MAX_LINE = 10 };
	char *text = malloc(LONG + 20);
	struct error e = { 0 };

	for (int n = MAX_LINE - 1; n <= LONG; n = n < 12 ? n + 1 : n * 3) {
		struct line line;
		memset(text, 'x', (size_t)n);
		memcpy(text + n, "\nnext\n", 6);
		struct stream *s = stream_mem(str_mem(text, (size_t)n + 6));
		struct lines *l cleanup(lines_cleanup) = lines_new(s, MAX_LINE);
		EXPECT_INT(lines_next(l, &line, &e), 1);
		EXPECT_INT(line.text.n, MIN(n, (int)MAX_LINE));
		EXPECT_INT(line.cut, n > MAX_LINE);
		EXPECT_INT(lines_next(l, &line, &e), 1);
		EXPECT_STR(line.text, STR("next"));
		EXPECT_INT(line.offset, n + 1);
		EXPECT_INT(lines_next(l, &line, &e), 0);
		stream_free(s);
	}
	free(text);
}
