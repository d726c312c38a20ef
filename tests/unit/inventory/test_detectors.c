#include "reader.h"

TEST(detector_match_by_path)
{
	static const struct {
		const char *path;
		unsigned mode;
		const char *kind; /* NULL: left alone */
	} rows[] = {
		{ "var/lib/dpkg/status", 0644, "dpkg" },
		{ "opt/moved/dpkg/status", 0644, "dpkg" },
		{ "var/lib/dpkg/status-old", 0644, NULL },
		{ "var/lib/xdpkg/status", 0644, NULL },
		{ "status", 0644, NULL },
		{ "var/lib/dpkg/status.d/base", 0644, "dpkg" },
		{ "var/lib/dpkg/status.d/base.md5sums", 0644, NULL },
		{ "lib/apk/db/installed", 0644, "apk" },
		{ "usr/lib/apk/db/installed", 0644, "apk" },
		{ "var/lib/rpm/rpmdb.sqlite", 0644, "rpm" },
		{ "usr/lib/sysimage/rpm/Packages.db", 0644, "rpm" },
		{ "var/lib/rpm/Packages", 0644, "rpm" },
		{ "var/lib/rpm/rpmdb.sqlite-wal", 0644, "rpm-log" },
		{ "var/lib/rpm/rpmdb.sqlite-shm", 0644, NULL },
		{ "var/lib/rpm/Name", 0644, NULL },
		{ "var/lib/rpmmanifest/container-manifest-2", 0644, "rpm-list" },
		{ "etc/os-release", 0644, "os-release" },
		{ "usr/lib/os-release", 0644, "os-release" },
		{ "usr/lib/os.release.d/os-release-container", 0644, "os-release" },
		{ "etc/passwd", 0644, NULL },
		{ "", 0644, NULL },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct detector *d = detector_match(str_c(rows[i].path), rows[i].mode);
		if (str_eq(str_c(d ? d->kind : NULL), str_c(rows[i].kind)))
			continue;
		test_fail(__FILE__, __LINE__, "%s: got %s", rows[i].path, d ? d->kind : "nothing");
	}
}
