/* report/table.h — the table for people, in its parts: what was found (as_table.c), what comes of it
 * (table_summary.c), what to do (table_plan.c). */
#pragma once
#include "report/paint.h"

struct table {
	const struct scan_report *r;
	struct writer_counts counts;
	struct painter paint;
	bool epss; /* there is a column for it */
};

void table_summary(struct table *job);
void table_plan(struct table *job); /* where one was asked for */
void table_coverage(struct table *job);
void table_verdict(struct table *job); /* the last word, for an image without findings */

void table_sentence(struct table *job, enum ink ink, str text);
const char *table_plural(uint64_t n, const char *one, const char *more);
str table_upper(struct arena *a, const char *word);
