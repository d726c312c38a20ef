#include "../test.h"
#include "vulndb/pack.h"
#include "vulndb/record.h"

static void fill(struct arena *a, struct advisory *out)
{
	struct affected f = { .ecosystem = STR("npm"),
		              .name = STR("left-pad"),
		              .open = FIX_WILL_NOT,
		              .module = STR("nodejs:18") };
	struct affected_range *r = vec_push(a, &f.ranges);
	vec_add(a, &r->events, ((struct range_event){ EVENT_INTRODUCED, STR("0") }));
	vec_add(a, &r->events, ((struct range_event){ EVENT_FIXED, STR("1.2.3") }));
	vec_add(a, &f.versions, STR("9.9"));
	vec_add(a, &f.opinions, ((struct opinion){ STR("Debian"), STR(""), SEVERITY_LOW }));
	*out = (struct advisory){ .id = STR("GHSA-x"),
		                  .origin = ORIGIN_OSV,
		                  .notice = true,
		                  .published = STR("2024-01-01"),
		                  .modified = STR("2024-01-02"),
		                  .summary = STR("s"),
		                  .details = STR("d") };
	vec_add(a, &out->aliases, STR("CVE-2024-0001"));
	vec_add(a, &out->covers, STR("CVE-2024-0002"));
	vec_add(a, &out->cwes, STR("CWE-79"));
	vec_add(a, &out->opinions,
	        ((struct opinion){ STR("GitHub"), STR("CVSS:3.1/x"), SEVERITY_UNKNOWN }));
	vec_add(a, &out->references,
	        ((struct reference){ STR("WEB"), STR("https://example.org") }));
	vec_add(a, &out->affected, f);
}

TEST(record_reads_what_it_wrote)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct buf b cleanup(buf_done) = BUF(1 << 16), again cleanup(buf_done) = BUF(1 << 16);
	struct advisory x, y = { 0 };
	struct error e = { 0 };
	fill(&a, &x);
	record_put_advisory(&b, &x);
	struct cursor c = CURSOR("t", b.p, b.n);
	EXPECT_OK(record_get_advisory(&c, &a, &y, &e), &e);
	EXPECT_INT(cur_left(&c), 0);
	record_put_advisory(&again, &y);
	EXPECT_STR(buf_view(&again), buf_view(&b));
	EXPECT_STR(y.affected.v[0].ranges.v[0].events.v[1].version, STR("1.2.3"));
	EXPECT_INT(y.affected.v[0].open, FIX_WILL_NOT);
}

TEST(record_refuses_every_cut)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct buf b cleanup(buf_done) = BUF(1 << 16);
	struct advisory x;
	fill(&a, &x);
	record_put_advisory(&b, &x);
	for (size_t n = 0; n < b.n; n++) {
		struct error e = { 0 };
		struct advisory y = { 0 };
		struct cursor c = CURSOR("t", b.p, n);
		EXPECT_INT(record_get_advisory(&c, &a, &y, &e), ERR_FORMAT);
	}
}

TEST(record_refuses_counts_past_the_end)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct error e = { 0 };
	struct affected f = { 0 };
	/* open, no module, no opinions, 2^35 ranges */
	static const unsigned char bytes[] = { 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x7f };
	struct cursor c = CURSOR("t", bytes, sizeof bytes);
	EXPECT_INT(record_get_body(&c, &a, &f, &e), ERR_FORMAT);
	EXPECT(a.used_bytes < 4096);
}

TEST(record_refuses_names_that_no_key_holds)
{
	static const str ids[] = { STR_INIT(""), STR_INIT("a\0b") };
	for (size_t i = 0; i < LEN(ids); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct buf b cleanup(buf_done) = BUF(1 << 16);
		struct error e = { 0 };
		struct advisory x = { .id = ids[i] }, y = { 0 };
		record_put_advisory(&b, &x);
		struct cursor c = CURSOR("t", b.p, b.n);
		EXPECT_INT(record_get_advisory(&c, &a, &y, &e), ERR_FORMAT);
	}
}

TEST(pack_gives_text_back_and_shrinks_long_ones)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct buf b cleanup(buf_done) = BUF(1 << 16);
	struct packer *p = packer_new();
	struct unpacker *u = NULL;
	struct error e = { 0 };
	char text[5000];
	memset(text, 'x', sizeof text);
	static const size_t sizes[] = { 0, 1, 255, 256, 5000 };
	for (size_t i = 0; i < LEN(sizes); i++) {
		str got, want = str_mem(text, sizes[i]);
		buf_clear(&b);
		pack_put(p, &b, want);
		EXPECT(sizes[i] < 5000 || b.n < 100);
		struct cursor c = CURSOR("t", b.p, b.n);
		EXPECT_OK(pack_get(&u, &c, &a, sizeof text, &got, &e), &e);
		EXPECT_STR(got, want);
	}
	str got;
	struct cursor c = CURSOR("t", b.p, b.n);
	EXPECT_INT(pack_get(&u, &c, &a, 4999, &got, &e), ERR_LIMIT);
	b.p[b.n - 1] ^= 0x55;
	b.p[8] ^= 0x55;
	c = CURSOR("t", b.p, b.n);
	EXPECT(pack_get(&u, &c, &a, sizeof text, &got, &e) < 0);
	unpacker_free(u);
	packer_free(p);
}
