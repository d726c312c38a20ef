/* purl-spec, "How to parse a purl string", rows of PURL-TYPES, and what Syft, Trivy, BuildKit and
 * cyclonedx-gomod write. */
#include "../test.h"
#include "base/attr.h"
#include "model/purl.h"

TEST(purl_is_read_as_a_package)
{
	static const struct {
		const char *purl;
		enum package_type type;
		const char *name, *version, *arch, *source, *source_version, *distro, *release;
	} rows[] = {
		// clang-format off
		{ "pkg:deb/debian/libgcc-s1@12.2.0-14%2Bb1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14", PACKAGE_DEB,
		  "libgcc-s1", "12.2.0-14+b1", "amd64", "gcc-12", "12.2.0-14", "debian", "12" },
		{ "pkg:deb/debian/vim@2:9.0-1", PACKAGE_DEB, "vim", "2:9.0-1", "", "", "", "debian", "" },
		{ "pkg:deb/debian/vim@2%3A9.0-1?distro=bookworm", PACKAGE_DEB, "vim", "2:9.0-1", "", "", "", "debian", "bookworm" },
		{ "pkg:deb/debian/a@1?os_distro=bookworm&os_name=debian&os_version=12", PACKAGE_DEB, "a", "1", "", "", "", "debian", "12" },
		{ "pkg:deb/ubuntu/a@1.2?distro=ubuntu-22.04&epoch=1", PACKAGE_DEB, "a", "1:1.2", "", "", "", "ubuntu", "22.04" },
		{ "pkg:deb/debian/a@1?distro=debian-sid", PACKAGE_DEB, "a", "1", "", "", "", "debian", "sid" },
		{ "pkg:apk/alpine/musl@1.2.4-r1?arch=x86_64&distro=3.18.4", PACKAGE_APK, "musl", "1.2.4-r1", "x86_64", "", "", "alpine", "3.18.4" },
		{ "pkg:rpm/redhat/bash@5.1.8-6.el9?arch=x86_64&distro=rhel-9.1&epoch=0&upstream=bash-5.1.8-6.el9.src.rpm", PACKAGE_RPM,
		  "bash", "5.1.8-6.el9", "x86_64", "bash", "", "rhel", "9.1" },
		{ "pkg:rpm/rhel/NetworkManager-libs@1.46.0-4?epoch=1&upstream=NetworkManager-1.46.0-4.src.rpm&distro=rhel-9.4", PACKAGE_RPM,
		  "NetworkManager-libs", "1:1.46.0-4", "", "NetworkManager", "", "rhel", "9.4" },
		{ "pkg:rpm/redhat/a@1-1?distro=redhat-8.5", PACKAGE_RPM, "a", "1-1", "", "", "", "rhel", "8.5" },
		{ "pkg:rpm/opensuse/bash@4.4-1?distro=opensuse-leap-15.5", PACKAGE_RPM, "bash", "4.4-1", "", "", "", "opensuse-leap", "15.5" },
		{ "pkg:rpm/amazon/a@1-1?distro=amazon-2023", PACKAGE_RPM, "a", "1-1", "", "", "", "amzn", "2023" },
		{ "pkg:npm/%40angular/animation@12.3.1", PACKAGE_NPM, "@angular/animation", "12.3.1", "", "", "", "", "" },
		{ "pkg:npm/@angular/animation@12.3.1", PACKAGE_NPM, "@angular/animation", "12.3.1", "", "", "", "", "" },
		{ "pkg:npm/@angular/animation", PACKAGE_NPM, "@angular/animation", "", "", "", "", "", "" },
		{ "pkg:npm/foobar@1.0.0%2Bbuild%201", PACKAGE_NPM, "foobar", "1.0.0+build 1", "", "", "", "", "" },
		{ "PKG:PyPI/Django_package@1.11.1.dev1", PACKAGE_PYPI, "Django_package", "1.11.1.dev1", "", "", "", "", "" },
		{ "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?type=zip&classifier=dist", PACKAGE_MAVEN,
		  "org.apache.xmlgraphics:batik-anim", "1.9.1", "", "", "", "", "" },
		{ "pkg:maven/lonely@1", PACKAGE_MAVEN, ":lonely", "1", "", "", "", "", "" },
		{ "pkg://golang/google.golang.org/genproto@v0.1.0", PACKAGE_GOLANG, "google.golang.org/genproto", "v0.1.0", "", "", "", "", "" },
		{ "pkg:golang/github.com/go-jose/go-jose@v4.1.0#v4", PACKAGE_GOLANG, "github.com/go-jose/go-jose/v4", "v4.1.0", "", "", "", "", "" },
		{ "pkg:golang/github.com/a/b@v1.0.0?type=package#c", PACKAGE_GOLANG, "github.com/a/b", "v1.0.0", "", "", "", "", "" },
		{ "pkg:golang/std@go1.21.3", PACKAGE_GOLANG, "stdlib", "1.21.3", "", "", "", "", "" },
		{ "pkg:composer/laravel/laravel@5.5.0", PACKAGE_COMPOSER, "laravel/laravel", "5.5.0", "", "", "", "", "" },
		{ "pkg:nuget/EnterpriseLibrary.Common@6.0.1304", PACKAGE_NUGET, "EnterpriseLibrary.Common", "6.0.1304", "", "", "", "", "" },
		{ "pkg:generic/a%zz@1%", PACKAGE_GENERIC, "a%zz", "1%", "", "", "", "", "" },
		// clang-format on
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 20);

	for (size_t i = 0; i < LEN(rows); i++) {
		struct distro d = { 0 };
		struct package p = { 0 };
		struct error e = { 0 };
		struct purl u;
		EXPECT_OK(purl_parse(str_c(rows[i].purl), &a, &u, &e), &e);
		EXPECT(purl_package(&u, &a, &p, &d));
		EXPECT_INT(p.type, rows[i].type);
		EXPECT_STR(p.name, str_c(rows[i].name));
		EXPECT_STR(p.version, str_c(rows[i].version));
		EXPECT_STR(p.arch, str_c(rows[i].arch));
		EXPECT_STR(p.source, str_c(rows[i].source));
		EXPECT_STR(p.source_version, str_c(rows[i].source_version));
		EXPECT_STR(d.id, str_c(rows[i].distro));
		EXPECT_STR(d.version_id.n ? d.version_id : d.codename, str_c(rows[i].release));
	}
}

TEST(purl_without_its_parts_is_refused)
{
	static const char *const rows[] = { "", "pkg:", "pkg:npm", "pkg:npm/", "npm/a@1", "pkg:/a@1", "pkg:n pm/a", "pkg:3m/a",
		                            "pkg:npm//", "cpe:2.3:a" };
	struct arena a cleanup(arena_done) = ARENA(1 << 16);

	for (size_t i = 0; i < LEN(rows); i++) {
		struct error e = { 0 };
		struct purl u;
		EXPECT_INT(purl_parse(str_c(rows[i]), &a, &u, &e), ERR_FORMAT);
	}
}
