#include "inventory/program.h"
#include "inventory/golang.h"
#include "inventory/gomod.h"
#include "reader.h"
#include "base/buf.h"

/* A program as Go's linker lays it out (debug/buildinfo of Go 1.18 describes both forms): segments, the
 * note with the build ID, strings, then the build info header at a multiple of 16. */
struct layout {
	bool is_64, big, note;
	size_t pad; /* bytes before the strings, so that they cross windows */
};

enum { LOAD_ADDRESS = 0x400000, FRONT = 0x200 };

static void put(struct buf *b, const struct layout *l, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_u8(b, (uint8_t)(v >> 8 * (l->big ? bytes - 1 - i : i)));
}

static void put_word(struct buf *b, const struct layout *l, uint64_t v)
{
	put(b, l, v, l->is_64 ? 8 : 4);
}

static void put_segment(struct buf *b, const struct layout *l, unsigned type, uint64_t offset, uint64_t n)
{
	put(b, l, type, 4);
	if (l->is_64)
		put(b, l, 4, 4);
	put_word(b, l, offset);
	put_word(b, l, LOAD_ADDRESS + offset);
	put_word(b, l, LOAD_ADDRESS + offset);
	put_word(b, l, n);
	put_word(b, l, n);
	if (!l->is_64)
		put(b, l, 4, 4);
	put_word(b, l, 4096);
}

static void put_front(struct buf *b, const struct layout *l)
{
	buf_add(b, STR("\x7f" "ELF"));
	buf_u8(b, l->is_64 ? 2 : 1);
	buf_u8(b, l->big ? 2 : 1);
	buf_add(b, STR("\1\0\0\0\0\0\0\0\0\0"));
	put(b, l, 2, 2);
	put(b, l, 62, 2);
	put(b, l, 1, 4);
	put_word(b, l, LOAD_ADDRESS);
	put_word(b, l, l->is_64 ? 64 : 52);
	put_word(b, l, 0);
	put(b, l, 0, 4);
	put(b, l, l->is_64 ? 64 : 52, 2);
	put(b, l, l->is_64 ? 56 : 32, 2);
	put(b, l, l->note ? 2 : 1, 2);
	put(b, l, 0, 6);
	if (l->note)
		put_segment(b, l, 4, FRONT - 20, 20);
	put_segment(b, l, 1, 0, 64 << 20);
	while (b->n < FRONT - 20)
		buf_u8(b, 0);
	put(b, l, 4, 4);
	put(b, l, 4, 4);
	put(b, l, 4, 4);
	buf_add(b, STR("Go\0\0abcd"));
}

static void align(struct buf *b)
{
	while (b->n % 16)
		buf_u8(b, 0);
}

static void put_uleb(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_u8(b, (uint8_t)(v | 0x80));
	buf_u8(b, (uint8_t)v);
}

#define BEGIN "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6"
#define END   "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2"
#define MODULES \
	"path\texample.com/app\nmod\texample.com/app\tv1.0.0\t\ndep\tgolang.org/x/text\tv0.3.7\th1:x=\n" \
	"dep\tgithub.com/pkg/errors\tv0.8.1\n=>\tgithub.com/pkg/errors\tv0.9.1\th1:y=\n"

static void put_inline(struct buf *b, const char *version, str modules)
{
	align(b);
	buf_add(b, STR("\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
	put_uleb(b, strlen(version));
	buf_add(b, str_c(version));
	put_uleb(b, modules.n);
	buf_add(b, modules);
}

/* Strings first, then the header, then what its pointers lead to; as Go 1.13 to 1.17 wrote it. */
static void put_pointers(struct buf *b, const struct layout *l, str version, str modules)
{
	for (size_t i = 0; i < l->pad; i++)
		buf_u8(b, (uint8_t)(i % 251));
	buf_add(b, STR("go1.15go1.999"));
	uint64_t version_at = LOAD_ADDRESS + b->n;
	buf_add(b, version);
	buf_add(b, STR("go1.17"));
	uint64_t modules_at = LOAD_ADDRESS + b->n;
	buf_add(b, modules);
	align(b);
	uint64_t header = b->n, word = l->is_64 ? 8 : 4;
	buf_add(b, STR("\xff Go buildinf:"));
	buf_u8(b, (uint8_t)word);
	buf_u8(b, l->big);
	put_word(b, l, LOAD_ADDRESS + header + 32);
	put_word(b, l, LOAD_ADDRESS + header + 32 + 2 * word);
	while (b->n < header + 32)
		buf_u8(b, 0);
	put_word(b, l, version_at);
	put_word(b, l, version.n);
	put_word(b, l, modules_at);
	put_word(b, l, modules.n);
}

static void expect_modules(const struct reading *r, const char *go)
{
	EXPECT_OK(r->result, &r->e);
	EXPECT_INT(r->found.packages.n, 4);
	EXPECT_INT(r->found.gaps.n, 0);
	EXPECT_STR(find(r, "stdlib")->version, str_c(go));
	EXPECT_STR(find(r, "example.com/app")->version, STR("v1.0.0"));
	EXPECT_STR(find(r, "golang.org/x/text")->version, STR("v0.3.7"));
	EXPECT_STR(find(r, "github.com/pkg/errors")->version, STR("v0.9.1")); /* as replaced */
	EXPECT_STR(find(r, "stdlib")->evidence, STR("build info"));
}

TEST(golang_inline_build_info)
{
	for (size_t pad = 0; pad < 600 << 10; pad = pad * 2 + 1021) { /* over the ends of windows */
		struct layout l = { true, false, true, 0 };
		struct reading r cleanup(reading_done);
		struct buf b cleanup(buf_done) = BUF(1 << 20);
		put_front(&b, &l);
		memset(buf_room(&b, pad), 0xff, pad);
		buf_grown(&b, pad);
		put_inline(&b, "go1.21.3", STR(BEGIN MODULES END));
		read_bytes(&r, program_read, "usr/bin/app", buf_view(&b));
		expect_modules(&r, "1.21.3");
	}
}

TEST(golang_pointers_of_go_1_13_to_1_17)
{
	for (unsigned kind = 0; kind < 4; kind++)
		for (size_t pad = 0; pad < 300 << 10; pad += (51 << 10) + 7) {
			struct layout l = { kind & 1, kind & 2, true, pad };
			struct reading r cleanup(reading_done);
			struct buf b cleanup(buf_done) = BUF(1 << 20);
			put_front(&b, &l);
			put_pointers(&b, &l, STR("go1.16.3"), STR(BEGIN MODULES END));
			read_bytes(&r, program_read, "usr/bin/app", buf_view(&b));
			expect_modules(&r, "1.16.3");
		}
}

TEST(golang_toolchain_words)
{
	static const struct {
		const char *rule, *version, *want; /* NULL: a gap */
	} rows[] = {
		{ "release", "go1.22.0", "1.22.0" },
		{ "experiments are cut", "go1.21.3 X:boringcrypto", "1.21.3" },
		{ "release candidate", "go1.22rc1", "1.22rc1" },
		{ "development, with the release it leads to", "devel go1.22-3f2a1b Thu Nov 2", "1.22-3f2a1b" },
		{ "development, before that was written", "devel +3f2a1b Thu Nov 2", NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct layout l = { true, false, true, 0 };
		struct reading r cleanup(reading_done);
		struct buf b cleanup(buf_done) = BUF(1 << 20);
		put_front(&b, &l);
		put_inline(&b, rows[i].version, STR(""));
		read_bytes(&r, program_read, "usr/bin/app", buf_view(&b));
		EXPECT_OK(r.result, &r.e);
		EXPECT_STR(find(&r, "stdlib")->version, str_c(rows[i].want));
		EXPECT_INT(r.found.gaps.n, rows[i].want ? 0 : 1);
	}
}

TEST(golang_main_module_without_a_version_takes_the_commit)
{
	static const struct {
		const char *rule;
		str modules; /* the end marker has a NUL */
		const char *want;
	} rows[] = {
		{ "pseudo-version (Go modules reference)",
		  STR_INIT(BEGIN "mod\tm\t(devel)\t\nbuild\tvcs=git\nbuild\tvcs.revision=daa7c04131f568e31c51927b359a2d197a357058\n"
			"build\tvcs.time=2019-11-09T02:19:31Z\nbuild\tvcs.modified=false\n" END),
		  "v0.0.0-20191109021931-daa7c04131f5" },
		{ "nothing known", STR_INIT(BEGIN "mod\tm\t(devel)\t\n" END), "" },
		{ "replaced main module", STR_INIT(BEGIN "mod\tx\tv1.0.0\n=>\tm\tv1.2.0\n" END), "v1.2.0" },
		{ "version set by the linker, in quotes",
		  STR_INIT(BEGIN "mod\tm\t(devel)\t\nbuild\t-ldflags=\"-s -w -X other/version.version=9.9.9 -X 'main.version=1.2.3-rc.1'\"\n" END),
		  "v1.2.3-rc.1" },
		{ "version set in a package of the module",
		  STR_INIT(BEGIN "mod\tm\t(devel)\t\nbuild\t-ldflags=-X=m/internal/build.gitVersion=v1.20\n" END), "v1.20" },
		{ "replaced by a folder", STR_INIT(BEGIN "dep\tm\tv0.0.0\n=>\t./staging/m\t(devel)\t\nmod\tx\tv1.0.0\n" END), "" },
		{ "a date is no version",
		  STR_INIT(BEGIN "mod\tm\t(devel)\t\nbuild\t-ldflags=\"-X main.version=unknown -X main.date=1.2.3\"\n" END),
		  "" },
		{ "built without modules", STR_INIT(BEGIN "path\tm\n" END), "" },
		{ "commit too short",
		  STR_INIT(BEGIN "mod\tm\t(devel)\t\nbuild\tvcs.revision=daa7\n"
				 "build\tvcs.time=2019-11-09T02:19:31Z\n" END),
		  "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct layout l = { true, false, true, 0 };
		struct reading r cleanup(reading_done);
		struct buf b cleanup(buf_done) = BUF(1 << 20);
		put_front(&b, &l);
		put_inline(&b, "go1.22.0", rows[i].modules);
		read_bytes(&r, program_read, "usr/bin/app", buf_view(&b));
		EXPECT_OK(r.result, &r.e);
		EXPECT_STR(find(&r, "m")->version, str_c(rows[i].want));
	}
}

TEST(golang_what_is_no_go_program)
{
	struct layout l = { true, false, false, 0 };
	struct reading r cleanup(reading_done);
	struct buf b cleanup(buf_done) = BUF(1 << 20);

	read_bytes(&r, program_read, "bin/sh", STR("#!/bin/sh\n"));
	EXPECT_INT(r.result, 0);
	read_bytes(&r, program_read, "bin/e", STR("\x7f" "EL"));
	EXPECT_INT(r.result, 0);
	read_bytes(&r, program_read, "bin/e", STR("\x7f" "ELF"));
	EXPECT_INT(r.result, 0);
	put_front(&b, &l);
	buf_add(&b, STR("........\xff Go buildinf:\x08\x02")); /* the magic as text of a tool, not aligned */
	align(&b);
	buf_add(&b, STR("\xff Go buildinf:\x08\x02 and more text behind it, no header"));
	read_bytes(&r, program_read, "bin/e", buf_view(&b));
	EXPECT_INT(r.result, 0);
	EXPECT_INT(r.found.packages.n + r.found.gaps.n, 0);
}

TEST(golang_damage_is_said)
{
	struct layout l = { true, false, true, 0 };
	struct reading r cleanup(reading_done);
	struct buf b cleanup(buf_done) = BUF(1 << 20);

	put_front(&b, &l);
	read_bytes(&r, program_read, "bin/go", buf_view(&b));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.gaps.n, 1); /* linked by Go, without build info */
	EXPECT_INT(r.found.gaps.v[0].kind, GAP_NO_IDENTITY);
	put_inline(&b, "go1.22.0", STR(BEGIN MODULES END));
	reading_done(&r);
	read_bytes(&r, program_read, "bin/go", str_upto(buf_view(&b), b.n - 1));
	EXPECT_INT(r.result, ERR_FORMAT);
	EXPECT_STR(str_c(r.e.msg), STR("byte 512: build info is cut short"));
	b.n = 512 + 32 + 9; /* the length of the modules follows */
	put_uleb(&b, GOLANG_MODULES_MAX + 1);
	align(&b);
	reading_done(&r);
	read_bytes(&r, program_read, "bin/go", buf_view(&b));
	EXPECT_INT(r.result, ERR_LIMIT);
}
