/* report/trivy.c — see the header. */
#include "report/trivy.h"
#include "base/attr.h"

static const struct {
	const char *id, *family;
} families[] = {
	{ "almalinux", "alma" },
	{ "amzn", "amazon" },
	{ "azurelinux", "azurelinux" },
	{ "mariner", "cbl-mariner" },
	{ "ol", "oracle" },
	{ "opensuse-leap", "opensuse.leap" },
	{ "opensuse-tumbleweed", "opensuse.tumbleweed" },
	{ "rhel", "redhat" },
	{ "sl-micro", "suse linux enterprise micro" },
	{ "sle-micro", "suse linux enterprise micro" },
	{ "sled", "suse linux enterprise server" },
	{ "sles", "suse linux enterprise server" },
};

const char *trivy_family(str distro_id)
{
	for (size_t i = 0; i < LEN(families); i++)
		if (str_eq(distro_id, str_c(families[i].id)))
			return families[i].family;
	return NULL;
}

/* The first row that fits: a file name of NULL fits all. With a target all packages are together.
 */
static const struct {
	enum package_type package;
	const char *file, *type, *target;
} types[] = {
	// clang-format off
	{ PACKAGE_NPM,      "package-lock.json",  "npm",            NULL },
	{ PACKAGE_NPM,      "yarn.lock",          "yarn",           NULL },
	{ PACKAGE_NPM,      "pnpm-lock.yaml",     "pnpm",           NULL },
	{ PACKAGE_NPM,      NULL,                 "node-pkg",       "Node.js" },
	{ PACKAGE_PYPI,     "poetry.lock",        "poetry",         NULL },
	{ PACKAGE_PYPI,     "Pipfile.lock",       "pipenv",         NULL },
	{ PACKAGE_PYPI,     "uv.lock",            "uv",             NULL },
	{ PACKAGE_PYPI,     "requirements.txt",   "pip",            NULL },
	{ PACKAGE_PYPI,     NULL,                 "python-pkg",     "Python" },
	{ PACKAGE_MAVEN,    "pom.xml",            "pom",            NULL },
	{ PACKAGE_MAVEN,    "gradle.lockfile",    "gradle",         NULL },
	{ PACKAGE_MAVEN,    NULL,                 "jar",            "Java" },
	{ PACKAGE_GOLANG,   "go.mod",             "gomod",          NULL },
	{ PACKAGE_GOLANG,   NULL,                 "gobinary",       NULL },
	{ PACKAGE_CARGO,    "Cargo.lock",         "cargo",          NULL },
	{ PACKAGE_CARGO,    NULL,                 "rustbinary",     NULL },
	{ PACKAGE_GEM,      "Gemfile.lock",       "bundler",        NULL },
	{ PACKAGE_GEM,      NULL,                 "gemspec",        "Ruby" },
	{ PACKAGE_NUGET,    "packages.lock.json", "nuget",          NULL },
	{ PACKAGE_NUGET,    NULL,                 "dotnet-core",    NULL },
	{ PACKAGE_COMPOSER, "composer.lock",      "composer",       NULL },
	{ PACKAGE_COMPOSER, NULL,                 "composer-vendor", NULL },
	{ PACKAGE_SWIFT,    "Podfile.lock",       "cocoapods",      NULL },
	{ PACKAGE_CONDA,    NULL,                 "conda-pkg",      "Conda" },
	// clang-format on
};

static struct trivy_result system_result(struct arena *a, const struct scan_report *r,
                                         const struct package *p)
{
	str id = r->distro.id.n ? r->distro.id : str_c(package_purl_type(p->type));
	const char *family = trivy_family(id);
	str type = family ? str_c(family) : arena_str(a, id);
	str image = r->image.name.n ? r->image.name : r->image.target;

	return (struct trivy_result){ "os-pkgs", type.n ? type.p : "",
		                      arena_printf(a, "%.*s (%.*s %.*s)", STR_FMT(image),
		                                   STR_FMT(type), STR_FMT(r->distro.version_id)) };
}

struct trivy_result trivy_result_of(struct arena *a, const struct scan_report *r,
                                    const struct package *p)
{
	str file = str_base(p->path);

	if (p->type == PACKAGE_DEB || p->type == PACKAGE_APK || p->type == PACKAGE_RPM)
		return system_result(a, r, p);
	for (size_t i = 0; i < LEN(types); i++)
		if (types[i].package == p->type &&
		    (!types[i].file || str_eq(file, str_c(types[i].file))))
			return (struct trivy_result){ "lang-pkgs", types[i].type,
				                      types[i].target ? str_c(types[i].target)
				                                      : p->path };
	return (struct trivy_result){ "lang-pkgs", package_purl_type(p->type), p->path };
}

const char *trivy_severity(enum severity s)
{
	static const char *const words[] = {
		"UNKNOWN", "LOW", "LOW", "MEDIUM", "HIGH", "CRITICAL"
	};
	return words[s];
}

unsigned trivy_severity_number(enum severity s)
{
	return s > SEVERITY_NEGLIGIBLE ? s - 1 : s;
}

str trivy_source(struct arena *a, str source)
{
	char *p;

	if (str_eq_nocase(source, STR("GitHub")))
		return STR("ghsa");
	if (str_eq_nocase(source, STR("Red Hat")))
		return STR("redhat");
	p = arena_alloc(a, source.n + 1);
	for (size_t i = 0; p && i < source.n; i++) {
		char c = source.p[i];
		bool upper = c >= 'A' && c <= 'Z';
		bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		p[i] = upper ? (char)(c + 32) : kept ? c : '-';
	}
	return (str){ p, p ? source.n : 0 };
}

static const struct trivy_data_source data_sources[] = {
	// clang-format off
	{ STR_INIT("AlmaLinux"), "alma", "AlmaLinux Product Errata", "https://errata.almalinux.org/" },
	{ STR_INIT("Alpine"), "alpine", "Alpine Secdb", "https://secdb.alpinelinux.org/" },
	{ STR_INIT("Azure Linux"), "azure", "Azure Linux Vulnerability Data", "https://github.com/microsoft/AzureLinuxVulnerabilityData" },
	{ STR_INIT("Chainguard"), "chainguard", "Chainguard Security Data", "https://packages.cgr.dev/chainguard/security.json" },
	{ STR_INIT("Debian"), "debian", "Debian Security Tracker", "https://salsa.debian.org/security-tracker-team/security-tracker" },
	{ STR_INIT("Red Hat"), "redhat", "Red Hat", "https://security.access.redhat.com/" },
	{ STR_INIT("Rocky"), "rocky", "Rocky Linux updateinfo", "https://download.rockylinux.org/pub/rocky/" },
	{ STR_INIT("SUSE"), "suse-cvrf", "SUSE CVRF", "https://ftp.suse.com/pub/projects/security/cvrf/" },
	{ STR_INIT("Ubuntu"), "ubuntu", "Ubuntu CVE Tracker", "https://git.launchpad.net/ubuntu-cve-tracker" },
	{ STR_INIT("Wolfi"), "wolfi", "Wolfi Secdb", "https://packages.wolfi.dev/os/security.json" },
	{ STR_INIT(""), "osv", "OSV", "https://osv.dev/" },
	// clang-format on
};

const struct trivy_data_source *trivy_data_source(const struct finding *f)
{
	const struct trivy_data_source *s = data_sources;

	while (!str_starts(f->ecosystem, s->ecosystem)) /* the last takes all */
		s++;
	return s;
}

struct trivy_version trivy_version_of(enum package_type type, str version)
{
	struct trivy_version out = { .version = version };
	size_t colon = str_chr(version, ':'), dash;

	if (type != PACKAGE_DEB && type != PACKAGE_RPM)
		return out;
	if (colon < version.n && str_u64(str_upto(version, colon), &out.epoch))
		out.version = str_from(version, colon + 1);
	if (out.epoch > INT32_MAX)
		return (struct trivy_version){ .version = version };
	dash = str_rchr(out.version, '-');
	if (dash < out.version.n) {
		out.release = str_from(out.version, dash + 1);
		out.version = str_upto(out.version, dash);
	}
	return out;
}
