#include "../test.h"
#include "stream/stream.h"
#include "vulndb/cve5.h"
#include "vulndb/debian.h"
#include "vulndb/osv.h"

struct reading {
	struct arena a;
	struct json *doc;
	struct advisory out;
	struct error e;
	int code;
};

static void read_osv(struct reading *r, const char *text)
{
	*r = (struct reading){ .a = ARENA(1 << 20) };
	EXPECT_OK(json_parse("t", str_c(text), &r->doc, &r->e), &r->e);
	r->code = osv_read(r->doc, &r->a, &r->out, &r->e);
}

static void done(struct reading *r)
{
	json_free(r->doc);
	arena_done(&r->a);
}

TEST(osv_keeps_ranges_and_versions_outside_of_them)
{
	struct reading r cleanup(done);
	read_osv(
	        &r,
	        "{\"id\":\"PYSEC-1\",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":"
	        "\"A.b\"},"
	        "\"ranges\":[{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"}]},"
	        "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"2.0\"}]}],"
	        "\"versions\":[\"1.0\",\"1.9\",\"3.0\",\"odd one\"]}]}");
	EXPECT_OK(r.code, &r.e);
	EXPECT_INT(r.out.affected.n, 1);
	const struct affected *f = &r.out.affected.v[0];
	EXPECT_STR(f->name, STR("a-b"));
	EXPECT_INT(f->ranges.n, 1);
	EXPECT_STR(f->ranges.v[0].events.v[1].version, STR("2.0"));
	EXPECT_INT(f->versions.n, 2);
	EXPECT_STR(f->versions.v[0], STR("3.0"));
	EXPECT_STR(f->versions.v[1], STR("odd one"));
}

TEST(osv_leaves_out_what_matches_nothing)
{
	static const char *const rows[] = {
		/* only git */
		"{\"id\":\"OSV-1\",\"affected\":[{\"package\":{\"ecosystem\":\"OSS-Fuzz\",\"name\":"
		"\"a\"},\"ranges\":["
		"{\"type\":\"GIT\",\"events\":[{\"introduced\":\"0\"}]}]}]}",
		/* no package */
		"{\"id\":\"CVE-2024-1111\",\"affected\":[{\"versions\":[\"1\"]}]}",
		/* a bug-fix notice without a CVE */
		"{\"id\":\"ALBA-2024:1\",\"affected\":[{\"package\":{\"ecosystem\":\"AlmaLinux:9\","
		"\"name\":\"a\"},"
		"\"versions\":[\"1\"]}]}",
		/* other types than the schema's */
		"{\"id\":\"GHSA-2\",\"affected\":{\"package\":7},\"aliases\":\"x\",\"severity\":[7]"
		"}",
		"{\"id\":\"GHSA-2\",\"affected\":[7,{\"package\":{\"ecosystem\":\"npm\",\"name\":"
		"\"a\"},\"ranges\":{}}]}",
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(done);
		read_osv(&r, rows[i]);
		EXPECT_OK(r.code, &r.e);
		EXPECT_INT(r.out.affected.n, 0);
	}
}

TEST(osv_needs_an_id)
{
	static const char *const rows[] = {
		"{}", "[]", "7", "{\"id\":\"\"}", "{\"id\":\"a b\"}", "{\"id\":7}"
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct reading r cleanup(done);
		read_osv(&r, rows[i]);
		EXPECT_INT(r.code, ERR_FORMAT);
	}
}

TEST(osv_notices_cover_cves_and_records_have_aliases)
{
	struct reading r cleanup(done), s cleanup(done), t cleanup(done);
	read_osv(&r,
	         "{\"id\":\"USN-1-1\",\"upstream\":[\"CVE-2024-0001\",\"UBUNTU-CVE-2024-0001\"],"
	         "\"related\":[\"CVE-2024-0002\",\"CVE-2024-0001\"]}");
	EXPECT(r.out.notice);
	EXPECT_INT(r.out.covers.n, 2);
	EXPECT_INT(r.out.aliases.n, 0);
	read_osv(&s, "{\"id\":\"GHSA-1\",\"aliases\":[\"CVE-2024-0001\",\"GHSA-1\"],\"related\":["
	             "\"CVE-2024-0009\"]}");
	EXPECT(!s.out.notice);
	EXPECT_INT(s.out.covers.n, 0);
	EXPECT_INT(s.out.aliases.n, 1);
	read_osv(&t, "{\"id\":\"DEBIAN-CVE-2024-0007\"}");
	EXPECT_INT(t.out.covers.n, 1);
	EXPECT_STR(t.out.covers.v[0], STR("CVE-2024-0007"));
}

TEST(osv_keeps_every_severity_with_its_source)
{
	struct reading r cleanup(done), s cleanup(done);
	read_osv(&r,
	         "{\"id\":\"UBUNTU-CVE-2024-0001\",\"severity\":[{\"type\":\"CVSS_V3\",\"score\":"
	         "\"CVSS:3.1/AV:N\"},"
	         "{\"type\":\"Ubuntu\",\"score\":\"negligible\"}],\"affected\":[{\"package\":{"
	         "\"ecosystem\":"
	         "\"Ubuntu:22.04:LTS\",\"name\":\"a\"},\"versions\":[\"1\"],\"ecosystem_specific\":"
	         "{\"urgency\":\"low**\"}}]}");
	EXPECT_INT(r.out.opinions.n, 2);
	EXPECT_STR(r.out.opinions.v[0].vector, STR("CVSS:3.1/AV:N"));
	EXPECT_INT(r.out.opinions.v[1].severity, SEVERITY_NEGLIGIBLE);
	EXPECT_STR(r.out.opinions.v[1].source, STR("Ubuntu"));
	EXPECT_INT(r.out.affected.v[0].opinions.v[0].severity, SEVERITY_LOW);
	read_osv(
	        &s,
	        "{\"id\":\"ALSA-2024:1\",\"summary\":\"Important: nodejs:18 security "
	        "update\",\"related\":"
	        "[\"CVE-2024-0001\"],\"affected\":[{\"package\":{\"ecosystem\":\"AlmaLinux:9\","
	        "\"name\":\"nodejs\"},"
	        "\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":"
	        "\"1:18.1-1.module_el9+1\"}]}]}]}");
	EXPECT_INT(s.out.opinions.v[0].severity, SEVERITY_HIGH);
	EXPECT_STR(s.out.affected.v[0].module, STR("nodejs:18"));
}

TEST(osv_words_of_debian)
{
	EXPECT_INT(osv_word(STR("unimportant")), SEVERITY_NEGLIGIBLE);
	EXPECT_INT(osv_word(STR("high**")), SEVERITY_HIGH);
	EXPECT_INT(osv_word(STR("not yet assigned")), SEVERITY_UNKNOWN);
	EXPECT_INT(osv_word(STR("Moderate")), SEVERITY_MEDIUM);
	EXPECT_STR(osv_cut(STR("a\xc3\xa9"), 2), STR("a"));
	EXPECT_STR(osv_cut(STR("a\xc3\xa9"), 3), STR("a\xc3\xa9"));
}

struct seen {
	struct buf text;
};

static int see(void *ctx, const struct advisory *a, struct error *e)
{
	struct seen *s = ctx;
	(void)e;
	for (size_t i = 0; i < a->affected.n; i++) {
		const struct affected *f = &a->affected.v[i];
		const struct affected_range *r = &f->ranges.v[0];
		buf_printf(&s->text, "%.*s %.*s %.*s %s %.*s %s\n", STR_FMT(a->id),
		           STR_FMT(f->ecosystem), STR_FMT(f->name), fix_status_word(f->open),
		           STR_FMT(r->events.n > 1 ? r->events.v[1].version : STR("-")),
		           f->opinions.n ? severity_word(f->opinions.v[0].severity) : "-");
	}
	return 0;
}

TEST(debian_states_become_ranges)
{
	static const char text[] =
	        "{\"a\":{\"CVE-1\":{\"description\":\"d\",\"releases\":{"
	        "\"bookworm\":{\"status\":\"resolved\",\"fixed_version\":\"1.2-3\",\"urgency\":"
	        "\"medium\"},"
	        "\"trixie\":{\"status\":\"resolved\",\"fixed_version\":\"0\",\"urgency\":"
	        "\"unimportant\"},"
	        "\"bullseye\":{\"status\":\"open\",\"urgency\":\"unimportant\"},"
	        "\"sid\":{\"status\":\"undetermined\",\"urgency\":\"not yet assigned\"},"
	        "\"warty\":{\"status\":\"open\"}}},"
	        "\"TEMP-1\":{\"releases\":{\"bookworm\":{\"status\":\"open\",\"nodsa_reason\":"
	        "\"ignored\"}}}},"
	        "\"b\":{\"CVE-1\":{\"releases\":{\"bookworm\":{\"status\":\"open\",\"urgency\":"
	        "\"end-of-life\"},"
	        "\"trixie\":{\"status\":\"open\",\"nodsa_reason\":\"postponed\",\"urgency\":"
	        "\"low\"}}}}}";
	static const str want = STR_INIT("CVE-1 Debian:12 a affected 1.2-3 medium\n"
	                                 "CVE-1 Debian:11 a affected - negligible\n"
	                                 "CVE-1 Debian:unstable a under_investigation - -\n"
	                                 "TEMP-1 Debian:12 a will_not_fix - -\n"
	                                 "CVE-1 Debian:12 b end_of_life - -\n"
	                                 "CVE-1 Debian:13 b fix_deferred - low\n");
	struct seen s = { BUF(1 << 16) };
	struct error e = { 0 };
	struct stream *in = stream_mem(STR(text));
	EXPECT_OK(debian_read("t", in, see, &s, &e), &e);
	EXPECT_STR(buf_view(&s.text), want);
	stream_free(in);
	buf_done(&s.text);
}

TEST(debian_refuses_what_is_no_tracker)
{
	static const char *const rows[] = { "{\"a\":7}", "[]", "{\"a\":{\"CVE-1\":{", "" };
	for (size_t i = 0; i < LEN(rows); i++) {
		struct seen s = { BUF(1 << 16) };
		struct error e = { 0 };
		struct stream *in = stream_mem(str_c(rows[i]));
		EXPECT_INT(debian_read("t", in, see, &s, &e), ERR_FORMAT);
		stream_free(in);
		buf_done(&s.text);
	}
}

TEST(cve5_takes_vectors_of_cna_and_adp)
{
	struct reading r cleanup(done) = { .a = ARENA(1 << 20) };
	static const str text =
	        STR_INIT("{\"cveMetadata\":{\"cveId\":\"CVE-2024-1234\",\"state\":\"PUBLISHED\","
	                 "\"datePublished\":\"2024-01-01T00:00:00Z\"},"
	                 "\"containers\":{\"cna\":{\"providerMetadata\":{\"shortName\":\"GitHub_"
	                 "M\"},\"title\":\"T\","
	                 "\"descriptions\":[{\"lang\":\"es\",\"value\":\"no\"},{\"lang\":\"en-US\","
	                 "\"value\":\"D\"}],"
	                 "\"problemTypes\":[{\"descriptions\":[{\"cweId\":\"CWE-79\"},{\"cweId\":"
	                 "\"CWE-79\"}]}],"
	                 "\"metrics\":[{\"cvssV4_0\":{\"vectorString\":\"v4\"}},{\"cvssV3_1\":{"
	                 "\"vectorString\":\"v3\"}}]},"
	                 "\"adp\":[{\"providerMetadata\":{\"shortName\":\"CISA-ADP\"},\"metrics\":["
	                 "{\"other\":{}},"
	                 "{\"cvssV3_1\":{\"vectorString\":\"a3\"}}]}]}}");
	EXPECT_OK(json_parse("t", text, &r.doc, &r.e), &r.e);
	EXPECT_INT(cve5_read(r.doc, &r.a, &r.out, &r.e), 1);
	EXPECT_INT(r.out.opinions.n, 3);
	EXPECT_STR(r.out.opinions.v[0].source, STR("GitHub"));
	EXPECT_STR(r.out.opinions.v[2].source, STR("CISA-ADP"));
	EXPECT_STR(r.out.details, STR("D"));
	EXPECT_INT(r.out.cwes.n, 1);
}

TEST(cve5_rejected_records_say_only_that)
{
	struct reading r cleanup(done) = { .a = ARENA(1 << 20) };
	EXPECT_OK(json_parse("t",
	                     STR("{\"cveMetadata\":{\"cveId\":\"CVE-2024-1234\",\"state\":"
	                         "\"REJECTED\"}}"),
	                     &r.doc, &r.e),
	          &r.e);
	EXPECT_INT(cve5_read(r.doc, &r.a, &r.out, &r.e), 1);
	EXPECT_INT(r.out.state, STATE_REJECTED);
}
