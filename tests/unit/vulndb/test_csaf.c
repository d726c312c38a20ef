#include "feeds.h"

/* The shape of Red Hat's VEX documents of 2024: products by CPE, builds and components by purl,
 * joined by relationships. */
static const char vex[] =
        "{\"document\":{\"category\":\"csaf_vex\",\"tracking\":{\"current_release_date\":\"2024-08-"
        "01T23:"
        "24:30+00:00\"}},\"product_tree\":{\"branches\":[{\"branches\":["
        "{\"product\":{\"product_id\":\"BaseOS-9.3.0.Z.MAIN\",\"product_identification_helper\":{"
        "\"cpe\":"
        "\"cpe:/o:redhat:enterprise_linux:9::baseos\"}}},"
        "{\"product\":{\"product_id\":\"EUS\",\"product_identification_helper\":{\"cpe\":"
        "\"cpe:/o:redhat:rhel_eus:9.0::baseos\"}}},"
        "{\"product\":{\"product_id\":\"red_hat_enterprise_linux_8\",\"product_identification_"
        "helper\":{"
        "\"cpe\":\"cpe:/o:redhat:enterprise_linux:8\"}}},"
        "{\"product\":{\"product_id\":\"libcurl-1:7.76.1-26.el9_3.2.x86_64\",\"product_"
        "identification_"
        "helper\":{\"purl\":\"pkg:rpm/redhat/libcurl@7.76.1-26.el9_3.2?arch=x86_64&epoch=1\"}}},"
        "{\"product\":{\"product_id\":\"libcurl-1:7.76.1-14.el9_0.9.x86_64\",\"product_"
        "identification_"
        "helper\":{\"purl\":\"pkg:rpm/redhat/libcurl@7.76.1-14.el9_0.9?arch=x86_64\"}}},"
        "{\"product\":{\"product_id\":\"nodejs-1:18.19.1-1.module+el8.x86_64\",\"product_"
        "identification_"
        "helper\":{\"purl\":\"pkg:rpm/redhat/nodejs@18.19.1-1.module%2Bel8?arch=x86_64\"}}},"
        "{\"product\":{\"product_id\":\"nodejs:18:809:a7\",\"product_identification_helper\":{"
        "\"purl\":"
        "\"pkg:rpmmod/redhat/nodejs@18:809:a7\"}}},"
        "{\"product\":{\"product_id\":\"curl.src\",\"product_identification_helper\":{\"purl\":"
        "\"pkg:rpm/"
        "redhat/curl?arch=src\"}}},"
        "{\"product\":{\"product_id\":\"curl-minimal\",\"product_identification_helper\":{\"purl\":"
        "\"pkg:"
        "rpm/redhat/curl-minimal\"}}}"
        "]}],\"relationships\":["
        "{\"full_product_name\":{\"product_id\":\"A\"},\"product_reference\":\"libcurl-1:7.76.1-26."
        "el9_3."
        "2.x86_64\",\"relates_to_product_reference\":\"BaseOS-9.3.0.Z.MAIN\"},"
        "{\"full_product_name\":{\"product_id\":\"B\"},\"product_reference\":\"libcurl-1:7.76.1-14."
        "el9_0."
        "9.x86_64\",\"relates_to_product_reference\":\"EUS\"},"
        "{\"full_product_name\":{\"product_id\":\"C\"},\"product_reference\":\"curl.src\","
        "\"relates_to_"
        "product_reference\":\"red_hat_enterprise_linux_8\"},"
        "{\"full_product_name\":{\"product_id\":\"D\"},\"product_reference\":\"curl-minimal\","
        "\"relates_"
        "to_product_reference\":\"red_hat_enterprise_linux_8\"},"
        "{\"full_product_name\":{\"product_id\":\"M\"},\"product_reference\":\"nodejs:18:809:a7\","
        "\"relates_to_product_reference\":\"red_hat_enterprise_linux_8\"},"
        "{\"full_product_name\":{\"product_id\":\"N\"},\"product_reference\":\"nodejs-1:18.19.1-1."
        "module+"
        "el8.x86_64\",\"relates_to_product_reference\":\"M\"}"
        "]},\"vulnerabilities\":[{\"cve\":\"CVE-2023-38545\",\"title\":\"curl: "
        "overflow\",\"cwe\":{\"id\":"
        "\"CWE-787\"},\"product_status\":{\"fixed\":[\"A\",\"B\",\"N\"],\"known_affected\":[\"C\"],"
        "\"known_not_affected\":[\"D\"]},\"remediations\":[{\"category\":\"no_fix_planned\","
        "\"details\":"
        "\"Will not "
        "fix\",\"product_ids\":[\"C\"]}],\"scores\":[{\"cvss_v3\":{\"vectorString\":\"CVSS:3.1/"
        "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/"
        "A:H\"}}],\"threats\":[{\"category\":\"impact\",\"details\":"
        "\"Important\"}]}]}";

static struct scan_report match(struct feeds *f, const char *name, const char *source,
                                const char *version, const char *module, const char *release)
{
	struct package p = { .type = PACKAGE_RPM,
		             .name = str_c(name),
		             .version = str_c(version),
		             .source = str_c(source),
		             .module = str_c(module) };
	return feeds_match(f, &p, release);
}

TEST(vex_tells_red_hats_packages_fixed_open_and_not_affected)
{
	struct feeds f cleanup(feeds_done);
	feeds_new(&f);
	feeds_put(&f, "csaf/redhat/cve-2023-38545.json", vex);
	EXPECT_OK(feeds_update(&f), &f.e);
	EXPECT_INT(f.sum.failed, 0);
	static const struct {
		const char *rule, *name, *source, *version, *module, *release;
		int status; /* below 0: no finding */
	} rows[] = {
		{ "fixed_build_with_its_epoch", "libcurl", "curl", "1:7.76.1-20.el9", "",
		  "Red Hat:enterprise_linux:9", FIX_AVAILABLE },
		{ "the_fixed_build_itself", "libcurl", "curl", "1:7.76.1-26.el9_3.2", "",
		  "Red Hat:enterprise_linux:9", -1 },
		{ "a_source_that_will_not_be_fixed", "libcurl", "curl", "7.61.1-30.el8", "",
		  "Red Hat:enterprise_linux:8", FIX_WILL_NOT },
		{ "a_binary_that_is_not_affected", "curl-minimal", "curl", "7.61.1-30.el8", "",
		  "Red Hat:enterprise_linux:8", -1 },
		{ "a_module_stream", "nodejs", "nodejs", "1:18.1.0-1.module+el8", "nodejs:18",
		  "Red Hat:enterprise_linux:8", FIX_AVAILABLE },
		{ "another_stream", "nodejs", "nodejs", "1:16.1.0-1.module+el8", "nodejs:16",
		  "Red Hat:enterprise_linux:8", -1 },
		{ "another_release", "libcurl", "curl", "7.29.0-1.el7", "",
		  "Red Hat:enterprise_linux:7", -1 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct scan_report r = match(&f, rows[i].name, rows[i].source, rows[i].version,
		                             rows[i].module, rows[i].release);
		int got = r.findings.n == 1 ? (int)r.findings.v[0].status : r.findings.n ? 99 : -1;
		if (got != rows[i].status)
			test_fail(__FILE__, __LINE__, "%s: got %d", rows[i].rule, got);
	}
	struct scan_report r =
	        match(&f, "libcurl", "curl", "1:7.76.1-20.el9", "", "Red Hat:enterprise_linux:9");
	if (r.findings.n != 1)
		return;
	EXPECT_STR(r.findings.v[0].fixed_version, STR("1:7.76.1-26.el9_3.2"));
	EXPECT_STR(r.findings.v[0].feed, STR("redhat-vex"));
	EXPECT_INT(r.findings.v[0].severity, SEVERITY_HIGH); /* Red Hat's "Important" */
}
