/* report/writer.h — one report, many shapes. Output is UTF-8; what is not valid UTF-8 in the input
 * becomes U+FFFD, control bytes never reach a terminal. */
#pragma once
#include "base/buf.h"
#include "model/scan_report.h"

struct writer_style {
	unsigned columns;  /* of the terminal; 0: no limit (a file or pipe) */
	bool colour;
	bool utf8;         /* the terminal can draw lines */
	const char *version; /* of plimsoll */
};

typedef int writer_fn(const struct scan_report *r, const struct writer_style *style, struct buf *out,
		      struct error *e);
/* Also for `sbom`: CycloneDX without vulnerabilities when r->generation is 0. */
writer_fn as_table, as_json, as_cyclonedx, as_sarif;

struct writer_row {
	const char *format; /* "table", "json", "cyclonedx", "sarif" */
	writer_fn *write;
	const char *about;
};
extern const struct writer_row writers[]; /* ends with a NULL format */
const struct writer_row *writer_find(const char *format);
