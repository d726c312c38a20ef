#include "inventory/dpkg.h"
#include "reader.h"

static const char status[] =
	"Package: libc6\nStatus: install ok installed\nPriority: optional\n"
	"Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>\nArchitecture: amd64\n"
	"Multi-Arch: same\nSource: glibc\nVersion: 2.36-9+deb12u4\n"
	"Conffiles:\n /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab\n"
	"Description: GNU C Library: Shared libraries\n Contains the standard libraries.\n .\n More.\n"
	"\n"
	"Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1.0\n"
	"\n"
	"Package: never\nStatus: unknown ok not-installed\nArchitecture: amd64\n"
	"\n"
	"Package: half\nStatus: install ok half-configured\nArchitecture: all\nVersion: 1:2.0~rc1-3\n"
	"Source: whole (2.0-3)\n";

TEST(dpkg_lists_what_dpkg_1_calls_present)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, dpkg_read, "var/lib/dpkg/status", STR(status));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 2);
	EXPECT_INT(r.found.gaps.n, 0);
	const struct package *libc = find(&r, "libc6"), *half = find(&r, "half");
	EXPECT_STR(libc->version, STR("2.36-9+deb12u4"));
	EXPECT_STR(libc->arch, STR("amd64"));
	EXPECT_STR(libc->source, STR("glibc"));
	EXPECT_STR(libc->source_version, STR(""));
	EXPECT_STR(libc->maintainer, STR("GNU Libc Maintainers <debian-glibc@lists.debian.org>"));
	EXPECT_STR(libc->path, STR("var/lib/dpkg/status"));
	EXPECT_INT(libc->offset, 0);
	EXPECT_STR(half->source, STR("whole"));
	EXPECT_STR(half->source_version, STR("2.0-3"));
	EXPECT_INT(half->offset, strstr(status, "Package: half") - status);
}

TEST(dpkg_status_words)
{
	static const struct {
		const char *status;
		int packages, gaps;
	} rows[] = {
		{ "install ok installed", 1, 0 },	  { "hold ok installed", 1, 0 },
		{ "install ok unpacked", 1, 0 },	  { "install reinstreq half-installed", 1, 0 },
		{ "install ok triggers-awaited", 1, 0 },  { "install ok triggers-pending", 1, 0 },
		{ "deinstall ok config-files", 0, 0 },	  { "purge ok not-installed", 0, 0 },
		{ "deinstall ok half-configured", 1, 0 }, { "install ok", 0, 1 },
		{ "install ok sideways", 0, 1 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		char text[200];
		snprintf(text, sizeof text, "Package: a\nStatus: %s\nVersion: 1\n\n", rows[i].status);
		read_bytes(&r, dpkg_read, "var/lib/dpkg/status", str_c(text));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, rows[i].packages);
		EXPECT_INT(r.found.gaps.n, rows[i].gaps);
	}
}

TEST(dpkg_status_d_of_distroless_has_no_status)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, dpkg_read, "var/lib/dpkg/status.d/tzdata",
		   STR("Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 1);
	EXPECT_STR(find(&r, "tzdata")->version, STR("2024a-0+deb12u1"));
}

TEST(dpkg_a_damaged_stanza_is_a_gap_with_its_byte)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, dpkg_read, "var/lib/dpkg/status",
		   STR("Package: a\nVersion: 1\n\nPackage: b\ngarbage\n\nPackage: c\nVersion: 3\n\nVersion: 4\n"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 2);
	EXPECT_STR(find(&r, "c")->version, STR("3"));
	EXPECT_INT(r.found.gaps.n, 2);
	EXPECT_INT(r.found.gaps.v[0].kind, GAP_UNREADABLE);
	EXPECT_STR(r.found.gaps.v[0].why, STR("byte 34: line without a colon"));
	EXPECT_STR(r.found.gaps.v[1].why, STR("byte 66: a stanza without Package"));
}

TEST(dpkg_memory_does_not_grow_with_a_stanza)
{
	struct reading r cleanup(reading_done);
	enum { BIG = 8 << 20 };
	char *text = malloc(BIG);
	int n = snprintf(text, BIG, "Package: a\nVersion: 1\nDescription: ");
	memset(text + n, 'x', (size_t)(BIG - n));
	memcpy(text + BIG - 23, "\n\nPackage: b\nVersion: 2", 23);
	read_bytes(&r, dpkg_read, "var/lib/dpkg/status", str_mem(text, BIG));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 2);
	EXPECT(r.arena.used_bytes < 8192);
	free(text);
}

TEST(dpkg_lists_say_which_files_are_a_packages)
{
	static const struct {
		const char *path;
		detector_read *read;
		const char *text, *owner;
	} rows[] = {
		{ "var/lib/dpkg/info/libc6:amd64.list", dpkg_read_list,
		  "/.\n/usr\n/usr/share/doc\n/usr/lib/node_modules/a/package.json\n/usr/bin\n/usr/bin/a\n", "libc6" },
		{ "var/lib/dpkg/info/node-a.list", dpkg_read_list, "/usr/lib/node_modules/a/package.json\n/bin/a", "node-a" },
		{ "var/lib/dpkg/status.d/node-a.md5sums", dpkg_read_sums,
		  "d41d8cd98f00b204e9800998ecf8427e  usr/share/x\n"
		  "d41d8cd98f00b204e9800998ecf8427e  usr/lib/node_modules/a/package.json\n"
		  "d41d8cd98f00b204e9800998ecf8427e  ./usr/bin/a\nshort\n", "node-a" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(reading_done);
		read_bytes(&r, rows[i].read, rows[i].path, str_c(rows[i].text));
		EXPECT_OK(r.result, &r.e);
		EXPECT_INT(r.found.packages.n, 0);
		EXPECT_INT(r.found.owned.n, 2);
		EXPECT_STR(r.found.owned.v[0].path, STR("usr/lib/node_modules/a/package.json"));
		EXPECT_STR(r.found.owned.v[0].owner, str_c(rows[i].owner));
	}
}
