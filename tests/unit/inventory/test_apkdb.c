#include "inventory/apkdb.h"
#include "reader.h"

static const char installed[] =
	"C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:alpine-baselayout\nV:3.4.3-r1\nA:x86_64\nS:8911\nI:331776\n"
	"T:Alpine base dir structure and init scripts\nU:https://git.alpinelinux.org\nL:GPL-2.0-only\n"
	"o:alpine-baselayout\nm:Natanael Copa <ncopa@alpinelinux.org>\nt:1683642107\n"
	"F:dev\nF:etc\nR:motd\nZ:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=\n"
	"\n"
	"P:libcrypto3\nV:3.1.4-r5\nA:x86_64\nL:Apache-2.0\no:openssl\n\n";

TEST(apkdb_reads_name_version_origin)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, apkdb_read, "lib/apk/db/installed", STR(installed));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 2);
	const struct package *base = find(&r, "alpine-baselayout"), *ssl = find(&r, "libcrypto3");
	EXPECT_STR(base->version, STR("3.4.3-r1"));
	EXPECT_STR(base->license, STR("GPL-2.0-only"));
	EXPECT_STR(base->maintainer, STR("Natanael Copa <ncopa@alpinelinux.org>"));
	EXPECT_INT(base->offset, 0);
	EXPECT_STR(ssl->source, STR("openssl"));
	EXPECT_STR(ssl->arch, STR("x86_64"));
	EXPECT_INT(ssl->offset, strstr(installed, "P:libcrypto3") - installed);
}

TEST(apkdb_the_last_package_needs_no_empty_line)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, apkdb_read, "lib/apk/db/installed", STR("P:a\nV:1-r0"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_STR(find(&r, "a")->version, STR("1-r0"));
	EXPECT_INT(r.found.gaps.n, 1);
	EXPECT_STR(r.found.gaps.v[0].why, STR("byte 4: cut off in the last record"));
}

TEST(apkdb_damage_is_a_gap_with_its_byte)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, apkdb_read, "lib/apk/db/installed", STR("P:a\n\nP:b\nnonsense\nV:2\n\n"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.packages.n, 1);
	EXPECT_INT(r.found.gaps.n, 2);
	EXPECT_STR(r.found.gaps.v[0].why, STR("byte 0: a package without a version (V:)"));
	EXPECT_STR(r.found.gaps.v[1].why, STR("byte 9: line without a field letter"));
}

TEST(apkdb_files_are_the_packages_before_them)
{
	struct reading r cleanup(reading_done);
	read_bytes(&r, apkdb_read, "lib/apk/db/installed",
		   STR("P:npm\nV:9.1.2-r0\nF:usr\nF:usr/lib/node_modules/npm\nM:0:0:755\nR:package.json\nZ:Q1x\n"
		       "R:README.md\nF:usr/bin\nR:npm\n\nP:musl\nV:1-r0\nF:\nR:x.jar\n\nP:py\nV:1\n"
		       "R:stray.jar\n\n"));
	EXPECT_OK(r.result, &r.e);
	EXPECT_INT(r.found.owned.n, 4);
	EXPECT_STR(r.found.owned.v[0].path, STR("usr/lib/node_modules/npm/package.json"));
	EXPECT_STR(r.found.owned.v[0].owner, STR("npm"));
	EXPECT_STR(r.found.owned.v[1].path, STR("usr/bin/npm"));
	EXPECT_STR(r.found.owned.v[2].path, STR("x.jar"));
	EXPECT_STR(r.found.owned.v[2].owner, STR("musl"));
	EXPECT_STR(r.found.owned.v[3].path, STR("stray.jar")); /* F: of no package is carried over */
}
