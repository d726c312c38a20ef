#include "../test.h"
#include "base/attr.h"
#include "vulndb/names.h"

TEST(names_of_ecosystems_have_one_spelling)
{
	static const str rows[][2] = {
		{ STR_INIT("npm"), STR_INIT("npm") },
		{ STR_INIT("Debian:12"), STR_INIT("Debian:12") },
		{ STR_INIT("Alpine:v3.19"), STR_INIT("Alpine:3.19") },
		{ STR_INIT("Alpine:3.19"), STR_INIT("Alpine:3.19") },
		{ STR_INIT("Ubuntu:22.04:LTS"), STR_INIT("Ubuntu:22.04") },
		{ STR_INIT("Ubuntu:24.10"), STR_INIT("Ubuntu:24.10") },
		{ STR_INIT("Ubuntu:Pro:18.04:LTS"), STR_INIT("Ubuntu:Pro:18.04") },
		{ STR_INIT("AlmaLinux:9.3"), STR_INIT("AlmaLinux:9") },
		{ STR_INIT("Rocky Linux:8"), STR_INIT("Rocky Linux:8") },
		{ STR_INIT("Red Hat:enterprise_linux:9::baseos"), STR_INIT("Red Hat:9") },
		{ STR_INIT("Red Hat:rhel_eus:9.2::baseos"),
		  STR_INIT("Red Hat:rhel_eus:9.2::baseos") },
		{ STR_INIT("SUSE:Linux Enterprise Module for Basesystem 15 SP4"),
		  STR_INIT("SUSE:Linux Enterprise Server 15 SP4") },
		{ STR_INIT("SUSE:Linux Enterprise Server 15 SP3-LTSS"),
		  STR_INIT("SUSE:Linux Enterprise Server 15 SP3") },
		{ STR_INIT("SUSE:Linux Enterprise Server 15 SP6"),
		  STR_INIT("SUSE:Linux Enterprise Server 15 SP6") },
		{ STR_INIT("openSUSE:Leap 15.5"), STR_INIT("openSUSE:Leap 15.5") },
		{ STR_INIT("SUSE:Linux Enterprise Module for "),
		  STR_INIT("SUSE:Linux Enterprise Module for ") },
		{ STR_INIT("Alpine:"), STR_INIT("Alpine") },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	for (size_t i = 0; i < LEN(rows); i++)
		EXPECT_STR(names_ecosystem(&a, rows[i][0]), rows[i][1]);
}

TEST(names_of_swift_packages_are_host_and_path)
{
	static const str rows[][2] = {
		{ STR_INIT("https://github.com/Apple/swift-nio.git"),
		  STR_INIT("github.com/apple/swift-nio") },
		{ STR_INIT("github.com/apple/swift-nio"), STR_INIT("github.com/apple/swift-nio") },
		{ STR_INIT("git@github.com:apple/swift-nio.git"),
		  STR_INIT("github.com/apple/swift-nio") },
		{ STR_INIT("ssh://git@gitlab.com/a/b/"), STR_INIT("gitlab.com/a/b") },
		{ STR_INIT(""), STR_INIT("") },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	for (size_t i = 0; i < LEN(rows); i++)
		EXPECT_STR(names_package(&a, STR("SwiftURL"), rows[i][0]), rows[i][1]);
}

TEST(names_of_python_packages_follow_pep_503)
{
	static const str rows[][2] = {
		{ STR_INIT("Django"), STR_INIT("django") },
		{ STR_INIT("zope.interface"), STR_INIT("zope-interface") },
		{ STR_INIT("A__b-.C"), STR_INIT("a-b-c") },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	for (size_t i = 0; i < LEN(rows); i++)
		EXPECT_STR(names_package(&a, STR("PyPI"), rows[i][0]), rows[i][1]);
	EXPECT_STR(names_package(&a, STR("npm"), STR("JSONStream")), STR("JSONStream"));
	EXPECT_STR(names_package(&a, STR("NuGet"), STR("Newtonsoft.Json")), STR("newtonsoft.json"));
}

TEST(names_tell_cves_and_sources)
{
	bool notice;
	EXPECT(names_is_cve(STR("CVE-2024-1234")));
	EXPECT(names_is_cve(STR("CVE-2024-1234567")));
	EXPECT(!names_is_cve(STR("CVE-2024-123")));
	EXPECT(!names_is_cve(STR("CVE-2024-12x4")));
	EXPECT(!names_is_cve(STR("DEBIAN-CVE-2024-1234")));
	EXPECT_STR(names_source(STR("GHSA-aaaa-bbbb-cccc"), &notice), STR("GitHub"));
	EXPECT(!notice);
	EXPECT_STR(names_source(STR("DSA-1-1"), &notice), STR("Debian"));
	EXPECT(notice);
	EXPECT_STR(names_source(STR("XYZ-1"), &notice), STR("OSV"));
	EXPECT(names_own_source(STR("openSUSE:Leap 15.5"), STR("SUSE")));
	EXPECT(!names_own_source(STR("npm"), STR("GitHub")));
	EXPECT_STR(names_debian_release(STR("bookworm")), STR("Debian:12"));
	EXPECT_INT(names_debian_release(STR("breezy")).n, 0);
}
