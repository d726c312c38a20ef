/* report/sarif_rules.c — see the header; severities follow GitHub's `security-severity`. */
#include "report/sarif_rules.h"
#include "report/markdown.h"
#include <stdio.h>

void sarif_put_text(struct jsonout *j, const char *key, str text)
{
	jsonout_object(j, key);
	jsonout_str(j, "text", text);
	jsonout_end(j);
}

const char *sarif_level(enum severity s)
{
	if (s >= SEVERITY_HIGH)
		return "error";
	return s == SEVERITY_MEDIUM ? "warning" : "note";
}

struct by_id {
	str id;
	size_t finding;
};

static int order_by_id(const void *x, const void *y)
{
	const struct by_id *a = x, *b = y;
	int c = str_cmp(a->id, b->id);
	return c ? c : (a->finding > b->finding) - (a->finding < b->finding);
}

bool sarif_find_rules(struct sarif *job, struct arena *a)
{
	const struct scan_report *r = job->r;
	size_t n = r->findings.n;
	struct by_id *sorted = arena_many(a, n, struct by_id);
	size_t *first = arena_many(a, n, size_t); /* the first finding with the same id */

	job->rule_of = arena_many(a, n, size_t);
	job->rules = arena_many(a, n, const struct finding *);
	if (a->failed)
		return false;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct by_id){ r->findings.v[i].id, i };
	if (n)
		qsort(sorted, n, sizeof *sorted, order_by_id);
	for (size_t i = 0; i < n; i++)
		first[sorted[i].finding] = i && str_eq(sorted[i].id, sorted[i - 1].id)
		                                   ? first[sorted[i - 1].finding]
		                                   : sorted[i].finding;
	for (size_t i = 0; i < n; i++) {
		const struct finding *f = &r->findings.v[i];
		if (first[i] == i) {
			job->rules[job->n] = f;
			job->rule_of[i] = job->n++;
		}
		size_t rule = job->rule_of[i] = job->rule_of[first[i]];
		if (f->severity > job->rules[rule]->severity)
			job->rules[rule] = f;
	}
	return true;
}

/* GitHub sorts by this number: above 9 critical, from 7 high, from 4 medium, else low. */
static const char *security_severity(const struct finding *f, char out[16])
{
	static const double middle[] = { 0, 0.1, 2, 5.5, 8, 9.5 };
	double score = writer_score(f);
	int tenths = (int)((score >= 0 ? score : middle[f->severity]) * 10 + 0.5);

	if (f->severity == SEVERITY_CRITICAL && tenths == 90)
		tenths = 91; /* 9.0 is critical for CVSS, and not yet for GitHub */
	snprintf(out, 16, "%d.%d", tenths / 10, tenths % 10);
	return out;
}

static str summary_of(struct arena *a, const struct finding *f)
{
	str line = writer_line(a, writer_title(f), 120);
	return line.n ? line : arena_printf(a, "Vulnerability %.*s", STR_FMT(f->id));
}

/* Plain text inside Markdown. */
static str plain(struct arena *a, str s)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);
	markdown_plain(&b, s);
	return arena_str(a, buf_view(&b));
}

static void add_links(struct buf *b, struct arena *a, const struct finding *f, bool markdown)
{
	for (size_t i = 0; i < f->references.n; i++) {
		str url = writer_url(a, f->references.v[i].url);
		if (url.n)
			buf_printf(b, markdown ? "\n- <%.*s>" : "\n%.*s", STR_FMT(url));
	}
}

static str help_text(struct arena *a, const struct finding *f)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);

	buf_printf(&b, "%.*s\nSeverity: %s\n", STR_FMT(f->id), severity_word(f->severity));
	if (f->description.n)
		buf_printf(&b, "\n%.*s\n", STR_FMT(f->description));
	if (f->remediation.n)
		buf_printf(&b, "\n%.*s\n", STR_FMT(f->remediation));
	if (f->references.n)
		buf_add(&b, STR("\nReferences:"));
	add_links(&b, a, f, false);
	return arena_str(a, buf_view(&b));
}

static str help_markdown(struct arena *a, const struct finding *f)
{
	struct buf b cleanup(buf_done) = BUF(WRITER_MEMORY_BYTES);
	str id = plain(a, writer_line(a, f->id, 0)), link = writer_advisory_url(a, f->id);

	buf_printf(&b, "**[%.*s](%.*s)** (%s)\n", STR_FMT(id), STR_FMT(link),
	           severity_word(f->severity));
	if (f->description.n) {
		buf_addc(&b, '\n');
		markdown_plain(&b, f->description);
		buf_addc(&b, '\n');
	}
	if (f->remediation.n) {
		buf_add(&b, STR("\n**Fix:** "));
		markdown_plain(&b, f->remediation);
		buf_addc(&b, '\n');
	}
	if (f->references.n)
		buf_add(&b, STR("\n**References**\n"));
	add_links(&b, a, f, true);
	return arena_str(a, buf_view(&b));
}

static void put_rule_properties(struct jsonout *j, const struct finding *f)
{
	char score[16];

	jsonout_object(j, "properties");
	jsonout_text(j, "precision", "very-high");
	if (f->severity != SEVERITY_UNKNOWN)
		jsonout_text(j, "security-severity", security_severity(f, score));
	jsonout_array(j, "tags");
	jsonout_text(j, NULL, "security");
	jsonout_text(j, NULL, "vulnerability");
	jsonout_text(j, NULL, severity_word(f->severity));
	for (size_t i = 0; i < f->cwes.n; i++)
		jsonout_str(j, NULL, f->cwes.v[i]);
	jsonout_end(j);
	if (f->aliases.n) {
		jsonout_array(j, "aliases");
		for (size_t i = 0; i < f->aliases.n; i++)
			jsonout_str(j, NULL, f->aliases.v[i]);
		jsonout_end(j);
	}
	jsonout_end(j);
}

static bool is_os(enum package_type type)
{
	return type == PACKAGE_DEB || type == PACKAGE_APK || type == PACKAGE_RPM;
}

static void put_rule(struct sarif *job, const struct finding *f)
{
	struct jsonout *j = &job->json;
	struct arena *a = job->scratch;

	jsonout_object(j, NULL);
	jsonout_str(j, "id", f->id);
	jsonout_text(j, "name",
	             is_os(f->package->type) ? "OsPackageVulnerability"
	                                     : "LanguagePackageVulnerability");
	sarif_put_text(j, "shortDescription", summary_of(a, f));
	sarif_put_text(j, "fullDescription",
	               f->description.n ? writer_line(a, f->description, 1000) : summary_of(a, f));
	jsonout_object(j, "defaultConfiguration");
	jsonout_text(j, "level", sarif_level(f->severity));
	jsonout_end(j);
	jsonout_str(j, "helpUri", writer_advisory_url(a, f->id));
	jsonout_object(j, "help");
	jsonout_str(j, "text", help_text(a, f));
	jsonout_str(j, "markdown", help_markdown(a, f));
	jsonout_end(j);
	put_rule_properties(j, f);
	jsonout_end(j);
}

void sarif_put_rules(struct sarif *job)
{
	jsonout_array(&job->json, "rules");
	for (size_t i = 0; i < job->n; i++) {
		put_rule(job, job->rules[i]);
		if (!writer_step(job->scratch, job->json.out))
			break;
	}
	jsonout_end(&job->json);
}
