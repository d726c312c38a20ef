#include "../test.h"
#include "base/buf.h"
#include "stream/spool.h"
#include "stream/stream.h"

/* what a real compressor makes of `bytes` (gzip, zstd: peers of our readers) */
static str filtered(struct buf *out, const char *command)
{
	FILE *f = popen(command, "r");
	size_t got = 0;
	do {
		char *p = buf_room(out, 4096);
		got = fread(p, 1, 4096, f);
		buf_grown(out, got);
	} while (got);
	EXPECT_INT(pclose(f), 0);
	return buf_view(out);
}

/* everything a stream gives, taken in odd pieces; the stream is freed */
static int read_all(struct stream *s, struct buf *out, struct error *e)
{
	ssize_t got;
	size_t piece = 1;
	do {
		char *p = buf_room(out, 70000);
		piece = piece * 7 % 70000 + 1;
		got = stream_read(s, p, piece, e);
		if (got > 0)
			buf_grown(out, (size_t)got);
	} while (got > 0);
	stream_free(s);
	return (int)got;
}

TEST(inflate_reads_what_gzip_and_zstd_write)
{
	static const char *const commands[] = {
		        "seq 1 100000",
		        "seq 1 100000 | gzip -1",
		        "(seq 1 50000 | gzip -9; seq 50001 100000 | gzip -1)", /* two members */
		        "(seq 1 100000 | gzip; head -c 1000 /dev/zero)",       /* padding */
		        "seq 1 100000 | zstd -q -19",
		        "(seq 1 50000 | zstd -q; seq 50001 100000 | zstd -q)", /* two frames */
		        /* a skippable frame first */
		        "(printf 'P*M\\030\\004\\000\\000\\000abcd'; seq 100000 | zstd -q)",
	        };
	struct buf want cleanup(buf_done) = BUF(1 << 22);
	filtered(&want, commands[0]);
	for (size_t i = 0; i < LEN(commands); i++) {
		struct buf in cleanup(buf_done) = BUF(1 << 22),
		              got cleanup(buf_done) = BUF(1 << 22);
		struct error e = { 0 };
		str bytes = filtered(&in, commands[i]);
		EXPECT_OK(read_all(stream_inflate(stream_mem(bytes), UINT64_MAX), &got, &e), &e);
		EXPECT(str_eq(buf_view(&got), buf_view(&want)));
	}
}

TEST(inflate_says_when_data_is_cut_damaged_or_too_much)
{
	static const char *const commands[] = { "seq 1 100000 | gzip", "seq 1 100000 | zstd -q" };
	for (size_t i = 0; i < LEN(commands); i++) {
		struct buf in cleanup(buf_done) = BUF(1 << 22),
		              got cleanup(buf_done) = BUF(1 << 22);
		struct error e = { 0 };
		str bytes = filtered(&in, commands[i]);
		EXPECT_INT(read_all(stream_inflate(stream_mem(str_upto(bytes, bytes.n - 5)),
		                                   UINT64_MAX),
		                    &got, &e),
		           ERR_FORMAT);
		EXPECT(strstr(e.msg, "ends in the middle"));
		buf_clear(&got);
		EXPECT_INT(read_all(stream_inflate(stream_mem(bytes), 1000), &got, &e), ERR_LIMIT);
		buf_clear(&got);
		in.p[in.n - 3] ^= 0x55; /* gzip: the length field; zstd: the checksum */
		EXPECT_INT(read_all(stream_inflate(stream_mem(bytes), UINT64_MAX), &got, &e),
		           ERR_FORMAT);
	}
}

TEST(inflate_of_nothing_is_nothing)
{
	static const char *const tiny[] = { "", "a", "ab", "abc" };
	for (size_t i = 0; i < LEN(tiny); i++) {
		struct buf got cleanup(buf_done) = BUF(1 << 20);
		struct error e = { 0 };
		EXPECT_OK(
		        read_all(stream_inflate(stream_mem(str_c(tiny[i])), UINT64_MAX), &got, &e),
		        &e);
		EXPECT_STR(buf_view(&got), str_c(tiny[i]));
	}
}

TEST(verify_fails_at_the_end_when_digest_or_size_differ)
{
	struct digest right = digest_of(STR("abc")), wrong = digest_of(STR("abd"));
	static const struct {
		bool right;
		uint64_t size;
		int want;
	} rows[] = {
		{ true, 3, 0 },
		{ true, UINT64_MAX, 0 },
		{ true, 4, ERR_FORMAT },
		{ true, 2, ERR_FORMAT },
		{ false, UINT64_MAX, ERR_FORMAT },
		{ false, 3, ERR_FORMAT },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf got cleanup(buf_done) = BUF(1 << 20);
		struct error e = { 0 };
		struct stream *s = stream_verify(stream_mem(STR("abc")),
		                                 rows[i].right ? &right : &wrong, rows[i].size);
		EXPECT_INT(read_all(s, &got, &e), rows[i].want);
	}
}

TEST(limit_allows_exactly_its_size)
{
	struct buf got cleanup(buf_done) = BUF(1 << 20);
	struct error e = { 0 };
	EXPECT_OK(read_all(stream_limit(stream_mem(STR("abc")), 3, ERR_LIMIT, "x"), &got, &e), &e);
	buf_clear(&got);
	EXPECT_INT(read_all(stream_limit(stream_mem(STR("abcd")), 3, ERR_LIMIT, "x"), &got, &e),
	           ERR_LIMIT);
	EXPECT_STR(buf_view(&got), STR("abc"));
}

TEST(spool_gives_back_what_it_was_filled_with)
{
	FILE *f = tmpfile();
	int fds[] = { -1, fileno(f) };
	for (size_t i = 0; i < LEN(fds); i++) {
		struct spool *s = spool_new(fds[i], 10);
		struct error e = { 0 };
		char four[4];
		struct stream *from = stream_mem(STR("0123456789")),
		              *more = stream_mem(STR("0123456789a"));
		EXPECT_OK(spool_fill(s, from, &e), &e);
		EXPECT_INT(spool_size(s), 10);
		EXPECT_OK(spool_read(s, 6, four, 4, &e), &e);
		EXPECT_STR(str_mem(four, 4), STR("6789"));
		EXPECT_INT(spool_read(s, 7, four, 4, &e), ERR_FORMAT);
		EXPECT_INT(spool_read(s, UINT64_MAX, four, 4, &e), ERR_FORMAT);
		EXPECT_INT(spool_fill(s, more, &e), ERR_LIMIT);
		stream_free(from);
		stream_free(more);
		spool_free(s);
	}
	fclose(f);
}
