/* report/writer.h — one report, many shapes. Output is UTF-8; what is not valid UTF-8 in the input
 * becomes U+FFFD, control bytes never reach a terminal. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "model/scan_report.h"

struct writer_style {
	unsigned columns;  /* of the terminal; 0: no limit (a file or pipe) */
	bool colour;
	bool utf8;         /* the terminal can draw lines */
	const char *version; /* of plimsoll */
	bool show_suppressed;      /* the table lists them, not only their number */
	const char *template_name; /* of the file of --template: its ending says how values are escaped */
	str template_text;
};

typedef int writer_fn(const struct scan_report *r, const struct writer_style *style, struct buf *out,
		      struct error *e);
/* Also for `sbom`: without vulnerabilities when r->generation is 0. What a report of packages alone
 * cannot be is said in the writer's row. */
writer_fn as_cdxvex, as_csv, as_cyclonedx, as_gitlab, as_html, as_json, as_markdown, as_openvex, as_sarif, as_spdx, as_table, as_template, as_trivy;

struct writer_row {
	const char *format; /* "table", "json" … */
	writer_fn *write;
	const char *about;
	const char *alias; /* how other scanners call it; may be NULL */
	bool inventory;    /* says something of packages alone: also for `sbom` */
};
extern const struct writer_row writers[]; /* ends with a NULL format */
extern const struct writer_row writer_template; /* style.template_text says how; none of the above */
const struct writer_row *writer_find(const char *format); /* or its alias */
/* Of all, or of those that write packages alone: */
str writer_names(struct arena *a, bool inventory);        /* "table, json, …" */
str writer_help(struct arena *a, bool inventory);         /* a line a format */

/* ---- what the writers share: the same numbers and names in every format ---- */

enum { WRITER_MEMORY_BYTES = 64 << 20, WRITER_REF_BYTES = 8 + 32 + 1, WRITER_SPILL_BYTES = 256 << 10 };

/* Between two items of a list: empties the scratch arena, hands the bytes on to the buf's sink. False:
 * one of them has failed, there is no sense in going on. */
bool writer_step(struct arena *scratch, struct buf *out);

struct writer_counts {
	uint64_t found[SEVERITY_COUNT], fixable[SEVERITY_COUNT];
	uint64_t all_found, all_fixable;
	uint64_t vulnerabilities; /* distinct ids among the findings */
	uint64_t packages[PACKAGE_TYPE_COUNT], vulnerable_packages;
	uint64_t gaps[GAP_KIND_COUNT], gaps_that_matter;
	uint64_t exploited; /* findings that are in the catalogue of known exploited ones */
	uint64_t suppressed[HIDING_KIND_COUNT];
};
void writer_count(const struct scan_report *r, struct writer_counts *out);

/* Index into r->packages of the package itself or of one equal to it; SIZE_MAX when it is not there. */
size_t writer_package_index(const struct scan_report *r, const struct package *p);
struct writer_ref {
	char text[WRITER_REF_BYTES];
};
/* "package-<32 hex>" of every package: from type, name, version and place, so that it stays the same
 * in every report of the same installation; equal neighbours are numbered. NULL: arena spent. */
struct writer_ref *writer_refs(const struct scan_report *r, struct arena *a);
str writer_place(struct arena *a, const struct package *p); /* "app.jar!/BOOT-INF/lib/x.jar" */
/* NULL when the index is not of a layer (-1, or more than there are). */
const struct layer *writer_layer(const struct scan_report *r, int index);

const struct rating *writer_rating(const struct finding *f); /* the chosen one, or NULL */
/* A score that lies in the chosen severity's band: of the chosen rating, else the highest such one;
 * below 0 when there is none. */
double writer_score(const struct finding *f);
bool writer_fixable(const struct finding *f);
/* FIRST publishes no score of zero: that is a finding nobody asked about. */
bool writer_has_epss(const struct finding *f);
const char *writer_fix_words(const struct finding *f); /* why there is no version: "no fix yet" … */
str writer_title(const struct finding *f); /* or the first sentence of its description */
const char *writer_rating_method(const struct rating *r); /* "CVSSv31" …, "other" */

/* A link that is safe to print and click: http and https only, odd bytes percent-encoded; else empty. */
str writer_url(struct arena *a, str url);
str writer_percent(struct arena *a, str s, const char *kept); /* unreserved characters and `kept` stay */
str writer_advisory_url(struct arena *a, str id); /* where a person reads about this id; may be empty */
const char *writer_advisory_site(str id);         /* whose page that is: "NVD", "GitHub" … */
str writer_image_purl(struct arena *a, const struct image *image); /* may be empty */
str writer_weakness_number(str cwe); /* "79" of "CWE-79"; empty when it is none */
void writer_uuid(const struct digest *name, char out[37]); /* RFC 9562 section 5.8 */
str writer_timestamp(struct arena *a, str date);  /* RFC 3339 with time and Z; empty when it is no date */
str writer_cut(str line, size_t cells); /* the longest head that fits, if possible of whole words */
/* One line, without control characters (text_is_unsafe), cut at a word after `cells`; 0: no limit.
 * May be the text itself. */
str writer_line(struct arena *a, str text, size_t cells);

/* ERR_LIMIT when the arena or the buf is spent, else 0. */
int writer_done(const struct arena *a, const struct buf *out, const char *format, struct error *e);
