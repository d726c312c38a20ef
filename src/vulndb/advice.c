#include "vulndb/advice.h"
#include "vulndb/names.h"

/* A name or version goes into a command only if a shell takes it for one plain word. */
static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      memchr("@/._+-:~^", c, 10)))
			return false;
	}
	return s.n && s.p[0] != '-';
}

static str maven(struct arena *a, str name, str version)
{
	size_t colon = str_chr(name, ':');
	return arena_join(
	        a, STR("Maven: <groupId>"), str_upto(name, colon), STR("</groupId> <artifactId>"),
	        str_from(name, colon + 1), STR("</artifactId> <version>"), version,
	        STR("</version>; Gradle: implementation \""), name, STR(":"), version, STR("\""));
}

static str rpm(struct arena *a, const struct finding *f)
{
	str base = names_base(f->ecosystem);
	bool zypper = str_eq(base, STR("SUSE")) || str_eq(base, STR("openSUSE"));
	return arena_join(a, zypper ? STR("zypper update ") : STR("dnf upgrade "),
	                  f->package->name);
}

static str golang(struct arena *a, str name, str version)
{
	str v = str_starts(version, STR("v")) ? (str){ 0 } : STR("v");
	if (str_eq(name, STR("stdlib")) || str_eq(name, STR("toolchain")))
		return arena_join(a, STR("rebuild with Go "), version, STR(" or later"));
	return arena_join(a, STR("go get "), name, STR("@"), v, version);
}

static str command(struct arena *a, const struct finding *f)
{
	str name = f->package->name, v = f->fixed_version;
	switch (f->package->type) {
	case PACKAGE_DEB:
		return arena_join(a, STR("apt-get update && apt-get install --only-upgrade "),
		                  name);
	case PACKAGE_APK:
		return arena_join(a, STR("apk upgrade "), name);
	case PACKAGE_RPM:
		return rpm(a, f);
	case PACKAGE_NPM:
		return arena_join(a, STR("npm install "), name, STR("@"), v);
	case PACKAGE_PYPI:
		return arena_join(a, STR("pip install '"), name, STR(">="), v, STR("'"));
	case PACKAGE_MAVEN:
		return maven(a, name, v);
	case PACKAGE_GOLANG:
		return golang(a, name, v);
	case PACKAGE_CARGO:
		return arena_join(a, STR("cargo update "), name, STR(" --precise "), v);
	case PACKAGE_GEM:
		return arena_join(a, STR("gem install "), name, STR(" -v '>= "), v, STR("'"));
	case PACKAGE_NUGET:
		return arena_join(a, STR("dotnet add package "), name, STR(" --version "), v);
	case PACKAGE_COMPOSER:
		return arena_join(a, STR("composer require "), name, STR(":^"), v);
	case PACKAGE_HEX:
		return arena_join(a, STR("mix deps.update "), name);
	case PACKAGE_PUB:
		return arena_join(a, STR("dart pub upgrade "), name);
	case PACKAGE_SWIFT: /* no command of theirs takes a version */
	case PACKAGE_CRAN:
	case PACKAGE_HACKAGE:
	case PACKAGE_CONDA:
	case PACKAGE_BITNAMI:
	case PACKAGE_GENERIC:
	case PACKAGE_TYPE_COUNT:
		break;
	}
	return (str){ 0 };
}

static str subject(struct arena *a, const struct finding *f)
{
	const struct package *p = f->package;
	if (str_eq(p->name, f->compared_name) || !p->source.n)
		return p->name;
	return arena_join(a, p->name, STR(" (source package "), f->compared_name, STR(")"));
}

void advice_fill(struct arena *a, struct finding *f, bool needs_pro)
{
	static const char *const why[FIX_STATUS_COUNT] = {
		[FIX_NONE] = "no fixed version is known yet",
		[FIX_WILL_NOT] = "the distribution will not fix it in this release",
		[FIX_DEFERRED] = "the distribution has put the fix off",
		[FIX_UNDER_INVESTIGATION] =
		        "the distribution has not yet found out whether it is affected",
		[FIX_END_OF_LIFE] = "the package is no longer supported in this release",
	};
	str what = subject(a, f);
	if (f->status != FIX_AVAILABLE) {
		f->remediation = arena_join(a, STR("For "), what, STR(" "), str_c(why[f->status]),
		                            STR(": remove the package if it is not needed, or move "
		                                "to a release where it is fixed"));
		return;
	}
	str how = is_plain(f->package->name) && is_plain(f->fixed_version) ? command(a, f)
	                                                                   : (str){ 0 };
	f->remediation = arena_join(a, STR("Upgrade "), what, STR(" to "), f->fixed_version,
	                            STR(" or later"),
	                            needs_pro ? STR(", which needs Ubuntu Pro") : (str){ 0 },
	                            how.n ? STR(": ") : (str){ 0 },
	                            how.n && needs_pro ? STR("pro attach && ") : (str){ 0 }, how);
}
