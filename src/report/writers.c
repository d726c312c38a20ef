/* report/writers.c — the formats, one a row; `--format` and the help text read from here. */
#include "report/writer.h"

const struct writer_row writers[] = {
	{ "table", as_table, "for people: fits the terminal" },
	{ "json", as_json, "everything, documented in docs/report-json.md" },
	{ "cyclonedx", as_cyclonedx, "CycloneDX 1.6 JSON, components and vulnerabilities" },
	{ "sarif", as_sarif, "SARIF 2.1.0, for code scanning" },
	{ 0 },
};

const struct writer_row *writer_find(const char *format)
{
	for (const struct writer_row *w = writers; w->format; w++)
		if (!strcmp(w->format, format))
			return w;
	return NULL;
}
