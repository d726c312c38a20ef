#include "../test.h"
#include "base/buf.h"
#include "vulndb/secdb.h"
#include <stdlib.h>

struct told {
	struct buf b;
};

/* "id alias ecosystem name fixed;" of each record */
static int tell(void *ctx, const struct advisory *a, struct error *e)
{
	struct told *t = ctx;
	(void)e;
	const struct affected *f = &a->affected.v[0];
	buf_printf(&t->b, "%.*s,%.*s,%.*s,%.*s,%.*s;", STR_FMT(a->id),
	           STR_FMT(a->aliases.n ? a->aliases.v[0] : (str){ 0 }), STR_FMT(f->ecosystem),
	           STR_FMT(f->name),
	           STR_FMT(f->ranges.n ? f->ranges.v[0].events.v[1].version : STR("none")));
	return 0;
}

static int read_text(const char *text, str base, struct told *t, struct error *e)
{
	struct json *doc = NULL;
	int r = json_parse("secdb", str_c(text), &doc, e);
	r = r < 0 ? r : secdb_read(doc, base, tell, t, e);
	json_free(doc);
	return r;
}

TEST(secdb_reads_what_alpine_writes)
{
	static const struct {
		const char *name, *fixes, *want;
	} rows[] = {
		{ "one_fix", "\"1.2-r1\":[\"CVE-2021-30473\"]",
		  "CVE-2021-30473,,Alpine:3.19,p,1.2-r1;" },
		{ "zero_is_not_affected", "\"0\":[\"CVE-2021-30473\"]",
		  "CVE-2021-30473,,Alpine:3.19,p,none;" },
		{ "several_ids_in_one_string",
		  "\"1-r0\":[\"XSA-313 CVE-2020-11740 CVE-2020-11741\"]",
		  "CVE-2020-11740,,Alpine:3.19,p,1-r0;CVE-2020-11741,,Alpine:3.19,p,1-r0;" },
		{ "another_name_of_one_cve", "\"1-r0\":[\"CVE-2026-48785 / GHSA-cr2j-534f-mf3g\"]",
		  "CVE-2026-48785,GHSA-cr2j-534f-mf3g,Alpine:3.19,p,1-r0;" },
		{ "comma", "\"1-r0\":[\"CVE-2026-45078, GHSA-8q93-326v-3m7g\"]",
		  "CVE-2026-45078,GHSA-8q93-326v-3m7g,Alpine:3.19,p,1-r0;" },
		{ "space_for_the_dash", "\"1-r0\":[\"CVE 2025-48379\"]",
		  "CVE-2025-48379,,Alpine:3.19,p,1-r0;" },
		{ "underscore_for_the_dash", "\"1-r0\":[\"CVE_2019-2426\"]",
		  "CVE-2019-2426,,Alpine:3.19,p,1-r0;" },
		{ "remark_behind_the_id", "\"1-r0\":[\"CVE-2017-2616 (+ regression fix)\"]",
		  "CVE-2017-2616,,Alpine:3.19,p,1-r0;" },
		{ "id_that_is_no_cve", "\"1-r0\":[\"ALPINE-13661\"]",
		  "ALPINE-13661,,Alpine:3.19,p,1-r0;" },
		{ "fixed_again_later",
		  "\"1.9-r0\":[\"CVE-2021-30473\"],\"1.10-r0\":[\"CVE-2021-30473\"]",
		  "CVE-2021-30473,,Alpine:3.19,p,1.10-r0;" },
		{ "a_version_beats_zero",
		  "\"0\":[\"CVE-2021-30473\"],\"1.10-r0\":[\"CVE-2021-30473\"]",
		  "CVE-2021-30473,,Alpine:3.19,p,1.10-r0;" },
		{ "no_ids", "\"1-r0\":[],\"2-r0\":null,\"3-r0\":[null,\"\"]", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		char text[512];
		struct told t = { .b = BUF(4096) };
		struct error e = { 0 };
		snprintf(text, sizeof text,
		         "{\"distroversion\":\"v3.19\",\"packages\":[{\"pkg\":{\"name\":\"p\","
		         "\"secfixes\":{%s}}}]}",
		         rows[i].fixes);
		EXPECT_OK(read_text(text, STR("Alpine"), &t, &e), &e);
		if (!str_eq(buf_view(&t.b), str_c(rows[i].want)))
			test_fail(__FILE__, __LINE__, "%s: got %.*s", rows[i].name,
			          STR_FMT(buf_view(&t.b)));
		buf_done(&t.b);
	}
}

TEST(secdb_of_a_rolling_release_needs_no_version)
{
	struct told t = { .b = BUF(4096) };
	struct error e = { 0 };
	EXPECT_OK(read_text("{\"packages\":[{\"pkg\":{\"name\":\"b\",\"secfixes\":{\"1-r0\":[\"CVE-"
	                    "2022-"
	                    "38126\"]}}}]}",
	                    STR("Wolfi"), &t, &e),
	          &e);
	EXPECT(str_eq(buf_view(&t.b), STR("CVE-2022-38126,,Wolfi,b,1-r0;")));
	buf_done(&t.b);
	t.b = BUF(4096);
	EXPECT(read_text("{\"packages\":[]}", STR("Alpine"), &t, &e) < 0);
	EXPECT(read_text("{}", STR("Wolfi"), &t, &e) < 0);
	EXPECT(read_text("[]", STR("Wolfi"), &t, &e) < 0);
	buf_done(&t.b);
}
