/* report/writers.c — the formats, one a row; `--format` and the help text read from here. */
#include "report/writer.h"

const struct writer_row writers[] = {
	// clang-format off
	{ "table", as_table, "for people: fits the terminal", NULL, true },
	{ "json", as_json, "everything, documented in docs/report-json.md", NULL, true },
	{ "trivy-json", as_trivy, "Trivy's JSON (schema version 2), for what reads that", NULL, true },
	{ "sarif", as_sarif, "SARIF 2.1.0, for code scanning", NULL, false },
	{ "cyclonedx", as_cyclonedx, "CycloneDX 1.6 JSON, components and vulnerabilities", "cyclonedx-json", true },
	{ "spdx", as_spdx, "SPDX 2.3 JSON, packages and their licences", "spdx-json", true },
	{ "html", as_html, "one page to mail: chart, filter, search, print", NULL, true },
	{ "markdown", as_markdown, "a comment for a pull request, at most 65,000 characters", "md", false },
	{ "gitlab", as_gitlab, "GitLab's container scanning report (15.0.4)", NULL, false },
	{ "csv", as_csv, "a table for spreadsheets (RFC 4180)", NULL, true },
	{ "openvex", as_openvex, "OpenVEX 0.2.0: what affects the image, what not and why", NULL, false },
	{ "cyclonedx-vex", as_cdxvex, "the same as CycloneDX 1.6, analyses alone", NULL, false },
	// clang-format on
	{ 0 },
};

const struct writer_row *writer_find(const char *format)
{
	for (const struct writer_row *w = writers; w->format; w++)
		if (!strcmp(w->format, format) || (w->alias && !strcmp(w->alias, format)))
			return w;
	return NULL;
}

str writer_names(struct arena *a, bool inventory)
{
	str out = { 0 };

	for (const struct writer_row *w = writers; w->format; w++)
		if (w->inventory || !inventory)
			out = arena_printf(a, "%.*s%s%s", STR_FMT(out), out.n ? ", " : "",
			                   w->format);
	return out;
}

str writer_help(struct arena *a, bool inventory)
{
	str out = { 0 };

	for (const struct writer_row *w = writers; w->format; w++)
		if (w->inventory || !inventory)
			out = arena_printf(a, "%.*s%s  %-13s %s", STR_FMT(out), out.n ? "\n" : "",
			                   w->format, w->about);
	return out;
}
