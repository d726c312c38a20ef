/* Names of packages in Debian 12, Fedora 40, SLES 15, Photon 5 and Alpine 3.20. */
#include "../test.h"
#include "base/attr.h"
#include "model/package_use.h"

TEST(package_use_follows_the_names_of_the_packaging_system)
{
	static const struct {
		enum package_type type;
		const char *name;
		enum package_use use;
	} rows[] = {
		{ PACKAGE_DEB, "linux-libc-dev", USE_KERNEL_HEADERS },
		{ PACKAGE_DEB, "linux-libc-dev-arm64-cross", USE_KERNEL_HEADERS },
		{ PACKAGE_DEB, "linux-headers-6.1.0-18-amd64", USE_KERNEL_HEADERS },
		{ PACKAGE_DEB, "linux-image-6.1.0-18-amd64", USE_ORDINARY },
		{ PACKAGE_DEB, "libssl-dev", USE_DEVELOPMENT },
		{ PACKAGE_DEB, "libc6-dev-i386", USE_DEVELOPMENT },
		{ PACKAGE_DEB, "libdevmapper1.02.1", USE_ORDINARY },
		{ PACKAGE_DEB, "ruby-secure-headers", USE_ORDINARY },
		{ PACKAGE_DEB, "bash-doc", USE_DOCUMENTATION },
		{ PACKAGE_DEB, "manpages-dev", USE_DEVELOPMENT },
		{ PACKAGE_DEB, "libc6-dbg", USE_DEBUG_SYMBOLS },
		{ PACKAGE_DEB, "firmware-misc-nonfree", USE_FIRMWARE },
		{ PACKAGE_APK, "linux-headers", USE_KERNEL_HEADERS },
		{ PACKAGE_APK, "linux-pam-dev", USE_DEVELOPMENT },
		{ PACKAGE_APK, "linux-lts", USE_ORDINARY },
		{ PACKAGE_APK, "musl-dev", USE_DEVELOPMENT },
		{ PACKAGE_APK, "zlib-static", USE_DEVELOPMENT },
		{ PACKAGE_APK, "busybox-doc", USE_DOCUMENTATION },
		{ PACKAGE_RPM, "kernel-headers", USE_KERNEL_HEADERS },
		{ PACKAGE_RPM, "linux-glibc-devel", USE_KERNEL_HEADERS },
		{ PACKAGE_RPM, "linux-api-headers", USE_KERNEL_HEADERS },
		{ PACKAGE_RPM, "glibc-headers", USE_DEVELOPMENT },
		{ PACKAGE_RPM, "openssl-devel", USE_DEVELOPMENT },
		{ PACKAGE_RPM, "kernel-core", USE_ORDINARY },
		{ PACKAGE_RPM, "openssl-debuginfo", USE_DEBUG_SYMBOLS },
		{ PACKAGE_RPM, "iwl7260-firmware", USE_FIRMWARE },
		{ PACKAGE_NPM, "webpack-dev", USE_ORDINARY },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct package p = { .type = rows[i].type, .name = str_c(rows[i].name) };
		if (package_use_of(&p) != rows[i].use)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name,
			          package_use_word(package_use_of(&p)));
	}
}

TEST(package_use_of_a_lock_file_is_what_it_says)
{
	struct package p = { .type = PACKAGE_NPM,
		             .name = STR("eslint"),
		             .traits = PACKAGE_LOCKED | PACKAGE_DEVELOPMENT };
	EXPECT_INT(package_use_of(&p), USE_DEVELOPMENT);
	p.traits = PACKAGE_LOCKED;
	EXPECT_INT(package_use_of(&p), USE_ORDINARY);
}

TEST(package_use_words_are_read_back)
{
	enum package_use use;
	for (int u = 0; u < USE_COUNT; u++)
		EXPECT(package_use_parse(str_c(package_use_word((enum package_use)u)), &use) &&
		       use == (enum package_use)u);
	EXPECT(!package_use_parse(STR("dev"), &use));
}
