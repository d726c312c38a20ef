#include "../test.h"
#include "oci/toc.h"
#include <stdio.h>

#define SUM  "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define SUMS "\"digest\":\"" SUM "\",\"chunkDigest\":\"" SUM "\""

static bool all_but_b(void *ctx, str path, unsigned mode)
{
	(void)ctx, (void)mode;
	return !str_eq(path, STR("b"));
}

static int table(const char *entries, struct arena *a, struct toc *out, struct error *e)
{
	char text[4096];
	struct stream *s;
	int r;

	snprintf(text, sizeof text, "{\"version\":1,\"entries\":[%s]}", entries);
	*out = (struct toc){ .arena = a };
	s = stream_mem(str_c(text));
	r = toc_read(s, 1000, all_but_b, NULL, out, e);
	stream_free(s);
	return r;
}

/* docs/estargz.md, TOCEntry: a piece has no end of its own, chunkSize 0 is the rest of the file */
TEST(an_estargz_piece_ends_where_the_next_begins)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct error e = { 0 };
	struct toc t;
	EXPECT_OK(table("{\"type\":\"reg\",\"name\":\"a\",\"mode\":33261,\"size\":30,\"offset\":"
	                "100,\"chunkSize\":20," SUMS "},"
	                "{\"type\":\"chunk\",\"name\":\"a\",\"offset\":200,\"chunkOffset\":20," SUMS
	                "},"
	                "{\"type\":\"reg\",\"name\":\"b\",\"size\":7,\"offset\":300," SUMS "},"
	                "{\"type\":\"symlink\",\"name\":\"c\",\"linkName\":\"a\"},"
	                "{\"type\":\"reg\",\"name\":\"d\",\"size\":7,\"offset\":400," SUMS "}",
	                &a, &t, &e),
	          &e);
	EXPECT_INT(t.entries.n, 4);
	EXPECT_INT(t.chunks.n, 3);
	EXPECT_INT(t.entries.v[0].mode, 0755);
	EXPECT_INT(t.chunks.v[0].size_bytes, 20);
	EXPECT_INT(t.chunks.v[0].to, 200);
	EXPECT_INT(t.chunks.v[1].size_bytes, 10);
	EXPECT_INT(t.chunks.v[1].to, 300); /* where b begins, which is not wanted */
	EXPECT(!t.entries.v[1].wanted && !t.entries.v[1].size_bytes);
	EXPECT_INT(t.chunks.v[2].from, 400);
	EXPECT_INT(t.chunks.v[2].to, 1000); /* where the table begins */
}

/* containers/storage: endOffset is the whole file's, zeros are nowhere */
TEST(a_zstd_chunked_file_may_have_holes)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct error e = { 0 };
	struct toc t;
	EXPECT_OK(table("{\"type\":\"reg\",\"name\":\"a\",\"size\":30,\"offset\":100,\"endOffset\":"
	                "300,\"chunkSize\":10," SUMS "},"
	                "{\"type\":\"chunk\",\"name\":\"a\",\"offset\":200,\"chunkOffset\":10,"
	                "\"chunkSize\":10,\"chunkType\":\"zeros\"},"
	                "{\"type\":\"chunk\",\"name\":\"a\",\"offset\":200,\"endOffset\":300,"
	                "\"chunkOffset\":20,\"chunkSize\":10," SUMS "},"
	                "{\"type\":\"dir\",\"name\":\"d/\"}",
	                &a, &t, &e),
	          &e);
	EXPECT_INT(t.chunks.n, 3);
	EXPECT_INT(t.chunks.v[0].to, 200);
	EXPECT_INT(t.chunks.v[1].to, 0);
	EXPECT_INT(t.chunks.v[2].to, 300);
}

TEST(a_table_that_is_not_sound_is_refused)
{
	static const struct {
		const char *entries;
		int code;
	} rows[] = {
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":1001," SUMS "}",
		  ERR_UNSUPPORTED }, /* behind the end */
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":-1," SUMS "}",
		  ERR_FORMAT },
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":9,\"endOffset\":"
		  "1001," SUMS "}",
		  ERR_FORMAT },
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":9,\"chunkSize\":8," SUMS
		  "}",
		  ERR_FORMAT },
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":9,\"chunkSize\":6," SUMS
		  "}",
		  ERR_FORMAT }, /* too few */
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":9}",
		  ERR_FORMAT }, /* nothing to check it by */
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":9,\"chunkSize\":6,"
		  "\"digest\":\"" SUM "\"}",
		  ERR_FORMAT },
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":9,\"innerOffset\":3," SUMS
		  "}",
		  ERR_UNSUPPORTED },
		{ "{\"type\":\"reg\",\"name\":\"a\",\"size\":7,\"offset\":9," SUMS "},"
		  "{\"type\":\"reg\",\"name\":\"c\",\"size\":7,\"offset\":9," SUMS "}",
		  ERR_UNSUPPORTED }, /* two in one place */
		{ "{\"type\":\"chunk\",\"name\":\"a\",\"offset\":9," SUMS "}", ERR_FORMAT },
		{ "{\"type\":\"reg\",\"name\":\"a/\"}",
		  ERR_FORMAT }, /* a tar reader would see a folder */
		{ "{\"type\":\"symlink\",\"name\":\"a\"}", ERR_FORMAT },
		{ "{\"type\":\"reg\",\"name\":\"a\\u0000b\"}", ERR_FORMAT },
		{ "{\"type\":\"reg\",\"name\":\"stargz.index.json\"}", ERR_FORMAT },
		{ "{\"type\":\"other\",\"name\":\"a\"}", ERR_FORMAT },
		{ "{\"type\":\"dir\"}", ERR_FORMAT },
		{ "7", ERR_FORMAT },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct error e = { 0 };
		struct toc t;
		EXPECT_INT(table(rows[i].entries, &a, &t, &e), rows[i].code);
	}
}

/* docs/estargz.md, Footer */
TEST(the_footer_points_into_the_blob)
{
	static const struct {
		const char *hex;
		uint64_t blob_bytes;
		int code;
	} rows[] = {
		{ "0000000000001388", 6000, 0 },
		{ "0000000000001388", 5000 + 51, ERR_FORMAT },
		{ "0000000000000000", 6000, ERR_FORMAT },
		{ "000000000000138g", 6000, ERR_FORMAT },
		{ "ffffffffffffffff", 6000, ERR_FORMAT },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		char footer[TOC_FOOTER_BYTES + 1] = "\x1f\x8b\x08\x04";
		struct error e = { 0 };
		uint64_t at = 0;
		memcpy(footer + 10, "\x1a\x00SG\x16\x00", 6);
		memcpy(footer + 16, rows[i].hex, 16);
		memcpy(footer + 32, "STARGZ\x01\x00\x00\xff\xff", 11);
		EXPECT_INT(
		        toc_footer(str_mem(footer, TOC_FOOTER_BYTES), rows[i].blob_bytes, &at, &e),
		        rows[i].code);
		EXPECT_INT(at, rows[i].code ? 0 : 5000);
	}
}
