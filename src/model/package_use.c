/* model/package_use.c — one rule a row, the first that fits: Debian's and Ubuntu's binary package
 * names (Debian Policy and Developer's Reference, 6.7.9 for debug symbols), Fedora's and SUSE's
 * (Packaging Guidelines: -devel, -static, -doc, -debuginfo), Alpine's subpackages (-dev, -doc,
 * -dbg, -static). Names of some ten bytes. */
#include "model/package_use.h"
#include "base/attr.h"
#include <assert.h>

enum place { IS, STARTS, ENDS, HOLDS };

struct rule {
	enum package_type type;
	enum place place;
	str word;
	enum package_use use;
};

#define DEB PACKAGE_DEB
#define APK PACKAGE_APK
#define RPM PACKAGE_RPM

// clang-format off
static const struct rule rules[] = {
	{ DEB, IS,     STR_INIT("linux-libc-dev"),      USE_KERNEL_HEADERS },
	{ DEB, STARTS, STR_INIT("linux-libc-dev-"),     USE_KERNEL_HEADERS }, /* of a foreign architecture */
	{ DEB, STARTS, STR_INIT("linux-headers-"),      USE_KERNEL_HEADERS },
	{ DEB, STARTS, STR_INIT("linux-kbuild-"),       USE_KERNEL_HEADERS },
	{ DEB, ENDS,   STR_INIT("-dev"),                USE_DEVELOPMENT },
	{ DEB, HOLDS,  STR_INIT("-dev-"),               USE_DEVELOPMENT }, /* libc6-dev-i386, -dev-bin */
	{ DEB, ENDS,   STR_INIT("-doc"),                USE_DOCUMENTATION },
	{ DEB, ENDS,   STR_INIT("-docs"),               USE_DOCUMENTATION },
	{ DEB, ENDS,   STR_INIT("-examples"),           USE_DOCUMENTATION },
	{ DEB, STARTS, STR_INIT("manpages"),            USE_DOCUMENTATION },
	{ DEB, ENDS,   STR_INIT("-dbg"),                USE_DEBUG_SYMBOLS },
	{ DEB, ENDS,   STR_INIT("-dbgsym"),             USE_DEBUG_SYMBOLS },
	{ DEB, STARTS, STR_INIT("firmware-"),           USE_FIRMWARE },
	{ DEB, IS,     STR_INIT("linux-firmware"),      USE_FIRMWARE },

	{ APK, IS,     STR_INIT("linux-headers"),       USE_KERNEL_HEADERS },
	{ APK, STARTS, STR_INIT("linux-firmware"),      USE_FIRMWARE },
	{ APK, ENDS,   STR_INIT("-dev"),                USE_DEVELOPMENT },
	{ APK, ENDS,   STR_INIT("-static"),             USE_DEVELOPMENT },
	{ APK, ENDS,   STR_INIT("-doc"),                USE_DOCUMENTATION },
	{ APK, IS,     STR_INIT("man-pages"),           USE_DOCUMENTATION },
	{ APK, ENDS,   STR_INIT("-dbg"),                USE_DEBUG_SYMBOLS },

	{ RPM, IS,     STR_INIT("kernel-headers"),      USE_KERNEL_HEADERS },
	{ RPM, IS,     STR_INIT("linux-glibc-devel"),   USE_KERNEL_HEADERS }, /* SUSE */
	{ RPM, IS,     STR_INIT("linux-api-headers"),   USE_KERNEL_HEADERS }, /* Photon */
	{ RPM, STARTS, STR_INIT("kernel-devel"),        USE_KERNEL_HEADERS },
	{ RPM, STARTS, STR_INIT("kernel-cross-headers"), USE_KERNEL_HEADERS },
	{ RPM, ENDS,   STR_INIT("kernel-headers"),      USE_KERNEL_HEADERS }, /* kernel-lt-headers, cross */
	{ RPM, ENDS,   STR_INIT("-debuginfo"),          USE_DEBUG_SYMBOLS },
	{ RPM, ENDS,   STR_INIT("-debugsource"),        USE_DEBUG_SYMBOLS },
	{ RPM, ENDS,   STR_INIT("-devel"),              USE_DEVELOPMENT },
	{ RPM, ENDS,   STR_INIT("-devel-static"),       USE_DEVELOPMENT },
	{ RPM, ENDS,   STR_INIT("-headers"),            USE_DEVELOPMENT },
	{ RPM, ENDS,   STR_INIT("-static"),             USE_DEVELOPMENT },
	{ RPM, ENDS,   STR_INIT("-doc"),                USE_DOCUMENTATION },
	{ RPM, ENDS,   STR_INIT("-docs"),               USE_DOCUMENTATION },
	{ RPM, ENDS,   STR_INIT("-javadoc"),            USE_DOCUMENTATION },
	{ RPM, IS,     STR_INIT("man-pages"),           USE_DOCUMENTATION },
	{ RPM, STARTS, STR_INIT("linux-firmware"),      USE_FIRMWARE },
	{ RPM, STARTS, STR_INIT("kernel-firmware"),     USE_FIRMWARE },
	{ RPM, ENDS,   STR_INIT("-firmware"),           USE_FIRMWARE },
};
// clang-format on

static bool fits(const struct rule *r, str name)
{
	switch (r->place) {
	case IS:
		return str_eq(name, r->word);
	case STARTS:
		return str_starts(name, r->word);
	case ENDS:
		return str_ends(name, r->word);
	case HOLDS:
		return str_find(name, r->word) < name.n;
	}
	return false;
}

enum package_use package_use_of(const struct package *p)
{
	if (p->traits & PACKAGE_DEVELOPMENT)
		return USE_DEVELOPMENT;
	for (size_t i = 0; i < LEN(rules); i++)
		if (rules[i].type == p->type && fits(&rules[i], p->name))
			return rules[i].use;
	return USE_ORDINARY;
}

static const struct {
	const char *word, *text;
} uses[] = {
#define X(name, word, text) { word, text },
	PACKAGE_USES(X)
#undef X
};

const char *package_use_word(enum package_use use)
{
	assert(use < LEN(uses));
	return uses[use].word;
}

const char *package_use_text(enum package_use use)
{
	assert(use < LEN(uses));
	return uses[use].text;
}

bool package_use_parse(str word, enum package_use *out)
{
	for (size_t i = 0; i < LEN(uses); i++)
		if (str_eq_nocase(word, str_c(uses[i].word))) {
			*out = (enum package_use)i;
			return true;
		}
	return false;
}
