/* Entries as CVE JSON 5.1 has them (schema: "product", "versions"), and as the programs' own
 * authorities write them. */
#include "../test.h"
#include "base/attr.h"
#include "base/buf.h"
#include "version/ecosystem.h"
#include "vulndb/cve5.h"

/* Which of the versions "1 2 3" are affected, with their fix: "1<2 3" */
static void expect(const char *affected, const char *name, const char *versions, const char *want)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct buf got cleanup(buf_done) = BUF(1 << 16);
	struct json *doc = NULL;
	struct advisory out;
	struct error e = { 0 };
	const struct ecosystem *eco = ecosystem_find(STR("CVE"));
	str text = arena_printf(&a,
	                        "{\"cveMetadata\":{\"cveId\":\"CVE-2024-0001\",\"state\":"
	                        "\"PUBLISHED\"},\"containers\":"
	                        "{\"cna\":{\"affected\":[%s]}}}",
	                        affected);
	str rest = str_c(versions), version;
	EXPECT_OK(json_parse("t", text, &doc, &e), &e);
	EXPECT_OK(cve5_read(doc, &a, &out, &e), &e);
	for (size_t i = 0; i < out.affected.n; i++)
		EXPECT_STR(out.affected.v[i].name, str_c(name));
	while (str_split(&rest, ' ', &version)) {
		struct range ranges[16];
		const struct affected *f = out.affected.v;
		for (size_t i = 0; f && i < f->ranges.n; i++)
			ranges[i] =
			        (struct range){ f->ranges.v[i].events.v, f->ranges.v[i].events.n };
		struct range_verdict v = { 0 };
		if (f)
			v = range_evaluate(eco, version, ranges, f->ranges.n, f->versions.v,
			                   f->versions.n);
		if (v.affected)
			buf_printf(&got, "%s%.*s<%.*s", got.n ? " " : "", STR_FMT(version),
			           STR_FMT(v.fixed ? v.fixed->version : (str){ 0 }));
	}
	EXPECT_STR(buf_view(&got), str_c(want));
	json_free(doc);
}

#define ENTRY(vendor, product, rest) \
	"{\"vendor\":\"" vendor "\",\"product\":\"" product "\"," rest "}"

TEST(products_read_every_form_of_versions)
{
	static const struct {
		const char *entry, *name, *versions, *want;
	} rows[] = {
		{ ENTRY("OpenSSL", "OpenSSL",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"3.0.0\",\"lessThan\":"
		        "\"3.0.7\"}]"),
		  "openssl", "1.1.1q 3.0.0 3.0.6 3.0.7", "3.0.0<3.0.7 3.0.6<3.0.7" },
		{ ENTRY("OpenSSL", "OpenSSL",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"Fixed in OpenSSL "
		        "1.0.2y (Affected 1.0.2s-1.0.2x)\"}]"),
		  "openssl", "1.0.2r 1.0.2s 1.0.2x 1.0.2y", "1.0.2s<1.0.2y 1.0.2x<1.0.2y" },
		{ ENTRY("redis", "redis",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\">= 7.0.0, < "
		        "7.0.12\"},"
		        "{\"status\":\"affected\",\"version\":\"= 6.0.1\"}]"),
		  "redis", "6.0.1 6.0.2 7.0.11 7.0.12", "6.0.1<7.0.12 7.0.11<7.0.12" },
		{ ENTRY("PHP Group", "PHP",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"8.1.X\",\"lessThan\":"
		        "\"8.1.11\"}]"),
		  "php", "8.0.30 8.1.0 8.1.11", "8.1.0<8.1.11" },
		{ ENTRY("curl", "curl",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"8.4.0\",\"lessThan\":"
		        "\"8.4.0\"},"
		        "{\"status\":\"unaffected\",\"version\":\"7.69.0\",\"lessThan\":\"7.69.0\"}"
		        "]"),
		  "curl", "7.68.0 7.69.0 8.3.0 8.4.0", "7.69.0<8.4.0 8.3.0<8.4.0" },
		{ ENTRY("curl", "curl",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"8.5.0\","
		        "\"lessThanOrEqual\":\"8.5.0\"}]"),
		  "curl", "8.4.0 8.5.0 8.6.0", "8.5.0<" },
		{ ENTRY("nodejs", "node",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"20.15.0\","
		        "\"lessThanOrEqual\":\"20.15.0\"}]"),
		  "node", "18.1.0 20.1.0 20.15.0 20.15.1", "20.1.0< 20.15.0<" },
		{ ENTRY("Apache Software Foundation", "Apache HTTP Server",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"2.4.47\"}]"),
		  "apache", "2.4.46 2.4.47", "2.4.47<" },
		{ ENTRY("ISC", "BIND 9",
		        "\"defaultStatus\":\"affected\",\"versions\":[{\"status\":\"unaffected\","
		        "\"version\":\"9.18.5\",\"lessThan\":\"*\"}]"),
		  "bind", "9.16.0 9.18.4 9.18.5 9.20.0", "9.16.0<9.18.5 9.18.4<9.18.5" },
		{ ENTRY("f5", "nginx open source",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"1.3.0\",\"lessThan\":"
		        "\"1.5.*\",\"changes\":"
		        "[{\"at\":\"1.4.2\",\"status\":\"unaffected\"}]}]"),
		  "nginx", "1.3.0 1.4.1 1.4.2 1.6.0", "1.3.0<1.4.2 1.4.1<1.4.2" },
		{ ENTRY("haproxy", "haproxy",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"2.0\","
		        "\"lessThanOrEqual\":\"2.2.*\"}]"),
		  "haproxy", "1.9 2.0.1 2.2.30 2.3", "2.0.1<2.3 2.2.30<2.3" },
		{ ENTRY("n/a", "n/a",
		        "\"cpes\":[\"cpe:2.3:a:haxx:curl:*:*:*:*:*:*:*:*\"],\"versions\":[{"
		        "\"status\":\"affected\",\"version\":\"0\",\"lessThan\":\"7.1\"}]"),
		  "curl", "7.0 7.1", "7.0<7.1" },
		{ ENTRY("f5", "nginx",
		        "\"versions\":[{\"status\":\"unknown\",\"version\":\"1.0\"},{\"status\":"
		        "\"unaffected\",\"version\":\"1.1\"}]"),
		  "nginx", "1.0 1.1", "" },
		{ ENTRY("someone", "openssl",
		        "\"versions\":[{\"status\":\"affected\",\"version\":\"1.0\"}]"),
		  "", "1.0", "" },
		{ ENTRY("curl", "curl",
		        "\"versions\":[7,{\"status\":\"affected\",\"version\":\"n/"
		        "a\"},{\"status\":\"affected\",\"version\":\">= \"}]"),
		  "curl", "1.0", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		expect(rows[i].entry, rows[i].name, rows[i].versions, rows[i].want);
}
