/* Sources and versions as Debian 12 has them (sources.debian.org). */
#include "../test.h"
#include "base/attr.h"
#include "scan/unlisted.h"

TEST(unlisted_knows_upstream_versions_of_debian)
{
	static const struct {
		const char *debian, *version;
		bool same;
	} rows[] = {
		{ "2.36-9+deb12u14", "2.36", true },
		{ "1:1.2.13.dfsg-1", "1.2.13", true }, /* zlib */
		{ "3.0.11-1~deb12u2", "3.0.11", true },
		{ "1:9.2p1-2+deb12u7", "9.2p1", true },
		{ "5:7.0.15-1~deb12u6", "7.0.15", true },
		{ "3.0.11-1~deb12u2", "3.0.1", false },
		{ "2.36.1-9", "2.36", false },
		{ "2.36-9", "2.36.1", false },
		{ "3-2", "3", false }, /* a number alone says too little */
		{ "", "2.36", false },
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if (unlisted_is_version(str_c(rows[i].debian), str_c(rows[i].version)) !=
		    rows[i].same)
			test_fail(__FILE__, __LINE__, "%s, %s", rows[i].debian, rows[i].version);
}

TEST(unlisted_knows_debians_names_of_programs)
{
	static const struct {
		const char *source, *program;
		bool same;
	} rows[] = {
		{ "glibc", "glibc", true },
		{ "python3.11", "python", true },
		{ "postgresql-15", "postgresql", true },
		{ "php8.2", "php", true },
		{ "xz-utils", "xz", true },
		{ "nodejs", "node", true },
		{ "libzstd", "zstd", true },
		{ "tiff", "libtiff", true },
		{ "libpng1.6", "libpng", true },
		{ "gnutls28", "gnutls", true },
		{ "node", "node", false },
		{ "git-lfs", "git", false },
		{ "python-pip", "python", false },
		{ "openssh", "openssl", false },
		{ "libssh2", "libssh2", true },
	};

	for (size_t i = 0; i < LEN(rows); i++)
		if (unlisted_is_source(str_c(rows[i].source), str_c(rows[i].program)) !=
		    rows[i].same)
			test_fail(__FILE__, __LINE__, "%s, %s", rows[i].source, rows[i].program);
}

#define RECORD "var/lib/dpkg/status.d/libc6"

TEST(unlisted_marks_only_what_came_with_the_record)
{
	static const struct {
		const char *what, *record, *path, *version;
		unsigned record_layer, layer;
		bool listed, owned;
	} rows[] = {
		{ "of the same layer", RECORD, "usr/lib/libc.so.6", "2.36", 1, 1, false, true },
		{ "of a layer below", RECORD, "lib/libc.so.6", "2.36", 1, 0, false, true },
		{ "of a later layer", RECORD, "usr/lib/libc.so.6", "2.36", 0, 1, false, false },
		{ "a list does not name it", RECORD, "lib/libc.so.6", "2.36", 0, 0, true, false },
		{ "another version", RECORD, "lib/libc.so.6", "2.35", 0, 0, false, false },
		{ "local", RECORD, "usr/local/lib/libc.so.6", "2.36", 0, 0, false, false },
		{ "elsewhere", RECORD, "opt/lib/libc.so.6", "2.36", 0, 0, false, false },
		{ "dpkg, which has lists", "var/lib/dpkg/status", "lib/libc.so.6", "2.36", 0, 0,
		  false, false },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(65536);
		struct scan_report r = { 0 };
		struct hashes listed = { 0 };
		EXPECT(!rows[i].listed || hashes_add(&listed, str_hash(STR("libc6"))));
		vec_add(&a, &r.packages,
		        ((struct package){ .type = PACKAGE_DEB,
		                           .name = STR("libc6"),
		                           .source = STR("glibc"),
		                           .version = STR("2.36-9+deb12u14"),
		                           .path = str_c(rows[i].record),
		                           .layer = rows[i].record_layer }));
		vec_add(&a, &r.packages,
		        ((struct package){ .type = PACKAGE_GENERIC,
		                           .name = STR("glibc"),
		                           .version = str_c(rows[i].version),
		                           .path = str_c(rows[i].path),
		                           .layer = rows[i].layer }));
		unlisted_mark(&listed, &a, &r);
		if (str_eq(r.packages.v[1].owner, STR("libc6")) != rows[i].owned)
			test_fail(__FILE__, __LINE__, "%s", rows[i].what);
		free(listed.v);
	}
}
