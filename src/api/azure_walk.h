/* api/azure_walk.h — a page of findings under the keys of their assessments. A list walks
 * stretches, one behind the other: for each key the findings, then the rows of images; for clusters
 * one cluster after the other. A page ends after AZURE_PAGE rows or PAGE_BYTES, and its token says
 * where: the stretch, the cursor before the cluster, the cursor in the stretch. No more than BATCH
 * rows are in memory. One call, one thread. */
#pragma once
#include "api/azure.h"
#include "api/azure_subassessment.h"

enum {
	BATCH = 100,
	BATCH_BYTES = 96 << 20,
	PAGE_BYTES = 24 << 20,
	PARENTS_MAX = 64,
	CURSOR_BYTES = 4096 + 1
};

struct parent {
	int64_t resource; /* registry's or place's id */
	const struct azure_text *text;
	struct azure_parent it;
};

struct walk {
	struct call *call;
	struct db *db;
	struct azure_scope scope;
	struct sight sight;
	const struct azure_text *only; /* of the path; NULL: all */
	struct arena batch;
	struct parent parents[PARENTS_MAX]; /* those last needed */
	size_t parents_n;
	struct jsonout out;
	size_t rows;
	/* where it stands */
	size_t stretch;
	char place_after[CURSOR_BYTES], after[CURSOR_BYTES]; /* cursors; empty: from the start */
};

/* A page, whole: w->call, db, scope, sight, only and batch are set. ERR_USAGE for a token
 * that is none. */
int walk_page(struct walk *w, struct error *e) must_use;
/* What stands over rows of a registry (its id), or of a cluster (its id below 0), looked at once */
int walk_parent(struct walk *w, int64_t resource, str resource_id, const struct azure_text *t,
                const struct azure_parent **out, struct error *e) must_use;
str walk_registry_id(struct walk *w, str subscription, str group, str name);
