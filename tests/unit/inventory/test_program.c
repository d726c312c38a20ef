#include "inventory/program.h"
#include "reader.h"
#include "base/buf.h"

/* A 64-bit program of one note segment, which holds `note` of owner FDO, then text. */
static void put_u16(struct buf *b, uint16_t v)
{
	buf_u8(b, (uint8_t)v);
	buf_u8(b, (uint8_t)(v >> 8));
}

static void put_program(struct buf *b, str note, str text)
{
	buf_add(b, STR("\x7f" "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0\1\0\0\0"));
	buf_u64(b, 0);
	buf_u64(b, 64); /* segments */
	buf_u64(b, 0);
	buf_u32(b, 0);
	put_u16(b, 64);
	put_u16(b, 56);
	put_u16(b, 1);
	put_u16(b, 64);
	buf_u32(b, 0);
	buf_u32(b, 4); /* PT_NOTE */
	buf_u32(b, 4);
	buf_u64(b, 120);
	buf_u64(b, 0x400078);
	buf_u64(b, 0x400078);
	buf_u64(b, 16 + note.n + 3);
	buf_u64(b, 16 + note.n + 3);
	buf_u64(b, 4);
	buf_u32(b, 4);
	buf_u32(b, (uint32_t)note.n);
	buf_u32(b, 0xcafe1a7e);
	buf_add(b, STR("FDO\0"));
	buf_add(b, note);
	buf_add(b, STR("\0\0\0\0\0"));
	buf_add(b, text);
}

static void read_program(struct reading *r, const char *path, str note, size_t pad, str text)
{
	struct buf b cleanup(buf_done) = BUF(4 << 20);
	struct buf padded cleanup(buf_done) = BUF(4 << 20);

	memset(buf_room(&padded, pad + 1), 'x', pad + 1);
	buf_grown(&padded, pad);
	buf_add(&padded, text);
	put_program(&b, note, buf_view(&padded));
	read_bytes(r, program_read, path, buf_view(&b));
}

TEST(program_package_notes)
{
	static const struct {
		const char *rule, *note;
		enum package_type type;
		const char *name, *version, *arch;
	} rows[] = {
		{ "the example of the specification (systemd, PACKAGE_METADATA_FOR_EXECUTABLE_FILES)",
		  "{\"type\":\"rpm\",\"name\":\"systemd\",\"version\":\"248~rc2-1.fc34\",\"architecture\":\"x86_64\","
		  "\"osCpe\":\"cpe:/o:fedoraproject:fedora:33\",\"debugInfoUrl\":\"https://debuginfod.fedoraproject.org/\"}",
		  PACKAGE_RPM, "systemd", "248~rc2-1.fc34", "x86_64" },
		{ "Debian's", "{\"type\":\"deb\",\"os\":\"debian\",\"name\":\"systemd\",\"version\":\"252.39-1~deb12u1\",\"architecture\":\"amd64\"}",
		  PACKAGE_DEB, "systemd", "252.39-1~deb12u1", "amd64" },
		{ "rpmbuild puts the architecture behind the version",
		  "{\"type\":\"rpm\",\"name\":\"hello\",\"version\":\"0-1.fc35.x86_64\"}", PACKAGE_RPM, "hello", "0-1.fc35", "x86_64" },
		{ "another packager's", "{\"type\":\"alpm\",\"name\":\"a\",\"version\":\"1\"}", PACKAGE_GENERIC, "a", "1", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_program(&r, "usr/bin/x", str_c(rows[i].note), 0, STR(""));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, 1);
		const struct package *p = find(&r, rows[i].name);
		EXPECT_INT(p->type, rows[i].type);
		EXPECT_STR(p->version, str_c(rows[i].version));
		EXPECT_STR(p->arch, str_c(rows[i].arch));
		EXPECT_STR(p->evidence, STR("ELF package note"));
		EXPECT_INT(p->offset, 136);
	}
}

TEST(program_package_notes_that_say_nothing_are_gaps)
{
	static const char *const notes[] = { "{", "{}", "{\"type\":\"deb\",\"name\":\"a\"}", "[]" };

	for (size_t i = 0; i < LEN(notes); i++) {
		struct reading r cleanup(reading_done);
		read_program(&r, "usr/bin/x", str_c(notes[i]), 0, STR(""));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, 0);
		EXPECT_INT(r.found.gaps.n, 1);
		EXPECT_INT(r.found.gaps.v[0].kind, GAP_NO_IDENTITY);
	}
}

TEST(program_version_strings)
{
	static const struct {
		const char *path;
		str text;
		const char *name, *version; /* NULL: nothing */
	} rows[] = { /* strings as the programs have them */
		{ "usr/lib/libcrypto.so.3", STR_INIT("OpenSSL 3.0.22 25 Aug 2026\0"), "openssl", "3.0.22" },
		{ "usr/lib/libcrypto.so.1.1", STR_INIT("OpenSSL 1.1.1w  11 Sep 2023\0"), "openssl", "1.1.1w" },
		{ "usr/lib/libother.so", STR_INIT("OpenSSL 3.0.22 25 Aug 2026\0"), NULL, NULL },
		{ "usr/lib/libcrypto.so.3", STR_INIT("OpenSSL CMAC method\0OpenSSL 3\0"), NULL, NULL },
		{ "bin/[", STR_INIT("BusyBox v1.36.1 (2023-11-07 18:53:09 UTC)\0"), "busybox", "1.36.1" },
		{ "opt/python/lib/libpython3.11.so.1.0", STR_INIT("\0""3.11.2\0%.80s"), "python", "3.11.2" },
		{ "opt/python/lib/libpython3.11.so.1.0", STR_INIT("\0""3.12.2\0%.80s"), NULL, NULL },
		{ "usr/bin/python3.12", STR_INIT("\0""3.12.0rc1\0"), "python", "3.12.0rc1" },
		{ "usr/sbin/haproxy", STR_INIT("HAProxy version 2.6.12-1+deb12u4, released 2026/10/17\0"), "haproxy", "2.6.12" },
		{ "usr/sbin/nginx", STR_INIT("nginx version: nginx/1.25.3\n\0"), "nginx", "1.25.3" },
		{ "usr/sbin/nginx", STR_INIT("nginx version: nginx/1.25.3"), NULL, NULL }, /* cut off */
	};
	for (size_t i = 0; i < LEN(rows); i++)
		for (size_t pad = 0; pad < 600 << 10; pad = pad * 2 + 131071) { /* over the ends of windows */
			struct reading r cleanup(reading_done);
			read_program(&r, rows[i].path, STR("{\"type\":\"deb\",\"name\":\"n\",\"version\":\"1\"}"), pad, rows[i].text);
			EXPECT_OK(r.result, &r.e);
			EXPECT_INT(r.found.packages.n, rows[i].name ? 2 : 1);
			if (!rows[i].name)
				continue;
			const struct package *p = find(&r, rows[i].name);
			EXPECT_STR(p->version, str_c(rows[i].version));
			EXPECT_INT(p->type, PACKAGE_GENERIC);
		}
}

TEST(program_packed_by_upx_was_not_read)
{
	struct reading r cleanup(reading_done);

	read_program(&r, "usr/bin/x", STR("{\"type\":\"deb\",\"name\":\"n\",\"version\":\"1\"}"), 0, STR("UPX!"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.gaps.n, 1);
	EXPECT_INT(r.found.gaps.v[0].kind, GAP_NOT_READ);
}

TEST(program_of_javascript_in_one_file)
{
	static const struct {
		const char *rule;
		str text;
		const char *version; /* NULL: a plain run-time */
	} rows[] = { /* marks as the builders write them */
		{ "Node.js whose fuse is blown",
		  STR_INIT("https://nodejs.org/download/release/v20.20.2/node\0NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1"), "20.20.2" },
		{ "plain Node.js",
		  STR_INIT("https://nodejs.org/download/release/v20.20.2/node\0NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0"), NULL },
		{ "pkg", STR_INIT("release/download/release/v18.5.0/x\0pkg/prelude/bootstrap.js"), "18.5.0" },
		{ "Bun with a trailer behind its own constant",
		  STR_INIT("// Bundled at {d}, Bun 1.1.30\n---- Bun! ----\n\0\n---- Bun! ----\n"), "1.1.30" },
		{ "plain Bun", STR_INIT("// Bundled at {d}, Bun 1.1.30\n---- Bun! ----\n"), NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		struct buf b cleanup(buf_done) = BUF(32 << 20);
		put_program(&b, STR("{\"type\":\"deb\",\"name\":\"n\",\"version\":\"1\"}"), rows[i].text);
		memset(buf_room(&b, 25 << 20), 0, 25 << 20);
		buf_grown(&b, 25 << 20);
		read_bytes(&r, program_read, "srv/app", buf_view(&b));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, rows[i].version ? 2 : 1);
		EXPECT_INT(r.found.gaps.n, rows[i].version ? 1 : 0);
		if (rows[i].version) {
			EXPECT_STR(r.found.packages.v[1].version, str_c(rows[i].version));
			EXPECT_INT(r.found.gaps.v[0].kind, GAP_NOT_READ);
		}
	}
}

/* gzip -n of {"bomFormat":"CycloneDX","components":[{"group":"a.b","name":"c","version":"1.0",
 * "purl":"pkg:maven/a.b/c@1.0"},{"name":"d","version":"2","purl":"pkg:generic/d@2"}]} */
#include "nativeimage_sbom.h"

static void read_sized(struct reading *r, str note, str text)
{
	struct buf b cleanup(buf_done) = BUF(8 << 20);

	put_program(&b, note, text);
	memset(buf_room(&b, 5 << 20), 0, 5 << 20);
	buf_grown(&b, 5 << 20);
	read_bytes(r, program_read, "srv/app", buf_view(&b));
}

TEST(program_native_images)
{
	struct reading r cleanup(reading_done), without cleanup(reading_done);
	struct buf text cleanup(buf_done) = BUF(1 << 20);
	str note = STR("{\"type\":\"deb\",\"name\":\"n\",\"version\":\"1\"}");

	buf_add(&text, STR("\0__svm_version_info\0"));
	read_program(&without, "srv/app", note, 0, buf_view(&text));
	EXPECT_INT(without.found.gaps.n, 0); /* too small to be one */
	reading_done(&without);
	read_sized(&without, note, buf_view(&text));
	EXPECT_OK(without.result, &without.e);
	EXPECT_INT(without.found.gaps.n, 1);
	EXPECT_INT(without.found.gaps.v[0].kind, GAP_NOT_READ);
	buf_add(&text, str_mem(nativeimage_sbom, sizeof nativeimage_sbom));
	buf_add(&text, STR("\0\0more"));
	read_sized(&r, note, buf_view(&text));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.gaps.n, 0);
	EXPECT_INT(r.found.packages.n, 2);
	EXPECT_STR(find(&r, "a.b:c")->version, STR("1.0"));
	EXPECT_STR(find(&r, "a.b:c")->evidence, STR("SBOM of the native image"));
}
