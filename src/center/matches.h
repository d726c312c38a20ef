/* center/matches.h — facts about package and vulnerability, from one generation of the data until
 * another. Whoever matches hands over all that a package has now; what differs from what is known
 * is closed and opened. */
#pragma once
#include "center/center.h"
#include "model/finding.h"

struct match_row {
	str vulnerability; /* "CVE-2026-0001" */
	str fact; /* JSON: title, description, references, cwes, ratings, aliases …: kept once, by
	             its bytes */
	enum severity severity;
	double score; /* of the chosen rating; below 0: none */
	enum fix_status fix;
	str fixed_version;
	enum finding_state state;
	enum hiding_kind hidden;
	str detail; /* JSON: what is this package's own: range, comparison, remediation, why hidden
	               … */
	struct exploitation exploited; /* of the vulnerability, known for all its packages */
};

struct package_matches {
	int64_t package_id;
	str gap; /* why it cannot be matched; empty: it was */
	const struct match_row *v;
	size_t n; /* names may repeat: the first counts */
};

struct match_counts { /* added to */
	size_t packages, changed, opened, closed, parts;
};

/* Any number of packages, in transactions of bounded size; those that are not there are passed
 * over. Generation ids only grow: a package that was matched with a later one stays as it is.
 * Repeating changes nothing. Tallies of all parts that hold a changed package are right when it
 * returns. */
int matches_apply(const struct center *c, int64_t generation_id, const struct package_matches *v,
                  size_t n, struct match_counts *counts, struct error *e) must_use;

/* Exploitation of vulnerabilities that no match brought anew (EPSS changes daily): 1 a row changed.
 * Tallies follow. */
int matches_note_exploited(const struct center *c, str vulnerability, const struct exploitation *x,
                           struct error *e) must_use;
struct exploited_row {
	str vulnerability; /* that is known here */
	struct exploitation is;
};
/* The same of many, in one transaction: how many changed. Rows that stay as they are, are not
 * written. */
int matches_note_all_exploited(const struct center *c, const struct exploited_row *v, size_t n,
                               struct error *e) must_use;
/* Names of vulnerabilities that are known here, sorted, after `after` */
struct name_list {
	str *v;
	size_t n, room;
};
int matches_vulnerabilities(struct db *d, struct arena *a, str after, size_t limit,
                            struct name_list *out, struct error *e) must_use;
