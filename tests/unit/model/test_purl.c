/* purl-spec: "A purl is a URL", character encoding, and the rows of PURL-TYPES. */
#include "../test.h"
#include "base/attr.h"
#include "model/purl.h"

#define S(text) STR_INIT(text)

static const struct distro debian = { .id = S("debian"), .version_id = S("12"), .codename = S("bookworm") };
static const struct distro sid = { .id = S("debian"), .codename = S("sid") };
static const struct distro alpine = { .id = S("alpine"), .version_id = S("3.19.1") };
static const struct distro rhel = { .id = S("rhel"), .version_id = S("9.4") };
static const struct distro leap = { .id = S("openSUSE-leap"), .version_id = S("15.5") };

TEST(purl_follows_its_type)
{
	static const struct {
		struct package p;
		const struct distro *distro;
		const char *want;
	} rows[] = {
		{ { .type = PACKAGE_COMPOSER, .name = S("Laravel/Laravel"), .version = S("5.5.0") }, NULL, "pkg:composer/laravel/laravel@5.5.0" },
		{ { .type = PACKAGE_NUGET, .name = S("EnterpriseLibrary.Common"), .version = S("6.0.1304") }, NULL, "pkg:nuget/EnterpriseLibrary.Common@6.0.1304" },
		{ { .type = PACKAGE_GEM, .name = S("ruby-advisory-db-check"), .version = S("0.12.4") }, NULL, "pkg:gem/ruby-advisory-db-check@0.12.4" },
		{ { .type = PACKAGE_DEB, .name = S("libssl3"), .version = S("3.0.11-1~deb12u1"), .arch = S("amd64"), .source = S("openssl") },
		  &debian, "pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=amd64&distro=debian-12&upstream=openssl" },
		{ { .type = PACKAGE_DEB, .name = S("libgcc-s1"), .version = S("12.2.0-14+b1"), .arch = S("amd64"), .source = S("gcc-12"), .source_version = S("12.2.0-14") },
		  &debian, "pkg:deb/debian/libgcc-s1@12.2.0-14%2Bb1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14" },
		{ { .type = PACKAGE_DEB, .name = S("vim"), .version = S("2:9.0-1+b2"), .source_version = S("2:9.0-1") },
		  &sid, "pkg:deb/debian/vim@2:9.0-1%2Bb2?distro=debian-sid&upstream=vim%402:9.0-1" },
		{ { .type = PACKAGE_DEB, .name = S("g++"), .version = S("1"), .source = S("g++") }, NULL, "pkg:deb/g%2B%2B@1" },
		{ { .type = PACKAGE_APK, .name = S("libcrypto3"), .version = S("3.1.4-r1"), .arch = S("x86_64"), .source = S("openssl") },
		  &alpine, "pkg:apk/alpine/libcrypto3@3.1.4-r1?arch=x86_64&distro=alpine-3.19.1&upstream=openssl" },
		{ { .type = PACKAGE_RPM, .name = S("NetworkManager"), .version = S("1:1.46.0-4.el9_4"), .arch = S("x86_64") },
		  &rhel, "pkg:rpm/rhel/NetworkManager@1.46.0-4.el9_4?arch=x86_64&distro=rhel-9.4&epoch=1" },
		{ { .type = PACKAGE_RPM, .name = S("bash"), .version = S("4.4-1"), .arch = S("noarch") },
		  &leap, "pkg:rpm/opensuse-leap/bash@4.4-1?arch=noarch&distro=opensuse-leap-15.5" },
		{ { .type = PACKAGE_NPM, .name = S("@angular/animation"), .version = S("12.3.1") }, &debian, "pkg:npm/%40angular/animation@12.3.1" },
		{ { .type = PACKAGE_NPM, .name = S("foobar"), .version = S("1.0.0+build 1") }, NULL, "pkg:npm/foobar@1.0.0%2Bbuild%201" },
		{ { .type = PACKAGE_PYPI, .name = S("Django_Allauth"), .version = S("12.23") }, NULL, "pkg:pypi/django-allauth@12.23" },
		{ { .type = PACKAGE_MAVEN, .name = S("org.apache.xmlgraphics:batik-anim"), .version = S("1.9.1") }, NULL, "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1" },
		{ { .type = PACKAGE_MAVEN, .name = S(":lonely"), .version = S("1") }, NULL, "pkg:maven/lonely@1" },
		{ { .type = PACKAGE_GOLANG, .name = S("google.golang.org/genproto"), .version = S("v0.0.0-20200101000000-abcdef") }, NULL,
		  "pkg:golang/google.golang.org/genproto@v0.0.0-20200101000000-abcdef" },
		{ { .type = PACKAGE_GOLANG, .name = S("stdlib"), .version = S("1.21.3") }, NULL, "pkg:golang/stdlib@1.21.3" },
		{ { .type = PACKAGE_GOLANG, .name = S("github.com/BurntSushi/toml"), .version = S("v1.2.3") }, NULL, "pkg:golang/github.com/BurntSushi/toml@v1.2.3" },
		{ { .type = PACKAGE_NPM, .name = S("JSONStream"), .version = S("1.3.5") }, NULL, "pkg:npm/jsonstream@1.3.5" },
		{ { .type = PACKAGE_CARGO, .name = S("rand"), .version = S("0.7.2") }, NULL, "pkg:cargo/rand@0.7.2" },
		{ { .type = PACKAGE_CARGO, .name = S("clap"), .version = S("2.33.0+a") }, NULL, "pkg:cargo/clap@2.33.0%2Ba" },
		{ { .type = PACKAGE_HEX, .name = S("Acme/Foo"), .version = S("2.3.4") }, NULL, "pkg:hex/acme/foo@2.3.4" },
		{ { .type = PACKAGE_HEX, .name = S("jason"), .version = S("1.1.2") }, NULL, "pkg:hex/jason@1.1.2" },
		{ { .type = PACKAGE_PUB, .name = S("characters"), .version = S("1.2.0") }, NULL, "pkg:pub/characters@1.2.0" },
		{ { .type = PACKAGE_SWIFT, .name = S("github.com/Alamofire/Alamofire"), .version = S("5.4.3") }, NULL,
		  "pkg:swift/github.com/Alamofire/Alamofire@5.4.3" },
		{ { .type = PACKAGE_CRAN, .name = S("A3"), .version = S("1.0.0") }, NULL, "pkg:cran/A3@1.0.0" },
		{ { .type = PACKAGE_HACKAGE, .name = S("AC-HalfInteger"), .version = S("1.2.1") }, NULL, "pkg:hackage/AC-HalfInteger@1.2.1" },
		{ { .type = PACKAGE_CONDA, .name = S("absl-py"), .version = S("0.4.1"), .module = S("py36h06a4308_0"), .maintainer = S("main"), .arch = S("linux-64") },
		  &debian, "pkg:conda/absl-py@0.4.1?build=py36h06a4308_0&channel=main&subdir=linux-64" },
		{ { .type = PACKAGE_NPM, .name = S("no-version") }, NULL, "pkg:npm/no-version" },
		{ { .type = PACKAGE_NPM, .name = S("a?b#c%d\x80"), .version = S("1@2") }, NULL, "pkg:npm/a%3Fb%23c%25d%80@1%402" },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	for (size_t i = 0; i < LEN(rows); i++)
		EXPECT_STR(purl_of(&a, &rows[i].p, rows[i].distro), str_c(rows[i].want));
}

TEST(purl_is_empty_when_the_arena_is_spent)
{
	struct arena a cleanup(arena_done) = ARENA(8);
	struct package p = { .type = PACKAGE_NPM, .name = S("a-name-of-some-length"), .version = S("1.0.0") };
	EXPECT_INT(purl_of(&a, &p, NULL).n, 0);
	EXPECT(a.failed);
}
