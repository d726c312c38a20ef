/* Programs as cargo-auditable (PARSING.md) and rustc leave them; tests/peers/test_locks.py has real ones. */
#include "base/buf.h"
#include "inventory/program.h"
#include "inventory/rust.h"
#include "reader.h"

static const char list[] =
        "{\"packages\":[{\"name\":\"cc\",\"version\":\"1.0.79\",\"source\":\"crates.io\",\"kind\":\"build\"},"
        "{\"name\":\"memchr\",\"version\":\"2.5.0\",\"source\":\"crates.io\"},"
        "{\"name\":\"shop\",\"version\":\"0.1.0\",\"source\":\"local\",\"dependencies\":[0,1],\"root\":true}]}";

/* RFC 1950 around one stored block of RFC 1951 */
static void put_zlib(struct buf *b, str text)
{
	uint32_t one = 1, two = 0;

	buf_add(b, STR("\x78\x01\x01"));
	buf_u8(b, (uint8_t)text.n);
	buf_u8(b, (uint8_t)(text.n >> 8));
	buf_u8(b, (uint8_t)~text.n);
	buf_u8(b, (uint8_t)(~text.n >> 8));
	buf_add(b, text);
	for (size_t i = 0; i < text.n; i++) {
		one = (one + (unsigned char)text.p[i]) % 65521;
		two = (two + one) % 65521;
	}
	for (int i = 3; i >= 0; i--)
		buf_u8(b, (uint8_t)((two << 16 | one) >> 8 * i));
}

static void put_program(struct buf *b, size_t bytes)
{
	buf_add(b, STR("\x7f" "ELF\2\1\1"));
	while (b->n < bytes)
		buf_addc(b, 'x'); /* of which each may start a list */
}

static const char library[] = "/rustc/c8f94230282a8e8c1148f3e657f0199aad909228/library/core/src/str/mod.rs";

TEST(rust_reads_the_list_of_cargo_auditable_wherever_it_starts)
{
	static const size_t places[] = { 64, (256 << 10) - 1, 256 << 10, (256 << 10) + 4095, 700001 };

	for (size_t i = 0; i < LEN(places); i++) {
		struct buf b cleanup(buf_done) = BUF(2 << 20);
		struct reading r cleanup(reading_done);
		put_program(&b, places[i]);
		put_zlib(&b, str_c(list));
		put_program(&b, places[i] + 400000);
		read_bytes(&r, program_read, "bin/shop", buf_view(&b));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, 2);
		EXPECT_STR(find(&r, "memchr")->version, STR("2.5.0"));
		EXPECT_INT(find(&r, "memchr")->traits, 0);
		EXPECT_INT(find(&r, "shop")->traits, PACKAGE_MAIN);
		EXPECT_INT(find(&r, "shop")->offset, places[i]);
		EXPECT_STR(find(&r, "shop")->evidence, STR("cargo auditable"));
	}
}

TEST(rust_says_that_a_list_is_damaged)
{
	struct buf b cleanup(buf_done) = BUF(2 << 20);
	struct reading r cleanup(reading_done), cut cleanup(reading_done);

	put_program(&b, 64);
	put_zlib(&b, str_c(list));
	b.p[b.n - 1] ^= 1;
	read_bytes(&r, program_read, "bin/shop", buf_view(&b));
	EXPECT_INT(r.result, ERR_FORMAT);
	EXPECT(strstr(r.e.msg, "byte 64: "));
	read_bytes(&cut, program_read, "bin/shop", str_upto(buf_view(&b), 200));
	EXPECT_INT(cut.result, ERR_FORMAT);
}

TEST(rust_lists_crates_that_messages_name)
{
	static const struct {
		const char *rule, *path, *name, *version;
	} rows[] = {
		{ "new folder", "/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/serde_json-1.0.100/src/de.rs", "serde_json", "1.0.100" },
		{ "old folder", "/c/registry/src/github.com-1ecc6299db9ec823/sha-1-0.10.0/src/lib.rs", "sha-1", "0.10.0" },
		{ "before a release", "/registry/src/index.crates.io-6f17d22bba15001f/a-1.0.0-rc.1+b/src/lib.rs", "a", "1.0.0-rc.1+b" },
		{ "another registry", "/registry/src/my-registry.example-6f17d22bba15001f/a-1.0.0/src/lib.rs", NULL, NULL },
		{ "no version", "/registry/src/index.crates.io-6f17d22bba15001f/a-1.0/src/lib.rs", NULL, NULL },
		{ "cut", "/registry/src/index.crates.io-6f17d22bba15001f/a-1.0.0 x", NULL, NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf b cleanup(buf_done) = BUF(2 << 20);
		struct reading r cleanup(reading_done);
		put_program(&b, (256 << 10) - 50);
		buf_add(&b, str_c(rows[i].path));
		buf_add(&b, str_c(library));
		buf_add(&b, str_c(rows[i].path));
		buf_addc(&b, 0);
		read_bytes(&r, program_read, "bin/shop", buf_view(&b));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, rows[i].name != NULL);
		EXPECT_STR(find(&r, rows[i].name ? rows[i].name : "")->version, str_c(rows[i].version));
		EXPECT_INT(r.found.gaps.n, 1);
		EXPECT_INT(r.found.gaps.v[0].kind, GAP_NO_IDENTITY);
	}
}

TEST(rust_leaves_other_programs_alone)
{
	static const char *const rows[] = {
		"", "/registry/src/index.crates.io-6f17d22bba15001f/a-1.0.0/src/lib.rs", "/rustc/ is a folder",
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf b cleanup(buf_done) = BUF(2 << 20);
		struct reading r cleanup(reading_done);
		put_program(&b, 5000);
		buf_add(&b, str_c(rows[i]));
		read_bytes(&r, program_read, "bin/x", buf_view(&b));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n + r.found.gaps.n, 0);
	}
}
