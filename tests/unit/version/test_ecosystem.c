/* Names as OSV's records write them (schema: "Defined ecosystems"). */
#include "../test.h"
#include "base/attr.h"
#include "version/debver.h"
#include "version/ecosystem.h"
#include "version/rpmver.h"

TEST(ecosystem_is_found_in_any_case_and_with_a_release)
{
	static const struct {
		const char *asked, *name, *purl_type;
		bool distribution;
	} rows[] = {
		{ "Debian:12", "Debian", "deb", true },
		{ "debian", "Debian", "deb", true },
		{ "Ubuntu:Pro:18.04:LTS", "Ubuntu", "deb", true },
		{ "Rocky Linux:9", "Rocky Linux", "rpm", true },
		{ "SUSE:Linux Enterprise Server 15 SP5", "SUSE", "rpm", true },
		{ "Alpine:v3.19", "Alpine", "apk", true },
		{ "BellSoft Hardened Containers:23", "BellSoft Hardened Containers", "apk", true },
		{ "Echo", "Echo", "deb", true },
		{ "NPM", "npm", "npm", false },
		{ "PyPI", "PyPI", "pypi", false },
		{ "maven", "Maven", "maven", false },
		{ "Go", "Go", "golang", false },
		{ "deb", "deb", "", false },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct ecosystem *eco = ecosystem_find(str_c(rows[i].asked));
		EXPECT(eco != NULL);
		if (!eco)
			continue;
		EXPECT_STR(eco->name, str_c(rows[i].name));
		EXPECT_STR(str_c(eco->purl_type), str_c(rows[i].purl_type));
		EXPECT(eco->distribution == rows[i].distribution);
	}
	EXPECT(ecosystem_find(STR("dpkg"))->compare == debver_compare);
	EXPECT(ecosystem_find(STR("rpm"))->compare == rpmver_compare);
	EXPECT(!ecosystem_find(STR("GIT")));
	EXPECT(!ecosystem_find(STR("")));
}

TEST(ecosystem_of_release_is_what_osv_calls_it)
{
	static const struct {
		const char *id, *version, *codename, *pretty, *want;
	} rows[] = {
		{ "debian", "12", "bookworm", "", "Debian:12" },
		{ "debian", "", "trixie", "", "Debian:13" },
		{ "debian", "", "", "Debian GNU/Linux bookworm/sid", "" },
		{ "debian", "", "sid", "", "" },
		{ "ubuntu", "22.04", "jammy", "", "Ubuntu:22.04:LTS" },
		{ "ubuntu", "24.04", "noble", "", "Ubuntu:24.04:LTS" },
		{ "ubuntu", "23.10", "", "", "Ubuntu:23.10" },
		{ "ubuntu", "25.04", "", "", "Ubuntu:25.04" },
		{ "alpine", "3.19.1", "", "", "Alpine:v3.19" },
		{ "alpine", "3.22.0_alpha20250108", "", "", "Alpine:edge" },
		{ "wolfi", "20230201", "", "", "Wolfi" },
		{ "chainguard", "20230214", "", "", "Chainguard" },
		{ "almalinux", "9.4", "", "", "AlmaLinux:9" },
		{ "rocky", "9.3", "", "", "Rocky Linux:9" },
		{ "rhel", "9.4", "", "", "Red Hat:enterprise_linux:9" },
		{ "sles", "15.5", "", "", "SUSE:Linux Enterprise Server 15 SP5" },
		{ "sles", "15", "", "", "SUSE:Linux Enterprise Server 15" },
		{ "sles", "16.0", "", "", "SUSE:Linux Enterprise Server 16.0" },
		{ "opensuse-leap", "15.5", "", "", "openSUSE:Leap 15.5" },
		{ "opensuse-tumbleweed", "20240101", "", "", "openSUSE:Tumbleweed" },
		{ "azurelinux", "3.0", "", "", "Azure Linux:3" },
		{ "mariner", "2.0", "", "", "Azure Linux:2" },
		{ "mageia", "9", "", "", "Mageia:9" },
		{ "openEuler", "22.03", "", "openEuler 22.03 (LTS-SP3)", "openEuler:22.03-LTS-SP3" },
		{ "openEuler", "23.09", "", "openEuler 23.09", "openEuler:23.09" },
		{ "photon", "4.0", "", "", "Photon OS:4.0" },
		{ "sled", "15.6", "", "", "SUSE:Linux Enterprise Desktop 15 SP6" },
		{ "sle-micro", "5.5", "", "", "SUSE:Linux Enterprise Micro 5.5" },
		{ "sl-micro", "6.0", "", "", "SUSE:Linux Micro 6.0" },
		{ "ubuntu", "18.04", "bionic", "", "Ubuntu:18.04:LTS" },
		{ "alpaquita", "stream", "", "BellSoft Alpaquita Linux Stream (musl)", "Alpaquita:stream" },
		{ "alpaquita", "23", "", "", "Alpaquita:23" },
		{ "bellsoft-hardened-containers", "stream", "", "", "BellSoft Hardened Containers:stream" },
		{ "minimos", "20241031", "", "MinimOS", "MinimOS" },
		{ "echo", "1", "", "", "Echo" },
		{ "debian", "13", "trixie", "Docker Hardened Images/Debian GNU/Linux 13 (trixie)", "Debian:13" },
		{ "amzn", "2023", "", "Amazon Linux 2023", "" }, /* these are not in OSV */
		{ "ol", "9.4", "", "Oracle Linux Server 9.4", "" },
		{ "centos", "7", "", "CentOS Linux 7 (Core)", "" },
		{ "arch", "", "", "Arch Linux", "" },
		{ "raspbian", "12", "bookworm", "", "" }, /* rebuilt: not Debian's versions */
		{ "fedora", "40", "", "", "" },
		{ "alpine", "three", "", "", "" },
		{ "", "", "", "", "" },
	};
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	for (size_t i = 0; i < LEN(rows); i++) {
		struct os_release os = { str_c(rows[i].id), str_c(rows[i].version), str_c(rows[i].codename),
					 str_c(rows[i].pretty) };
		str got = ecosystem_of_release(&a, &os);
		EXPECT_STR(got, str_c(rows[i].want));
		EXPECT(!got.n || ecosystem_find(got));
	}
}
