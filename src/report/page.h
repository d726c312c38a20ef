/* report/page.h — the HTML page: what its parts share. as_html.c has what one reads first, page_tables.c
 * the findings and lists, page_data.c what the script shows when a finding is opened. */
#pragma once
#include "report/html.h"
#include "report/writer.h"

struct page {
	const struct scan_report *r;
	struct buf *out;
	struct arena *scratch; /* emptied after every row */
	struct writer_counts counts;
};

void page_data(struct page *p); /* the script element with the findings' details */

void page_findings(struct page *p);
void page_suppressed(struct page *p);
void page_packages(struct page *p);
void page_layers(struct page *p);
