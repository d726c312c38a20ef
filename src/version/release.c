/* version/release.c — from os-release(5) to the name OSV gives a release. A row a distribution; what
 * is special about one is its function. */
#include "base/attr.h"
#include "version/digits.h"
#include "version/ecosystem.h"

static str major_of(const struct os_release *os)
{
	str rest = os->version_id;
	return digits_take(&rest);
}

/* "3.19" of "3.19.1" */
static str minor_of(const struct os_release *os)
{
	str rest = os->version_id;
	if (!digits_take(&rest).n || !rest.n || rest.p[0] != '.')
		return (str){ 0 };
	rest = str_from(rest, 1);
	if (!digits_take(&rest).n)
		return (str){ 0 };
	return str_upto(os->version_id, os->version_id.n - rest.n);
}

static str prefixed(struct arena *a, const char *prefix, str version)
{
	return version.n ? arena_printf(a, "%s%.*s", prefix, STR_FMT(version)) : (str){ 0 };
}

static str debian(struct arena *a, const struct os_release *os)
{
	static const struct {
		str codename, version;
	} names[] = { /* images made before their release have no VERSION_ID */
		{ STR_INIT("wheezy"), STR_INIT("7") },    { STR_INIT("jessie"), STR_INIT("8") },
		{ STR_INIT("stretch"), STR_INIT("9") },   { STR_INIT("buster"), STR_INIT("10") },
		{ STR_INIT("bullseye"), STR_INIT("11") }, { STR_INIT("bookworm"), STR_INIT("12") },
		{ STR_INIT("trixie"), STR_INIT("13") },   { STR_INIT("forky"), STR_INIT("14") },
	};
	str version = major_of(os);
	for (size_t i = 0; !version.n && i < LEN(names); i++)
		if (str_eq(os->codename, names[i].codename))
			version = names[i].version;
	return prefixed(a, "Debian:", version);
}

static str ubuntu(struct arena *a, const struct os_release *os)
{
	str version = minor_of(os);
	bool lts = version.n > 3 && str_ends(version, STR(".04")) && (version.p[version.n - 4] - '0') % 2 == 0;
	return version.n ? arena_printf(a, "Ubuntu:%.*s%s", STR_FMT(version), lts ? ":LTS" : "") : version;
}

static str alpine(struct arena *a, const struct os_release *os)
{
	if (str_chr(os->version_id, '_') < os->version_id.n) /* "3.22.0_alpha20250108" */
		return arena_str(a, STR("Alpine:edge"));
	return prefixed(a, "Alpine:v", minor_of(os));
}

static str wolfi(struct arena *a, const struct os_release *os)
{
	(void)os; /* rolling */
	return arena_str(a, STR("Wolfi"));
}

static str chainguard(struct arena *a, const struct os_release *os)
{
	(void)os; /* rolling */
	return arena_str(a, STR("Chainguard"));
}

static str minimos(struct arena *a, const struct os_release *os)
{
	(void)os; /* rolling; its VERSION_ID stands still */
	return arena_str(a, STR("MinimOS"));
}

static str echo_linux(struct arena *a, const struct os_release *os)
{
	(void)os; /* records name no release */
	return arena_str(a, STR("Echo"));
}

/* "stream", or the year of a long-term release */
static str bellsoft(struct arena *a, const char *prefix, const struct os_release *os)
{
	bool stream = str_eq(os->version_id, STR("stream"));
	return prefixed(a, prefix, stream ? os->version_id : major_of(os));
}

static str alpaquita(struct arena *a, const struct os_release *os)
{
	return bellsoft(a, "Alpaquita:", os);
}

static str bellsoft_hardened(struct arena *a, const struct os_release *os)
{
	return bellsoft(a, "BellSoft Hardened Containers:", os);
}

static str almalinux(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "AlmaLinux:", major_of(os));
}

static str rocky(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "Rocky Linux:", major_of(os));
}

static str redhat(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "Red Hat:enterprise_linux:", major_of(os));
}

/* "Linux Enterprise Server 15 SP5" of 15.5, "… 15" of 15 and 15.0 */
static str service_pack(struct arena *a, const char *prefix, const struct os_release *os)
{
	str major = major_of(os), minor = str_from(minor_of(os), major.n + 1);
	if (!major.n || !minor.n || str_eq(minor, STR("0")))
		return prefixed(a, prefix, major);
	return arena_printf(a, "%s%.*s SP%.*s", prefix, STR_FMT(major), STR_FMT(minor));
}

static str sles(struct arena *a, const struct os_release *os)
{
	uint64_t major;
	if (str_u64(major_of(os), &major) && major >= 16) /* from 16 on there are no service packs */
		return prefixed(a, "SUSE:Linux Enterprise Server ", minor_of(os));
	return service_pack(a, "SUSE:Linux Enterprise Server ", os);
}

static str sled(struct arena *a, const struct os_release *os)
{
	return service_pack(a, "SUSE:Linux Enterprise Desktop ", os);
}

static str sle_micro(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "SUSE:Linux Enterprise Micro ", minor_of(os));
}

static str sl_micro(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "SUSE:Linux Micro ", minor_of(os));
}

static str leap(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "openSUSE:Leap ", minor_of(os));
}

static str tumbleweed(struct arena *a, const struct os_release *os)
{
	(void)os; /* rolling */
	return arena_str(a, STR("openSUSE:Tumbleweed"));
}

static str azure_linux(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "Azure Linux:", major_of(os));
}

static str mageia(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "Mageia:", major_of(os));
}

/* "openEuler 22.03 (LTS-SP3)" is "openEuler:22.03-LTS-SP3" */
static str openeuler(struct arena *a, const struct os_release *os)
{
	str version = minor_of(os), edition = str_from(os->pretty_name, str_chr(os->pretty_name, '(') + 1);
	size_t end = str_chr(edition, ')');
	if (!version.n || end == edition.n)
		return prefixed(a, "openEuler:", version);
	return arena_printf(a, "openEuler:%.*s-%.*s", STR_FMT(version), STR_FMT(str_upto(edition, end)));
}

static str photon(struct arena *a, const struct os_release *os)
{
	return prefixed(a, "Photon OS:", minor_of(os));
}

static const struct {
	str id;
	str (*name)(struct arena *a, const struct os_release *os);
} distributions[] = {
	{ STR_INIT("debian"), debian },
	{ STR_INIT("ubuntu"), ubuntu },
	{ STR_INIT("alpine"), alpine },
	{ STR_INIT("wolfi"), wolfi },
	{ STR_INIT("chainguard"), chainguard },
	{ STR_INIT("alpaquita"), alpaquita },
	{ STR_INIT("bellsoft-hardened-containers"), bellsoft_hardened },
	{ STR_INIT("minimos"), minimos },
	{ STR_INIT("echo"), echo_linux },
	{ STR_INIT("almalinux"), almalinux },
	{ STR_INIT("rocky"), rocky },
	{ STR_INIT("rhel"), redhat },
	{ STR_INIT("sles"), sles },
	{ STR_INIT("sled"), sled },
	{ STR_INIT("sle-micro"), sle_micro },
	{ STR_INIT("sl-micro"), sl_micro },
	{ STR_INIT("opensuse-leap"), leap },
	{ STR_INIT("opensuse-tumbleweed"), tumbleweed },
	{ STR_INIT("azurelinux"), azure_linux },
	{ STR_INIT("mariner"), azure_linux },
	{ STR_INIT("mageia"), mageia },
	{ STR_INIT("openeuler"), openeuler },
	{ STR_INIT("photon"), photon },
};

str ecosystem_of_release(struct arena *a, const struct os_release *os)
{
	for (size_t i = 0; i < LEN(distributions); i++)
		if (str_eq_nocase(os->id, distributions[i].id))
			return distributions[i].name(a, os);
	return (str){ 0 };
}
