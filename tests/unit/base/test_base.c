#include "../test.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/time.h"
#include "base/vec.h"

TEST(str_split_keeps_empty_pieces_in_the_middle)
{
	str rest = STR("a,,b,"), piece;
	EXPECT(str_split(&rest, ',', &piece));
	EXPECT_STR(piece, STR("a"));
	EXPECT(str_split(&rest, ',', &piece));
	EXPECT_INT(piece.n, 0);
	EXPECT(str_split(&rest, ',', &piece));
	EXPECT_STR(piece, STR("b"));
	EXPECT(!str_split(&rest, ',', &piece));
}

TEST(str_u64_refuses_overflow_and_text)
{
	uint64_t v = 7;
	EXPECT(str_u64(STR("18446744073709551615"), &v));
	EXPECT(v == UINT64_MAX);
	v = 7;
	EXPECT(!str_u64(STR("18446744073709551616"), &v));
	EXPECT(!str_u64(STR("12a"), &v));
	EXPECT(!str_u64(STR(""), &v));
	EXPECT(v == 7);
}

TEST(arena_remembers_its_ceiling)
{
	struct arena a cleanup(arena_done) = ARENA(64);
	EXPECT(arena_alloc(&a, 48));
	EXPECT(!arena_alloc(&a, 48));
	EXPECT(a.failed);
	EXPECT(!arena_alloc(&a, 1));
	arena_reset(&a);
	EXPECT(arena_alloc(&a, 64));
}

static bool is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Whatever the block: one of a few kilobytes, several, one larger than any that is kept. */
TEST(arena_undo_keeps_what_was_before_and_gives_zeros_again)
{
	static const size_t sizes[] = { 16, 3000, 20000, 300000, 1 << 20 };
	for (size_t i = 0; i < LEN(sizes); i++) {
		struct arena a cleanup(arena_done) = ARENA(4 << 20);
		char *kept = i ? arena_alloc(&a, 1000) : NULL;
		if (kept)
			memset(kept, 'k', 1000);
		struct arena_mark mark = arena_mark(&a);
		size_t used = a.used_bytes;
		for (unsigned round = 0; round < 20; round++) {
			char *p = arena_alloc(&a, sizes[i]), *q = arena_alloc(&a, sizes[i]);
			EXPECT(p && q && is_zero(p, sizes[i]) && is_zero(q, sizes[i]));
			if (!p || !q)
				return;
			memset(p, 'x', sizes[i]);
			memset(q, 'y', sizes[i]);
			arena_undo(&a, &mark);
			EXPECT_INT(a.used_bytes, used);
		}
		EXPECT(!kept || (kept[0] == 'k' && kept[999] == 'k'));
	}
}

TEST(arena_rewind_gives_zeros_again)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	for (unsigned round = 0; round < 3; round++) {
		char *p = arena_alloc(&a, 5000);
		EXPECT(p && is_zero(p, 5000));
		if (p)
			memset(p, 'x', 5000);
		arena_rewind(&a);
	}
}

TEST(vec_reserve_makes_room_once)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 12);
	VEC(unsigned) v = { 0 };
	EXPECT(vec_add(&a, &v, 7u) && vec_reserve(&a, &v, 100));
	unsigned *was = v.v;
	for (unsigned i = 0; i < 100; i++)
		EXPECT(vec_add(&a, &v, i));
	EXPECT(v.v == was && v.v[0] == 7 && v.v[100] == 99);
	EXPECT(!vec_reserve(&a, &v, SIZE_MAX) && a.failed);
}

TEST(vec_grows_and_keeps_values)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	VEC(unsigned) v = { 0 };
	for (unsigned i = 0; i < 1000; i++)
		EXPECT(vec_add(&a, &v, i));
	EXPECT_INT(v.n, 1000);
	EXPECT_INT(v.v[999], 999);
}

TEST(cursor_stays_bad_after_a_short_read)
{
	struct cursor c = CURSOR("f", "\x01\x02\x03", 3);
	struct error e = { 0 };
	EXPECT_INT(cur_le16(&c), 0x0201);
	EXPECT_INT(cur_le32(&c), 0);
	EXPECT(cur_bad(&c));
	EXPECT_INT(cur_u8(&c), 0);
	EXPECT_INT(cur_error(&c, &e, "short"), ERR_FORMAT);
	EXPECT_STR(str_c(e.msg), STR("f: byte 2: short"));
}

TEST(cursor_reads_what_buf_wrote)
{
	struct buf b cleanup(buf_done) = BUF(1024);
	buf_u32(&b, 0xdeadbeef);
	buf_u64(&b, 0x0123456789abcdef);
	buf_str(&b, STR("hello"));
	struct cursor c = CURSOR("", b.p, b.n);
	EXPECT(cur_le32(&c) == 0xdeadbeef);
	EXPECT(cur_le64(&c) == 0x0123456789abcdef);
	EXPECT_STR(cur_str(&c), STR("hello"));
	EXPECT_INT(cur_left(&c), 0);
}

TEST(uleb_as_go_writes_it)
{
	struct cursor c = CURSOR("", "\xac\x02\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 13);
	EXPECT_INT(cur_uleb(&c), 300);
	EXPECT_INT(cur_uleb(&c), 127);
	EXPECT_INT(cur_uleb(&c), 0); /* 70 bits */
	EXPECT(cur_bad(&c));
}

TEST(sha256_of_fips_180_4_example)
{
	struct digest d = digest_of(STR("abc")), again;
	struct error e = { 0 };
	char text[DIGEST_TEXT_BYTES];
	digest_text(&d, text);
	EXPECT_STR(str_c(text),
	           STR("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	EXPECT_OK(digest_parse(str_c(text), &again, &e), &e);
	EXPECT(digest_eq(&d, &again));
	EXPECT_INT(digest_parse(STR("sha512:00"), &again, &e), ERR_UNSUPPORTED);
	EXPECT_INT(digest_parse(STR("sha256:00"), &again, &e), ERR_FORMAT);
}

TEST(error_messages_read_from_the_outside_in)
{
	struct error e = { 0 };
	error_set(&e, ERR_FORMAT, "line %d", 3);
	EXPECT_INT(error_in(&e, "layer %d", 1), ERR_FORMAT);
	EXPECT_STR(str_c(e.msg), STR("layer 1: line 3"));
	error_set(&e, ERR_FORMAT, "a\x1b[31mb\n");
	EXPECT_STR(str_c(e.msg), STR("a?[31mb?"));
	error_set(&e, ERR_FORMAT,
	          "a\xc2\x9b"
	          "31m \xc3\xa9");
	EXPECT_STR(str_c(e.msg), STR("a??31m \xc3\xa9"));
	EXPECT_INT(error_exit_status(ERR_USAGE), 2);
	EXPECT_INT(error_exit_status(ERR_LIMIT), 3);
}

TEST(time_reads_rfc_3339_and_http_dates)
{
	int64_t t;
	char text[TIME_TEXT_BYTES];
	EXPECT(time_parse(STR("1994-11-06T08:49:37Z"), &t));
	EXPECT_INT(t, 784111777);
	EXPECT(time_parse(STR("1994-11-06T10:49:37.5+02:00"), &t));
	EXPECT_INT(t, 784111777);
	EXPECT_STR(str_c(time_text(t, text)), STR("1994-11-06T08:49:37Z"));
	EXPECT(time_parse_http(STR("Sun, 06 Nov 1994 08:49:37 GMT"), &t));
	EXPECT_INT(t, 784111777);
	EXPECT(!time_parse(STR("2023-02-29"), &t));
	EXPECT(!time_parse(STR("yesterday"), &t));
}

TEST(json_getters_never_fail)
{
	struct json *j = NULL;
	struct error e = { 0 };
	int64_t n = 0;
	EXPECT_OK(json_parse("t", STR("{\"a\":\"x\",\"n\":7,\"l\":[1,{\"k\":\"v\"}]}"), &j, &e),
	          &e);
	EXPECT_STR(json_str(j, "a"), STR("x"));
	EXPECT_INT(json_str(j, "n").n, 0);
	EXPECT(json_i64(j, "n", &n) && n == 7);
	EXPECT_STR(json_str(json_at(json_get(j, "l"), 1), "k"), STR("v"));
	EXPECT_INT(json_len(json_get(j, "absent")), 0);
	json_free(j);
	EXPECT_INT(json_parse("t", STR("{\"a\":"), &j, &e), ERR_FORMAT);
}
