/* Golden files hold what a person has read and agreed with; PLIMSOLL_GOLDEN=write writes them anew. */
#include "../test.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/json.h"
#include "report/license.h"
#include "report/template.h"
#include "report/writer.h"
#include "reports.h"

enum { MOST = 16 << 20 };

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char part[4096];
	size_t n;

	while (f && (n = fread(part, 1, sizeof part, f)))
		buf_add(out, (str){ part, n });
	if (f)
		fclose(f);
}

static void write_file(const char *path, str bytes)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n)
		test_fail(path, 0, "cannot be written");
	if (f)
		fclose(f);
}

static unsigned line_that_differs(str a, str b)
{
	unsigned line = 1;

	for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
		line += a.p[i] == '\n';
	return line;
}

static void expect_golden(const char *report, const char *variant, str got)
{
	struct buf want cleanup(buf_done) = BUF(MOST);
	char path[512];

	snprintf(path, sizeof path, GOLDEN "/%s.%s", report, variant);
	if (getenv("PLIMSOLL_GOLDEN"))
		write_file(path, got);
	read_file(path, &want);
	if (!str_eq(got, buf_view(&want)))
		test_fail(path, (int)line_that_differs(got, buf_view(&want)), "differs from here on");
}

static bool add_to(void *to, str bytes)
{
	buf_add(to, bytes);
	return true;
}

static void render(const struct made_report *made, const char *format, struct writer_style style, struct buf *out)
{
	struct arena a cleanup(arena_done) = ARENA(MOST);
	struct scan_report r = { 0 };
	struct error e = { 0 };

	style.version = "0.1.0";
	made->make(&r, &a);
	EXPECT_OK(writer_find(format)->write(&r, &style, out, &e), &e);
}

static void expect_format(const char *format, const char *variant, struct writer_style style)
{
	for (const struct made_report *m = made_reports; m->name; m++) {
		struct buf out cleanup(buf_done) = BUF(MOST);
		render(m, format, style, &out);
		expect_golden(m->name, variant, buf_view(&out));
	}
}

TEST(json_is_as_agreed)
{
	expect_format("json", "json", (struct writer_style){ 0 });
}

TEST(cyclonedx_is_as_agreed)
{
	expect_format("cyclonedx", "cdx.json", (struct writer_style){ 0 });
}

TEST(sarif_is_as_agreed)
{
	expect_format("sarif", "sarif", (struct writer_style){ 0 });
}

TEST(other_formats_are_as_agreed)
{
	static const char *const rows[][2] = {
		{ "csv", "csv" },
		{ "gitlab", "gitlab.json" },
		{ "html", "html" },
		{ "markdown", "md" },
		{ "spdx", "spdx.json" },
		{ "trivy-json", "trivy.json" },
	};
	for (size_t i = 0; i < LEN(rows); i++)
		expect_format(rows[i][0], rows[i][1], (struct writer_style){ 0 });
}

TEST(a_sink_gets_the_same_bytes)
{
	for (const struct writer_row *w = writers; w->format; w++) {
		struct arena a cleanup(arena_done) = ARENA(MOST);
		struct buf whole cleanup(buf_done) = BUF(MOST), out cleanup(buf_done) = BUF(1 << 20),
			   got cleanup(buf_done) = BUF(MOST);
		struct writer_style style = { .version = "0.1.0" };
		struct scan_report r = { 0 };
		struct error e = { 0 };
		made_reports[0].make(&r, &a);
		for (int i = 0; i < 2000; i++) /* more than one piece */
			vec_add(&a, &r.packages, r.packages.v[r.packages.n - 1]);
		out.sink = add_to;
		out.sink_ctx = &got;
		EXPECT_OK(w->write(&r, &style, &whole, &e), &e);
		EXPECT_OK(w->write(&r, &style, &out, &e), &e);
		buf_spill(&out, 0);
		EXPECT(str_eq(buf_view(&got), buf_view(&whole)));
	}
}

/* OWASP's list of what starts a formula */
TEST(csv_guards_formulas_and_quotes_as_rfc_4180)
{
	static const struct {
		const char *name, *cell;
	} rows[] = {
		{ "=1+1", ",'=1+1," }, { "+1", ",'+1," },   { "-1", ",'-1," },          { "@x", ",'@x," },
		{ "a,b", ",\"a,b\"," }, { "a\"b", ",\"a\"\"b\"," }, { "=\"x\",y", ",\"'=\"\"x\"\",y\"," },
		{ "a\r\n=b", ",a =b," },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(MOST);
		struct buf out cleanup(buf_done) = BUF(MOST);
		struct scan_report r = { 0 };
		struct error e = { 0 };
		vec_add(&a, &r.packages, ((struct package){ .type = PACKAGE_NPM, .name = str_c(rows[i].name) }));
		EXPECT_OK(writer_find("csv")->write(&r, &(struct writer_style){ 0 }, &out, &e), &e);
		if (str_find(buf_view(&out), str_c(rows[i].cell)) == out.n)
			test_fail(__FILE__, __LINE__, "%s: %.*s", rows[i].name, STR_FMT(buf_view(&out)));
	}
}

/* What the input says about markup stays text: tags and attributes are the page's own. */
TEST(html_lets_no_markup_through)
{
	struct buf out cleanup(buf_done) = BUF(MOST);
	const struct made_report *m = made_reports;
	size_t scripts = 0;
	str rest;

	while (strcmp(m->name, "hostile"))
		m++;
	render(m, "html", (struct writer_style){ 0 }, &out);
	EXPECT(str_find(buf_view(&out), STR("<script>alert")) == out.n);
	EXPECT(str_find(buf_view(&out), STR("href=\"javascript")) == out.n);
	EXPECT(str_find(buf_view(&out), STR("\x1b")) == out.n);
	EXPECT(str_find(buf_view(&out), STR("\xe2\x80\xae")) == out.n); /* right-to-left override */
	for (rest = buf_view(&out); rest.n; rest = str_from(rest, str_find(rest, STR("<script")) + 1))
		scripts += str_find(rest, STR("<script")) < rest.n;
	EXPECT_INT(scripts, 2);
}

/* GitHub takes 65,536 characters; what is left out is counted */
TEST(markdown_fits_a_comment)
{
	struct arena a cleanup(arena_done) = ARENA(MOST);
	struct buf out cleanup(buf_done) = BUF(MOST);
	struct scan_report r = { 0 };
	struct error e = { 0 };

	made_reports[2].make(&r, &a);
	for (int i = 0; i < 2000; i++)
		vec_add(&a, &r.findings, r.findings.v[i % 8]);
	EXPECT_OK(writer_find("markdown")->write(&r, &(struct writer_style){ .version = "0.1.0" }, &out, &e), &e);
	EXPECT(out.n > 60000 && out.n <= 65000);
	EXPECT(str_find(buf_view(&out), STR("more findings are left out")) < out.n);
	EXPECT(str_ends(buf_view(&out), STR("<sub>plimsoll 0.1.0</sub>\n")));
}

TEST(formats_are_found_by_the_names_other_scanners_use)
{
	EXPECT(writer_find("cyclonedx-json") == writer_find("cyclonedx"));
	EXPECT(writer_find("spdx-json") == writer_find("spdx"));
	EXPECT(!writer_find("nonsense"));
}

TEST(table_at_80_columns_is_as_agreed)
{
	expect_format("table", "80.txt", (struct writer_style){ .columns = 80, .utf8 = true });
}

TEST(table_at_120_columns_in_colour_is_as_agreed)
{
	expect_format("table", "120.ansi", (struct writer_style){ .columns = 120, .utf8 = true, .colour = true });
}

TEST(table_for_a_file_in_ascii_is_as_agreed)
{
	expect_format("table", "ascii.txt", (struct writer_style){ 0 });
}

TEST(table_lists_what_was_hidden_when_asked)
{
	struct buf out cleanup(buf_done) = BUF(MOST);
	const struct made_report *m = made_reports;

	while (strcmp(m->name, "marked"))
		m++;
	render(m, "table", (struct writer_style){ .columns = 100, .utf8 = true, .show_suppressed = true }, &out);
	expect_golden(m->name, "suppressed.txt", buf_view(&out));
}

TEST(table_never_is_wider_than_the_terminal)
{
	static const unsigned widths[] = { 80, 100, 120, 200 };

	for (const struct made_report *m = made_reports; m->name; m++)
		for (size_t i = 0; i < LEN(widths); i++) {
			struct buf out cleanup(buf_done) = BUF(MOST);
			struct writer_style style = { .columns = widths[i], .utf8 = true };
			str rest, line;
			render(m, "table", style, &out);
			rest = buf_view(&out);
			while (str_line(&rest, &line))
				if (text_width(line) > widths[i])
					test_fail(m->name, (int)widths[i], "too wide: %.*s", STR_FMT(line));
		}
}

TEST(table_lets_no_control_byte_through)
{
	static const struct writer_style styles[] = { { .columns = 80, .utf8 = true }, { .columns = 0 } };

	for (const struct made_report *m = made_reports; m->name; m++)
		for (size_t i = 0; i < LEN(styles); i++) {
			struct buf out cleanup(buf_done) = BUF(MOST);
			render(m, "table", styles[i], &out);
			str rest = buf_view(&out);
			while (rest.n) {
				uint32_t rune = text_rune(&rest);
				EXPECT(rune == '\n' || !text_is_unsafe(rune));
				EXPECT(styles[i].utf8 || rune < 0x80);
			}
		}
}

TEST(only_an_assessed_image_has_no_known_vulnerabilities)
{
	static const struct {
		const char *name;
		bool says;
	} rows[] = { { "healthy", true },  { "empty", true },  { "unassessed", false },
		     { "hidden", false }, { "inventory", false }, { "unhealthy", false } };

	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf out cleanup(buf_done) = BUF(MOST);
		const struct made_report *m = made_reports;
		while (strcmp(m->name, rows[i].name))
			m++;
		render(m, "table", (struct writer_style){ 0 }, &out);
		bool says = str_find(buf_view(&out), STR("No known vulnerabilities")) < out.n;
		if (says != rows[i].says)
			test_fail(__FILE__, __LINE__, "%s", rows[i].name);
	}
}

TEST(two_runs_give_the_same_bytes)
{
	for (const struct writer_row *w = writers; w->format; w++)
		for (const struct made_report *m = made_reports; m->name; m++) {
			struct buf one cleanup(buf_done) = BUF(MOST), two cleanup(buf_done) = BUF(MOST);
			render(m, w->format, (struct writer_style){ 0 }, &one);
			render(m, w->format, (struct writer_style){ 0 }, &two);
			EXPECT(str_eq(buf_view(&one), buf_view(&two)));
		}
}

TEST(a_full_buffer_is_a_limit)
{
	for (const struct writer_row *w = writers; w->format; w++) {
		struct arena a cleanup(arena_done) = ARENA(MOST);
		struct buf out cleanup(buf_done) = BUF(100);
		struct scan_report r = { 0 };
		struct error e = { 0 };
		made_reports[0].make(&r, &a);
		EXPECT_INT(w->write(&r, &(struct writer_style){ .version = "1" }, &out, &e), ERR_LIMIT);
	}
}

TEST(licenses_are_told_apart_as_spdx_annex_d)
{
	static const struct {
		const char *recorded;
		enum license_kind kind;
		const char *spdx;
	} rows[] = {
		{ "MIT", LICENSE_ID, "MIT" },
		{ " apache-2.0 ", LICENSE_ID, "Apache-2.0" },
		{ "GPL-2.0+", LICENSE_ID, "GPL-2.0+" },
		{ "(MIT OR Apache-2.0)", LICENSE_EXPRESSION, "(MIT OR Apache-2.0)" },
		{ "mit and (isc or bsd-3-clause)", LICENSE_EXPRESSION, "MIT AND (ISC OR BSD-3-Clause)" },
		{ "GPL-2.0-only WITH Classpath-exception-2.0", LICENSE_EXPRESSION,
		  "GPL-2.0-only WITH Classpath-exception-2.0" },
		{ "", LICENSE_NAME, NULL },
		{ "BSD", LICENSE_NAME, NULL },
		{ "MIT OR", LICENSE_NAME, NULL },
		{ "(MIT", LICENSE_NAME, NULL },
		{ "MIT)", LICENSE_NAME, NULL },
		{ "()", LICENSE_NAME, NULL },
		{ "MIT Apache-2.0", LICENSE_NAME, NULL },
		{ "(MIT) WITH Classpath-exception-2.0", LICENSE_NAME, NULL },
		{ "MIT WITH", LICENSE_NAME, NULL },
		{ "SEE LICENSE IN LICENSE.md", LICENSE_NAME, NULL },
		{ "GPLv2+ and LGPLv2+", LICENSE_EXPRESSION, "GPL-2.0-or-later AND LGPL-2.0-or-later" }, /* rpm */
		{ "ASL 2.0", LICENSE_ID, "Apache-2.0" },
		{ "GPL-2+", LICENSE_ID, "GPL-2.0-or-later" }, /* DEP 5 */
		{ "Expat or Artistic-2.0", LICENSE_EXPRESSION, "MIT OR Artistic-2.0" },
		{ "GNU General Public License v3 or later (GPLv3+)", LICENSE_ID, "GPL-3.0-or-later" }, /* PyPI */
		{ "Apache License, Version 2.0", LICENSE_ID, "Apache-2.0" },
		{ "MIT License", LICENSE_ID, "MIT" },
		{ "Ruby, BSD-2-Clause", LICENSE_EXPRESSION, "Ruby OR BSD-2-Clause" },
		{ "Perl AND MIT", LICENSE_EXPRESSION, "(Artistic-1.0-Perl OR GPL-1.0-or-later) AND MIT" },
		{ "MIT AND public-domain", LICENSE_NAME, NULL },
		{ "BSD License; Public Domain", LICENSE_NAME, NULL }, /* PyPI: one may choose, or not */
		{ "Mozilla Public License 1.1 (MPL 1.1)", LICENSE_ID, "MPL-1.1" },
		{ "https://www.apache.org/licenses/LICENSE-2.0.txt", LICENSE_ID, "Apache-2.0" }, /* OSGi */
		{ "http://www.apache.org/licenses/LICENSE-2.0, https://www.eclipse.org/org/documents/epl-v10.php",
		  LICENSE_EXPRESSION, "Apache-2.0 OR EPL-1.0" },
		{ "The Apache Software License, Version 2.0 or Eclipse Public License - v 2.0", LICENSE_EXPRESSION,
		  "Apache-2.0 OR EPL-2.0" }, /* Maven */
		{ "CDDL + GPLv2 with classpath exception", LICENSE_NAME, NULL }, /* of which CDDL? */
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct buf out cleanup(buf_done) = BUF(1024);
		enum license_kind kind = license_read(str_c(rows[i].recorded), &out);
		if (kind != rows[i].kind)
			test_fail(__FILE__, __LINE__, "%s: kind %d", rows[i].recorded, (int)kind);
		if (rows[i].spdx)
			EXPECT_STR(buf_view(&out), str_c(rows[i].spdx));
	}
}

TEST(an_expression_names_unknown_licences_by_reference)
{
	struct buf out cleanup(buf_done) = BUF(1024);
	EXPECT(license_expression(STR("MIT AND public-domain"), &out));
	EXPECT_STR(buf_view(&out), STR("MIT AND LicenseRef-public-domain"));
	EXPECT(license_expression(STR("MIT AND GPL-3+ with Bison exception"), &out));
	EXPECT_STR(buf_view(&out), STR("MIT AND LicenseRef-GPL-3-with-Bison-exception"));
	EXPECT(!license_expression(STR("SEE LICENSE IN LICENSE.md"), &out));
	EXPECT(!license_expression(STR("UNLICENSED"), &out));
}

TEST(a_title_is_the_first_sentence_where_there_is_none)
{
	static const struct {
		const char *title, *description, *want;
	} rows[] = {
		{ "Given", "Not this. Nor this.", "Given" },
		{ "", "The parser reads past its end. An attacker sends a file.", "The parser reads past its end." },
		{ "", "In v1.2 before 1.3. It is a short start.", "In v1.2 before 1.3. It is a short start." },
		{ "", "A number such as 1. 2 does not end a sentence", "A number such as 1. 2 does not end a sentence" },
		{ "", "", "" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct finding f = { .title = str_c(rows[i].title), .description = str_c(rows[i].description) };
		EXPECT_STR(writer_title(&f), str_c(rows[i].want));
	}
}

static double score_of(enum severity severity, struct rating a, struct rating b)
{
	struct rating both[] = { a, b };
	struct finding f = { .severity = severity, .ratings = { both, 2, 2 } };
	return writer_score(&f);
}

TEST(a_score_never_contradicts_the_severity)
{
	struct rating vendor = { .score = -1, .severity = SEVERITY_LOW, .chosen = true };
	struct rating nvd = { .score = 9.8, .cvss_major = 3, .severity = SEVERITY_CRITICAL };
	struct rating chosen = { .score = 7.5, .cvss_major = 3, .severity = SEVERITY_HIGH, .chosen = true };
	EXPECT(score_of(SEVERITY_LOW, vendor, nvd) < 0);
	EXPECT(score_of(SEVERITY_HIGH, chosen, nvd) == 7.5);
	EXPECT(score_of(SEVERITY_CRITICAL, vendor, nvd) == 9.8);
}

TEST(urls_are_http_and_encoded)
{
	struct arena a cleanup(arena_done) = ARENA(1 << 16);
	EXPECT_STR(writer_url(&a, STR("https://e.org/a?b=c#d")), STR("https://e.org/a?b=c#d"));
	EXPECT_STR(writer_url(&a, STR("HTTP://e.org/a b\"<")), STR("HTTP://e.org/a%20b%22%3C"));
	EXPECT_STR(writer_url(&a, STR("javascript:alert(1)")), STR(""));
	EXPECT_STR(writer_url(&a, STR("//e.org")), STR(""));
	EXPECT_STR(writer_url(&a, STR("")), STR(""));
}

static const char document[] = "{\"a\":\"<x>\",\"n\":7,\"zero\":0,\"no\":false,\"yes\":true,\"empty\":[],"
			       "\"o\":{\"b\":\"deep\",\"p\":{\"q\":1.5}},\"list\":[{\"v\":1},{\"v\":2,\"a\":\"own\"}],"
			       "\"texts\":[\"x\",\"=y\"],\"quote\":\"a\\\"b\",\"bell\":\"\\u0007\"}";

/* mustache(5), its specification's examples of values, sections and lines that stand alone */
TEST(templates_do_as_docs_templates_md_says)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "t.txt", "{{a}} {{n}} {{o.p.q}} {{none}}{{no}}{{yes}}", "<x> 7 1.5 true" },
		{ "t.html", "{{a}} {{&a}} {{{ a }}}", "&lt;x&gt; <x> <x>" },
		{ "t.json", "\"{{quote}}\"", "\"a\\\"b\"" },
		{ "t.csv", "{{#texts}}{{.}}{{^@last}},{{/@last}}{{/texts}}", "\"x\",\"'=y\"" },
		{ "t.md", "{{a}}", "\\<x\\>" },
		{ "t.txt", "{{#list}}{{@number}}:{{v}}{{a}} {{/list}}", "1:1<x> 2:2own " },
		{ "t.txt", "{{#o}}{{b}} {{p.q}}{{/o}}{{#zero}}no{{/zero}}{{#empty}}no{{/empty}}{{^empty}}none{{/empty}}", "deep 1.5none" },
		{ "t.txt", "{{#no}}x{{/no}}{{^no}}y{{/no}}{{#yes}}z{{/yes}}{{#n}}{{n}}{{/n}}", "yz7" },
		{ "t.txt", "a\n  {{#yes}}  \nb\n{{/yes}}\n{{! gone }}\nc", "a\nb\nc" },
		{ "t.txt", "a {{#yes}} b {{/yes}} c", "a  b  c" },
		{ "t.txt", "{{&bell}}{{bell}}", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "t.txt", "plain } {x} }}", "plain } {x} }}" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct arena a cleanup(arena_done) = ARENA(1 << 20);
		struct buf out cleanup(buf_done) = BUF(1 << 20);
		struct error e = { 0 };
		struct json *d;
		struct template *t;
		EXPECT_OK(json_parse("d", STR(document), &d, &e), &e);
		EXPECT_OK(template_parse(str_c(rows[i].name), str_c(rows[i].text), &a, &t, &e), &e);
		EXPECT_OK(template_write(t, d, &out, &e), &e);
		EXPECT_STR(buf_view(&out), str_c(rows[i].want));
		json_free(d);
	}
}

TEST(a_wrong_template_is_named_by_line_and_column)
{
	static const char *const rows[][2] = {
		{ "a\nb {{", "t:2:3: a tag without its end" },
		{ "{{#a}}x", "t:1:1: a section without its end: a" },
		{ "x{{/a}}", "t:1:2: no section is open to end with a" },
		{ "{{#a}}{{#b}}{{/a}}", "t:1:13: another section is open than a" },
		{ "{{a b}}", "t:1:1: this is no name: a b" },
		{ "{{}}", "t:1:1: this is no name:" },
		{ "{{{}}}", "t:1:1: this is no name:" },
	};
	struct buf deep cleanup(buf_done) = BUF(1 << 20);
	struct arena a cleanup(arena_done) = ARENA(1 << 20);
	struct template *t;
	struct error e = { 0 };

	for (size_t i = 0; i < LEN(rows); i++) {
		EXPECT_INT(template_parse(STR("t"), str_c(rows[i][0]), &a, &t, &e), ERR_USAGE);
		EXPECT_STR(str_c(e.msg), str_c(rows[i][1]));
	}
	for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
		buf_add(&deep, STR("{{#a}}"));
	EXPECT_INT(template_parse(STR("t"), buf_view(&deep), &a, &t, &e), ERR_USAGE);
}
