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
	return arena_printf(a,
	                    "Maven: <groupId>%.*s</groupId> <artifactId>%.*s</artifactId> "
	                    "<version>%.*s</version>; "
	                    "Gradle: implementation \"%.*s:%.*s\"",
	                    STR_FMT(str_upto(name, colon)), STR_FMT(str_from(name, colon + 1)),
	                    STR_FMT(version), STR_FMT(name), STR_FMT(version));
}

static str rpm(struct arena *a, const struct finding *f)
{
	str base = names_base(f->ecosystem);
	bool zypper = str_eq(base, STR("SUSE")) || str_eq(base, STR("openSUSE"));
	return arena_printf(a, "%s %.*s", zypper ? "zypper update" : "dnf upgrade",
	                    STR_FMT(f->package->name));
}

static str golang(struct arena *a, str name, str version)
{
	const char *v = str_starts(version, STR("v")) ? "" : "v";
	if (str_eq(name, STR("stdlib")) || str_eq(name, STR("toolchain")))
		return arena_printf(a, "rebuild with Go %.*s or later", STR_FMT(version));
	return arena_printf(a, "go get %.*s@%s%.*s", STR_FMT(name), v, STR_FMT(version));
}

static str command(struct arena *a, const struct finding *f)
{
	const struct package *p = f->package;
	str v = f->fixed_version;
	switch (p->type) {
	case PACKAGE_DEB:
		return arena_printf(a, "apt-get update && apt-get install --only-upgrade %.*s",
		                    STR_FMT(p->name));
	case PACKAGE_APK:
		return arena_printf(a, "apk upgrade %.*s", STR_FMT(p->name));
	case PACKAGE_RPM:
		return rpm(a, f);
	case PACKAGE_NPM:
		return arena_printf(a, "npm install %.*s@%.*s", STR_FMT(p->name), STR_FMT(v));
	case PACKAGE_PYPI:
		return arena_printf(a, "pip install '%.*s>=%.*s'", STR_FMT(p->name), STR_FMT(v));
	case PACKAGE_MAVEN:
		return maven(a, p->name, v);
	case PACKAGE_GOLANG:
		return golang(a, p->name, v);
	case PACKAGE_CARGO:
		return arena_printf(a, "cargo update %.*s --precise %.*s", STR_FMT(p->name),
		                    STR_FMT(v));
	case PACKAGE_GEM:
		return arena_printf(a, "gem install %.*s -v '>= %.*s'", STR_FMT(p->name),
		                    STR_FMT(v));
	case PACKAGE_NUGET:
		return arena_printf(a, "dotnet add package %.*s --version %.*s", STR_FMT(p->name),
		                    STR_FMT(v));
	case PACKAGE_COMPOSER:
		return arena_printf(a, "composer require %.*s:^%.*s", STR_FMT(p->name), STR_FMT(v));
	case PACKAGE_HEX:
		return arena_printf(a, "mix deps.update %.*s", STR_FMT(p->name));
	case PACKAGE_PUB:
		return arena_printf(a, "dart pub upgrade %.*s", STR_FMT(p->name));
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
	return arena_printf(a, "%.*s (source package %.*s)", STR_FMT(p->name),
	                    STR_FMT(f->compared_name));
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
		f->remediation = arena_printf(
		        a,
		        "For %.*s %s: remove the package if it is not needed, or move to a "
		        "release where it is fixed",
		        STR_FMT(what), why[f->status]);
		return;
	}
	f->remediation = arena_printf(a, "Upgrade %.*s to %.*s or later%s", STR_FMT(what),
	                              STR_FMT(f->fixed_version),
	                              needs_pro ? ", which needs Ubuntu Pro" : "");
	str how = is_plain(f->package->name) && is_plain(f->fixed_version) ? command(a, f)
	                                                                   : (str){ 0 };
	if (how.n)
		f->remediation = arena_printf(a, "%.*s: %s%.*s", STR_FMT(f->remediation),
		                              needs_pro ? "pro attach && " : "", STR_FMT(how));
}
