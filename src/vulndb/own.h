/* vulndb/own.h — advisories of one's own (`scan --advisories DIR`), matched beside the database: a
 * folder of OSV records is read in the jail, as a feed is, into a database that is gone with its
 * handle. */
#pragma once
#include "model/scan_report.h"

struct vulndb;

struct own_options {
	const char *dir, *temp_dir; /* temp_dir may be NULL */
	bool in_process;            /* parse without a jailed worker: for tests only */
};

/* What was left out is told in *skipped (the first one, in `a`; empty: none). */
int own_open(const struct own_options *o, struct arena *a, struct vulndb **out, str *skipped,
             struct error *e) must_use;
/* Findings from `first` on are those of own advisories: where one is about a package and flaw that
 * a finding before it tells too, its records join that one, and no owner hides it any more. */
void own_join(struct arena *a, struct scan_report *r, size_t first);
