#include "../test.h"
#include "base/time.h"
#include "policy/vexmatch.h"
#include "policy/vexread.h"
#include "policy/vexwire.h"

#define DIGEST "sha256:8d1f0a4b7c1e6d9f2b3a5c7e9d0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b"
#define OTHER_DIGEST "sha256:0000000000000000000000000000000000000000000000000000000000000001"

/* what was read, carried to the parent and back, as every document is */
static bool read_into(struct arena *a, const char *text, struct vex_set *set, struct error *e)
{
	struct vex_document read = { 0 }, got = { .file = STR("a.json") };
	struct buf wire cleanup(buf_done) = BUF(1 << 20);

	if (vexread("VEX", str_c(text), a, &read, e) < 0)
		return false;
	vexwire_write(&read, &wire);
	str bytes = arena_str(a, buf_view(&wire));
	struct cursor c = CURSOR("VEX", bytes.p, bytes.n);
	EXPECT_OK(vexwire_read(&c, a, &got, e), e);
	vec_add(a, &set->documents, got);
	vexmatch_index(set, a);
	return true;
}

static struct package packages[] = {
	{ .type = PACKAGE_DEB, .name = STR_INIT("libssl3"), .version = STR_INIT("3.0.9-1"), .arch = STR_INIT("amd64"), .source = STR_INIT("openssl"), .path = STR_INIT("var/lib/dpkg/status") },
	{ .type = PACKAGE_MAVEN, .name = STR_INIT("com.example:app"), .version = STR_INIT("1.0"), .path = STR_INIT("srv/app.jar") },
	{ .type = PACKAGE_MAVEN, .name = STR_INIT("org.apache.logging.log4j:log4j-core"), .version = STR_INIT("2.14.1"), .path = STR_INIT("srv/app.jar") },
	{ .type = PACKAGE_MAVEN, .name = STR_INIT("org.apache.logging.log4j:log4j-core"), .version = STR_INIT("2.14.1"), .path = STR_INIT("srv/other.jar") },
	{ .type = PACKAGE_NPM, .name = STR_INIT("@scope/left-pad"), .version = STR_INIT("1.0.0"), .path = STR_INIT("a/package.json") },
	{ .type = PACKAGE_PYPI, .name = STR_INIT("Foo_Bar"), .version = STR_INIT("2"), .path = STR_INIT("b/METADATA") },
	{ .type = PACKAGE_GOLANG, .name = STR_INIT("golang.org/x/net"), .version = STR_INIT("v0.1.0"), .path = STR_INIT("app") },
};
enum { SSL, APP, LOG4J, OTHER_LOG4J, LEFT_PAD, FOO_BAR, X_NET };

static struct scan_report report(void)
{
	struct scan_report r = { .packages = { packages, LEN(packages), LEN(packages) } };

	r.image.target = r.image.name = STR("registry.example/team/app:1.2");
	r.image.kind = STR("registry");
	r.image.digest = STR(DIGEST);
	r.image.arch = STR("amd64");
	r.distro = (struct distro){ .id = STR_INIT("debian"), .version_id = STR_INIT("12"), .codename = STR_INIT("bookworm") };
	return r;
}

static const char *status_at(struct vex_set *set, int package, const char *id)
{
	struct scan_report r = report();
	struct finding f = { .package = &packages[package], .id = str_c(id) };
	struct vex_verdict v;

	return vexmatch_find(set, &r, &f, &v) ? vex_status_word(v.statement->status) : "";
}

/* ---- products: OPENVEX-SPEC.md "Product Data Structure", PURL-TYPES "oci" ---- */

TEST(a_product_is_the_package_or_the_image_with_the_package_as_its_part)
{
#define LOG "pkg:maven/org.apache.logging.log4j/log4j-core"
	static const struct {
		const char *product, *part;
		int package;
		bool fits;
	} rows[] = {
		{ "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", NULL, LOG4J, true },
		{ LOG, NULL, LOG4J, true },
		{ LOG "?type=jar", NULL, LOG4J, true },
		{ LOG "?classifier=sources", NULL, LOG4J, false },
		{ LOG "@2.17.0", NULL, LOG4J, false },
		{ "pkg:maven/org.apache.logging.log4j/log4j-api", NULL, LOG4J, false },
		{ "pkg:npm/log4j-core", NULL, LOG4J, false },
		{ "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64&distro=debian-12", NULL, SSL, true },
		{ "pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12.5", NULL, SSL, true },
		{ "pkg:deb/debian/libssl3?distro=bookworm", NULL, SSL, true },
		{ "pkg:deb/debian/libssl3?distro=debian-11", NULL, SSL, false },
		{ "pkg:deb/debian/libssl3?distro=debian-1", NULL, SSL, false },
		{ "pkg:deb/ubuntu/libssl3", NULL, SSL, false },
		{ "pkg:deb/debian/libssl3?arch=arm64", NULL, SSL, false },
		{ "pkg:deb/debian/openssl", NULL, SSL, false },
		{ "pkg:deb/debian/openssl@3.0.9-1?arch=source", NULL, SSL, true },
		{ "pkg:npm/%40scope/left-pad@1.0.0", NULL, LEFT_PAD, true },
		{ "pkg:npm/@scope/left-pad", NULL, LEFT_PAD, true },
		{ "pkg:pypi/foo-bar@2", NULL, FOO_BAR, true },
		{ "pkg:golang/golang.org/x/net@0.1.0", NULL, X_NET, true },
		{ "pkg:golang/golang.org/x/net@v0.1.0?type=module", NULL, X_NET, true },
		{ "pkg:oci/app@" DIGEST, NULL, LOG4J, true },
		{ "pkg:oci/app@sha256%3A8d1f0a4b7c1e6d9f2b3a5c7e9d0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b?repository_url=registry.example/team/app", LOG, LOG4J, true },
		{ "pkg:oci/app@" OTHER_DIGEST, LOG, LOG4J, false },
		{ "pkg:oci/app", LOG "@2.14.1", LOG4J, true },
		{ "pkg:oci/app", LOG "@2.17.0", LOG4J, false },
		{ "pkg:oci/other", LOG, LOG4J, false },
		{ "pkg:oci/app?repository_url=registry.example/team/app&tag=1.2", LOG, LOG4J, true },
		{ "pkg:oci/app?repository_url=registry.example/team", LOG, LOG4J, true },
		{ "pkg:oci/app?repository_url=ghcr.io/team/app", LOG, LOG4J, false },
		{ "pkg:oci/app?tag=1.3", LOG, LOG4J, false },
		{ "pkg:oci/app?arch=arm64", LOG, LOG4J, false },
		{ "registry.example/team/app:1.2", LOG, LOG4J, true },
		{ DIGEST, LOG, LOG4J, true },
		{ OTHER_DIGEST, LOG, LOG4J, false },
		{ "https://openvex.dev/some/product", LOG, LOG4J, false },
		{ "pkg:maven/com.example/app@1.0", LOG, LOG4J, true },
		{ "pkg:maven/com.example/app@1.0", LOG, OTHER_LOG4J, false },
		{ "pkg:maven/com.example/app@2.0", LOG, LOG4J, false },
		{ "pkg:", NULL, LOG4J, false },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct vex_set set = { 0 };
		struct error e = { 0 };
		str part = rows[i].part ? arena_printf(&a, ",\"subcomponents\":[{\"@id\":\"%s\"}]", rows[i].part)
		                        : STR("");
		str text = arena_printf(&a,
		                        "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[{\"vulnerability\":"
		                        "{\"name\":\"CVE-1\"},\"products\":[{\"@id\":\"%s\"%.*s}],\"status\":\"fixed\"}]}",
		                        rows[i].product, STR_FMT(part));
		EXPECT(read_into(&a, text.p, &set, &e));
		if ((*status_at(&set, rows[i].package, "CVE-1") != 0) != rows[i].fits)
			test_fail(__FILE__, __LINE__, "%s %s", rows[i].product, rows[i].part ? rows[i].part : "");
	}
}

#define OPENVEX(statements) "{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"@id\":\"https://example.com/vex-1\",\"author\":\"Ann\"," \
	"\"timestamp\":\"2024-01-01T00:00:00Z\",\"version\":1,\"statements\":[" statements "]}"
#define SAYS(product, status, more) "{\"vulnerability\":{\"name\":\"CVE-1\"},\"products\":[{\"@id\":\"" product "\"}],\"status\":\"" status "\"" more "}"

TEST(the_exact_one_wins_then_the_later_then_the_cautious)
{
	static const struct {
		const char *text, *status;
	} rows[] = {
		{ OPENVEX(SAYS(LOG, "affected", ",\"timestamp\":\"2024-03-01T00:00:00Z\"") ","
		          SAYS(LOG, "fixed", ",\"timestamp\":\"2024-02-01T00:00:00Z\"")), "affected" },
		{ OPENVEX(SAYS(LOG, "affected", "") "," SAYS(LOG, "fixed", ",\"timestamp\":\"2024-02-01T00:00:00Z\"")), "fixed" },
		{ OPENVEX(SAYS(LOG, "fixed", ",\"timestamp\":\"2023-12-31T20:00:00-05:00\"") "," SAYS(LOG, "affected", "")), "fixed" },
		{ OPENVEX(SAYS(LOG "@2.14.1", "fixed", "") "," SAYS(LOG, "affected", ",\"timestamp\":\"2024-02-01T00:00:00Z\"")), "fixed" },
		{ OPENVEX(SAYS(DIGEST, "fixed", "") "," SAYS(LOG "@2.14.1", "affected", "")), "fixed" },
		{ OPENVEX(SAYS(LOG, "not_affected", "") "," SAYS(LOG, "fixed", "")), "fixed" },
		{ OPENVEX(SAYS(LOG, "under_investigation", "") "," SAYS(LOG, "fixed", "")), "under_investigation" },
		{ OPENVEX(SAYS(LOG, "affected", "") "," SAYS(LOG, "under_investigation", "")), "affected" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct vex_set set = { 0 };
		struct error e = { 0 };
		EXPECT(read_into(&a, rows[i].text, &set, &e));
		if (strcmp(status_at(&set, LOG4J, "CVE-1"), rows[i].status) != 0)
			test_fail(__FILE__, __LINE__, "row %zu: \"%s\", want \"%s\"", i, status_at(&set, LOG4J, "CVE-1"),
			          rows[i].status);
	}
}

TEST(what_the_user_named_beats_what_is_attached)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct vex_set set = { 0 };
	struct error e = { 0 };

	EXPECT(read_into(&a, OPENVEX(SAYS(DIGEST, "fixed", ",\"timestamp\":\"2025-01-01T00:00:00Z\"")), &set, &e));
	EXPECT(read_into(&a, OPENVEX(SAYS(LOG, "affected", "")), &set, &e));
	EXPECT(!strcmp(status_at(&set, LOG4J, "CVE-1"), "fixed"));
	set.documents.v[0].attached = true;
	EXPECT(!strcmp(status_at(&set, LOG4J, "CVE-1"), "affected"));
}

/* An alias such as a DSA stands for several CVEs (OPENVEX-SPEC.md's own example has DSA-4686-1 among the
 * aliases of CVE-2019-17571). */
TEST(a_cve_decides_where_both_name_one)
{
	static const struct {
		const char *name, *alias, *id, *other;
		bool fits;
	} rows[] = {
		{ "CVE-1", "DSA-1", "CVE-1", "X", true },
		{ "cve-1", "DSA-1", "CVE-1", "X", true },
		{ "CVE-1", "DSA-1", "CVE-2", "DSA-1", false },
		{ "CVE-1", "GHSA-a", "GHSA-a", "X", true },
		{ "GHSA-a", "CVE-1", "CVE-1", "GHSA-a", true },
		{ "GHSA-a", "X-1", "CVE-1", "GHSA-a", true },
		{ "GHSA-a", "CVE-2", "CVE-1", "GHSA-a", false },
		{ "CVE-1", "CVE-2", "CVE-2", "X", true },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct vex_set set = { 0 };
		struct error e = { 0 };
		struct scan_report r = report();
		struct finding f = { .package = &packages[LOG4J], .id = str_c(rows[i].id) };
		struct vex_verdict v;
		str text = arena_printf(&a, "{\"@context\":\"https://openvex.dev/ns\",\"statements\":[{\"vulnerability\":{\"name\":\"%s\","
		                        "\"aliases\":[\"%s\"]},\"products\":[{\"@id\":\"" LOG "\"}],\"status\":\"fixed\"}]}",
		                        rows[i].name, rows[i].alias);
		vec_add(&a, &f.aliases, str_c(rows[i].other));
		EXPECT(read_into(&a, text.p, &set, &e));
		if (vexmatch_find(&set, &r, &f, &v) != rows[i].fits)
			test_fail(__FILE__, __LINE__, "row %zu: %s %s, %s %s", i, rows[i].name, rows[i].alias, rows[i].id, rows[i].other);
	}
}

/* ---- OpenVEX ---- */

TEST(openvex_is_read_with_its_words)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct vex_set set = { 0 };
	struct error e = { 0 };
	int64_t t;

	EXPECT(read_into(&a, OPENVEX("{\"vulnerability\":{\"name\":\"CVE-1\",\"aliases\":[\"GHSA-a\"]},\"products\":[{\"identifiers\":"
	                 "{\"purl\":\"" LOG "\"},\"hashes\":{\"sha-256\":\"8D1F0A4B7C1E6D9F2B3A5C7E9D0F1A2B3C4D5E6F708192A3B4C5D6E7F8091A2B\","
	                 "\"md5\":\"x\"}}],\"status\":\"not_affected\",\"justification\":\"component_not_present\",\"impact_statement\":\"gone\"}"),
	                 &set, &e));
	const struct vex_document *d = &set.documents.v[0];
	const struct vex_statement *s = &d->statements.v[0];
	EXPECT_STR(d->id, STR("https://example.com/vex-1"));
	EXPECT_STR(d->author, STR("Ann"));
	EXPECT_STR(s->vulnerability, STR("CVE-1"));
	EXPECT_STR(s->aliases.v[0], STR("GHSA-a"));
	EXPECT_STR(s->justification, STR("component_not_present"));
	EXPECT_STR(s->impact, STR("gone"));
	EXPECT_INT(s->products.v[0].whole.hashes.n, 1);
	EXPECT_STR(s->products.v[0].whole.hashes.v[0], STR(DIGEST));
	EXPECT(time_parse(STR("2024-01-01T00:00:00Z"), &t) && s->time == t);
}

/* OpenVEX 0.0.1: strings, and subcomponents beside the products */
TEST(the_first_openvex_is_read)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct vex_set set = { 0 };
	struct error e = { 0 };

	EXPECT(read_into(&a, "{\"@context\":\"https://openvex.dev/ns\",\"timestamp\":\"2023-01-08T18:02:03.647787998-06:00\",\"statements\":["
	                 "{\"vulnerability\":\"CVE-1\",\"products\":[\"pkg:oci/app\"],\"subcomponents\":[\"" LOG "\"],\"status\":\"fixed\"}]}",
	                 &set, &e));
	EXPECT(!strcmp(status_at(&set, LOG4J, "CVE-1"), "fixed"));
	EXPECT(!strcmp(status_at(&set, SSL, "CVE-1"), ""));
	EXPECT(set.documents.v[0].statements.v[0].time == 1673222523);
}

/* ---- attestations: {"subject":[…],"predicate":{…}} in DSSE, base64 ---- */

TEST(an_attestation_speaks_of_its_subject_alone)
{
#define STATEMENT(digest) "{\"_type\":\"https://in-toto.io/Statement/v0.1\",\"predicateType\":\"https://openvex.dev/ns\",\"subject\":[{\"name\":\"x\"," \
	"\"digest\":{\"sha256\":\"" digest "\"}}],\"predicate\":" OPENVEX("{\"vulnerability\":{\"name\":\"CVE-1\"},\"status\":\"fixed\"}," \
	"{\"vulnerability\":{\"name\":\"CVE-2\"},\"products\":[\"" LOG "\"],\"status\":\"fixed\"}") "}"
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct vex_set here = { 0 }, elsewhere = { 0 };
	struct error e = { 0 };

	EXPECT(read_into(&a, STATEMENT("8d1f0a4b7c1e6d9f2b3a5c7e9d0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b"), &here, &e));
	EXPECT(!strcmp(status_at(&here, LOG4J, "CVE-1"), "fixed"));
	EXPECT(!strcmp(status_at(&here, LOG4J, "CVE-2"), "fixed"));
	EXPECT(!strcmp(status_at(&here, SSL, "CVE-2"), ""));
	EXPECT(read_into(&a, STATEMENT("0000000000000000000000000000000000000000000000000000000000000001"), &elsewhere, &e));
	EXPECT(!strcmp(status_at(&elsewhere, LOG4J, "CVE-1"), ""));
	EXPECT(!strcmp(status_at(&elsewhere, LOG4J, "CVE-2"), ""));
}

/* ---- CSAF 2.0 ---- */

static const char csaf[] =
        "{\"document\":{\"category\":\"csaf_vex\",\"csaf_version\":\"2.0\",\"publisher\":{\"name\":\"Example\"},"
        "\"tracking\":{\"id\":\"EX-1\",\"current_release_date\":\"2024-05-06T07:08:09Z\"}},"
        "\"product_tree\":{\"branches\":[{\"category\":\"vendor\",\"name\":\"Example\",\"branches\":["
        "{\"category\":\"product_name\",\"name\":\"log4j\",\"branches\":[{\"category\":\"product_version\",\"name\":\"2.14.1\","
        "\"product\":{\"name\":\"log4j\",\"product_id\":\"LOG\",\"product_identification_helper\":{\"purl\":\"" LOG "\"}}},"
        "{\"category\":\"product_version_range\",\"name\":\"<3\",\"product\":{\"name\":\"log4j\",\"product_id\":\"RANGE\","
        "\"product_identification_helper\":{\"purl\":\"" LOG "\"}}}]}]}],"
        "\"full_product_names\":[{\"name\":\"app\",\"product_id\":\"IMAGE\",\"product_identification_helper\":{\"hashes\":[{\"filename\":\"x\","
        "\"file_hashes\":[{\"algorithm\":\"sha256\",\"value\":\"8d1f0a4b7c1e6d9f2b3a5c7e9d0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b\"}]}]}},"
        "{\"name\":\"Debian 12\",\"product_id\":\"D12\",\"product_identification_helper\":{\"cpe\":\"cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*\"}},"
        "{\"name\":\"Debian 11\",\"product_id\":\"D11\",\"product_identification_helper\":{\"cpe\":\"cpe:/o:debian:debian_linux:11\"}},"
        "{\"name\":\"mystery\",\"product_id\":\"MYSTERY\"},"
        "{\"name\":\"openssl\",\"product_id\":\"SSL\",\"product_identification_helper\":{\"purl\":\"pkg:deb/debian/openssl?arch=source\"}}],"
        "\"relationships\":["
#define RELATION(id, part, whole) "{\"category\":\"default_component_of\",\"full_product_name\":{\"name\":\"x\",\"product_id\":\"" id "\"}," \
	"\"product_reference\":\"" part "\",\"relates_to_product_reference\":\"" whole "\"}"
        RELATION("IMAGE:LOG", "LOG", "IMAGE") "," RELATION("D12:SSL", "SSL", "D12") "," RELATION("D11:SSL", "SSL", "D11") ","
        RELATION("M:SSL", "SSL", "MYSTERY") "," RELATION("LOOP", "LOOP", "LOOP") "],"
        "\"product_groups\":[{\"group_id\":\"G\",\"product_ids\":[\"LOG\"]}]},"
        "\"vulnerabilities\":["
        "{\"cve\":\"CVE-1\",\"product_status\":{\"known_not_affected\":[\"LOG\"]},\"flags\":[{\"label\":\"vulnerable_code_not_present\",\"group_ids\":[\"G\"]}],"
        "\"threats\":[{\"category\":\"impact\",\"details\":\"never called\",\"product_ids\":[\"LOG\"]}]},"
        "{\"cve\":\"CVE-2\",\"product_status\":{\"fixed\":[\"IMAGE:LOG\"]}},"
        "{\"cve\":\"CVE-3\",\"product_status\":{\"known_affected\":[\"D12:SSL\"]},\"remediations\":[{\"category\":\"workaround\",\"details\":\"wait\",\"product_ids\":[\"D12:SSL\"]}]},"
        "{\"cve\":\"CVE-4\",\"product_status\":{\"known_not_affected\":[\"D11:SSL\",\"M:SSL\",\"LOOP\",\"NOWHERE\"]}},"
        "{\"ids\":[{\"system_name\":\"x\",\"text\":\"EX-5\"}],\"product_status\":{\"under_investigation\":[\"IMAGE\"]}},"
        "{\"cve\":\"CVE-6\",\"product_status\":{\"fixed\":[\"RANGE\"]}}]}";

TEST(csaf_products_are_found_by_helper_and_relationship)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct vex_set set = { 0 };
	struct error e = { 0 };
	static const struct {
		const char *id;
		int package;
		const char *status;
	} rows[] = {
		{ "CVE-1", LOG4J, "not_affected" }, { "CVE-1", SSL, "" },
		{ "CVE-2", LOG4J, "fixed" },        { "CVE-2", SSL, "" },
		{ "CVE-3", SSL, "affected" },       { "CVE-4", SSL, "" },
		{ "EX-5", LEFT_PAD, "under_investigation" }, { "CVE-6", LOG4J, "" },
	};

	EXPECT(read_into(&a, csaf, &set, &e));
	for (size_t i = 0; i < LEN(rows); i++)
		if (strcmp(status_at(&set, rows[i].package, rows[i].id), rows[i].status) != 0)
			test_fail(__FILE__, __LINE__, "%s: \"%s\", want \"%s\"", rows[i].id,
			          status_at(&set, rows[i].package, rows[i].id), rows[i].status);
	if (!set.documents.n)
		return;
	const struct vex_document *d = &set.documents.v[0];
	EXPECT_STR(d->id, STR("EX-1"));
	EXPECT_STR(d->author, STR("Example"));
	EXPECT_STR(d->format, STR("CSAF 2.0"));
	EXPECT_STR(d->statements.v[0].justification, STR("vulnerable_code_not_present"));
	EXPECT_STR(d->statements.v[0].impact, STR("never called"));
	EXPECT_STR(d->statements.v[2].action, STR("wait"));
	EXPECT_INT(d->statements.v[0].time, 1714979289);
}

/* ---- CycloneDX ---- */

#define BOM(component, vulnerabilities) "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"serialNumber\":\"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79\"," \
	"\"metadata\":{\"timestamp\":\"2024-01-01T00:00:00Z\"" component "},\"components\":[{\"type\":\"library\",\"bom-ref\":\"a\",\"name\":\"log4j-core\"," \
	"\"purl\":\"" LOG "@2.14.1\"}],\"vulnerabilities\":[" vulnerabilities "]}"
#define FLAW(analysis, affects) "{\"id\":\"CVE-1\",\"analysis\":" analysis ",\"affects\":[" affects "]}"
#define CONTAINER(digest) ",\"component\":{\"type\":\"container\",\"bom-ref\":\"root\",\"name\":\"app\",\"version\":\"" digest "\"}"
#define APPLICATION ",\"component\":{\"type\":\"application\",\"bom-ref\":\"root\",\"name\":\"app\",\"purl\":\"pkg:maven/com.example/app@1.0\"}"

TEST(cyclonedx_refs_lead_to_packages)
{
	static const struct {
		const char *text;
		int package;
		const char *status;
	} rows[] = {
		{ BOM("", FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"a\"}")), LOG4J, "fixed" },
		{ BOM("", FLAW("{\"state\":\"resolved_with_pedigree\"}", "{\"ref\":\"" LOG "\"}")), LOG4J, "fixed" },
		{ BOM("", FLAW("{\"state\":\"false_positive\"}", "{\"ref\":\"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#a\"}")), LOG4J, "not_affected" },
		{ BOM("", FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1#a\"}")), LOG4J, "" },
		{ BOM("", FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"urn:cdx:00000000-395b-41f5-a30f-a58921a69b79/1#pkg%3Amaven/org.apache.logging.log4j/log4j-core\"}")), LOG4J, "fixed" },
		{ BOM("", FLAW("{\"state\":\"in_triage\"}", "{\"ref\":\"b\"},{\"ref\":\"a\"}")), LOG4J, "under_investigation" },
		{ BOM("", FLAW("{\"detail\":\"x\"}", "{\"ref\":\"a\"}")), LOG4J, "" },
		{ BOM("", FLAW("{\"state\":\"exploitable\"}", "{\"ref\":\"" LOG "\",\"versions\":[{\"version\":\"2.14.1\",\"status\":\"affected\"}]}")), LOG4J, "affected" },
		{ BOM("", FLAW("{\"state\":\"exploitable\"}", "{\"ref\":\"" LOG "\",\"versions\":[{\"version\":\"2.14.1\",\"status\":\"unaffected\"}]}")), LOG4J, "not_affected" },
		{ BOM("", FLAW("{\"state\":\"exploitable\"}", "{\"ref\":\"" LOG "\",\"versions\":[{\"version\":\"2.15\",\"status\":\"unaffected\"}]}")), LOG4J, "" },
		{ BOM("", FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"" LOG "\",\"versions\":[{\"range\":\"vers:maven/<3\"}]}")), LOG4J, "" },
		{ BOM(CONTAINER(DIGEST), FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"a\"}")), LOG4J, "fixed" },
		{ BOM(CONTAINER(OTHER_DIGEST), FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"a\"}")), LOG4J, "" },
		{ BOM(CONTAINER(DIGEST), FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"root\"}")), SSL, "fixed" },
		{ BOM(APPLICATION, FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"a\"}")), LOG4J, "fixed" },
		{ BOM(APPLICATION, FLAW("{\"state\":\"resolved\"}", "{\"ref\":\"a\"}")), OTHER_LOG4J, "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct vex_set set = { 0 };
		struct error e = { 0 };
		EXPECT(read_into(&a, rows[i].text, &set, &e));
		if (strcmp(status_at(&set, rows[i].package, "CVE-1"), rows[i].status) != 0)
			test_fail(__FILE__, __LINE__, "row %zu: \"%s\", want \"%s\"", i,
			          status_at(&set, rows[i].package, "CVE-1"), rows[i].status);
	}
}

TEST(cyclonedx_justifications_are_openvexs_where_they_say_the_same)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct vex_set set = { 0 };
	struct error e = { 0 };

	EXPECT(read_into(&a, BOM("", FLAW("{\"state\":\"not_affected\",\"justification\":\"code_not_reachable\",\"detail\":\"d\",\"lastUpdated\":\"2024-05-06T07:08:09Z\"}", "{\"ref\":\"a\"}") ","
	                 FLAW("{\"state\":\"not_affected\",\"justification\":\"requires_environment\"}", "{\"ref\":\"a\"}") ","
	                 FLAW("{\"state\":\"not_affected\"}", "{\"ref\":\"a\"}") ","
	                 FLAW("{\"state\":\"exploitable\",\"response\":[\"will_not_fix\",\"update\"],\"detail\":\"d\"}", "{\"ref\":\"a\"}")), &set, &e));
	const struct vex_statement *s = set.documents.v[0].statements.v;
	EXPECT_STR(s[0].justification, STR("vulnerable_code_not_in_execute_path"));
	EXPECT_STR(s[0].impact, STR("d"));
	EXPECT_INT(s[0].time, 1714979289);
	EXPECT_STR(s[1].justification, STR("requires_environment"));
	EXPECT(vex_is_reasonless(&s[2]));
	EXPECT_STR(s[3].action, STR("d; will_not_fix; update"));
}

/* ---- what is no VEX ---- */

TEST(errors_name_the_place)
{
	static const struct {
		const char *text, *says;
		int code;
	} rows[] = {
		{ "", "VEX: byte 0", ERR_FORMAT },
		{ "{\"a\":", "VEX: byte 5", ERR_FORMAT },
		{ "[]", "no VEX document", ERR_UNSUPPORTED },
		{ "{}", "no VEX document", ERR_UNSUPPORTED },
		{ "{\"@context\":\"https://openvex.dev/ns\"}", "no statements", ERR_FORMAT },
		{ OPENVEX("{\"status\":\"fixed\"}"), "statement 1: no vulnerability", ERR_FORMAT },
		{ OPENVEX(SAYS("x", "fixed", "") "," SAYS("x", "fine", "")), "statement 2: the status \"fine\"", ERR_FORMAT },
		{ "{\"predicateType\":\"x\",\"predicate\":{}}", "without a SHA-256", ERR_FORMAT },
		{ "{\"payloadType\":\"x\",\"payload\":\"e30\"}", "payload: no VEX document", ERR_UNSUPPORTED },
		{ "{\"payloadType\":\"x\",\"payload\":\"eyJ4\"}", "payload: byte", ERR_FORMAT },
		{ "{\"document\":{\"csaf_version\":\"2.0\"}}", "no vulnerabilities", ERR_FORMAT },
		{ "{\"document\":{\"csaf_version\":\"2.0\"},\"vulnerabilities\":[{}]}", "vulnerability 1: neither", ERR_FORMAT },
		{ BOM("", FLAW("{\"state\":\"fine\"}", "")), "vulnerability 1: the state \"fine\"", ERR_FORMAT },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct vex_set set = { 0 };
		struct error e = { 0 };
		EXPECT(!read_into(&a, rows[i].text, &set, &e));
		if (e.code != rows[i].code || !strstr(e.msg, rows[i].says))
			test_fail(__FILE__, __LINE__, "\"%s\", want \"%s\"", e.msg, rows[i].says);
	}
}
