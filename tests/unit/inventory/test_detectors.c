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
		{ "var/lib/dpkg/status.d/base.md5sums", 0644, "dpkg-files" },
		{ "var/lib/dpkg/info/libc6:amd64.list", 0644, "dpkg-files" },
		{ "var/lib/dpkg/info/libc6:amd64.postinst", 0644, NULL },
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
		{ "var/lib/rpm/rpmdb.sqlite", 0644, "rpm" },
		{ "usr/lib/sysimage/rpm/Packages.db", 0644, "rpm" },
		{ "var/lib/rpm/rpmdb.sqlite-shm", 0644, NULL },
		{ "var/lib/rpm/rpmdb.sqlite-wal", 0644, "rpm-log" },
		{ "var/lib/rpmmanifest/container-manifest-2", 0644, "rpm-list" },
		{ "app/node_modules/@a/b/package.json", 0644, "npm" },
		{ "usr/share/doc/libc6/copyright", 0644, "dpkg-license" },
		{ "usr/share/doc/a/b/copyright", 0644, NULL },
		{ "app/package-lock.json", 0644, "npm-lock" },
		{ "app/node_modules/.package-lock.json", 0644, NULL },
		{ "app/yarn.lock", 0644, "yarn-lock" },
		{ "app/pnpm-lock.yaml", 0644, "pnpm-lock" },
		{ "app/bun.lock", 0644, "bun-lock" },
		{ "usr/share/rubygems-integration/all/specifications/rack-2.2.6.4.gemspec", 0644, "gem" },
		{ "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec", 0644, "gem" },
		{ "var/lib/gems/3.1.0/gems/rack-2.2.6.4/rack.gemspec", 0644, NULL },
		{ "app/Gemfile.lock", 0644, "gem-lock" },
		{ "app/shop.deps.json", 0644, "dotnet" },
		{ "app/packages.lock.json", 0644, "nuget-lock" },
		{ "app/packages.config", 0644, "nuget-config" },
		{ "app/vendor/composer/installed.json", 0644, "php" },
		{ "app/installed.json", 0644, NULL },
		{ "app/composer.lock", 0644, "php-lock" },
		{ "v/site-packages/Django-2.2.dist-info/METADATA", 0644, "python" },
		{ "v/site-packages/METADATA", 0644, NULL },
		{ "v/site-packages/a.egg-info/PKG-INFO", 0644, "python" },
		{ "v/a-1.0-py3.egg/EGG-INFO/PKG-INFO", 0644, "python" },
		{ "a-1.0/PKG-INFO", 0644, NULL },
		{ "usr/lib/python3/dist-packages/six-1.16.0.egg-info", 0644, "python" },
		{ "v/a-1.0-py3.egg", 0644, "python-egg" },
		{ "opt/app.jar", 0755, "java" },
		{ "opt/APP.WAR", 0644, "java" },
		{ "opt/.jar", 0644, NULL },
		{ "opt/app.jar.txt", 0644, NULL },
		{ "usr/bin/kubectl", 0755, "program" },
		{ "usr/lib/libfoo.so", 0644, "program" },
		{ "usr/lib/libfoo.so.1.2", 0644, "program" },
		{ "usr/share/x.sock", 0644, NULL },
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

TEST(detector_every_root_is_a_database)
{
	EXPECT(!detector_by_kind(STR("none")));
	EXPECT(detector_by_kind(STR("dpkg")) && detector_by_kind(STR("dpkg"))->database);
	for (const char *const *root = detector_roots; *root; root++) {
		const struct detector *d = detector_match(str_c(*root), 0644);
		if (!strcmp(*root, "var/lib/dpkg/status.d"))
			continue; /* a folder */
		if (!d || !d->database)
			test_fail(__FILE__, __LINE__, "%s: not a database", *root);
	}
}
