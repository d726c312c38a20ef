/* model/explanation.h — why a finding is there, or why one is not: every record of the database that
 * speaks of the flaw, held against the packages of the image. Values; strings and arrays are borrowed
 * from the arena of whoever made them. */
#pragma once
#include "model/scan_report.h"

// clang-format off
/* What came of it, the closest to a finding first: the first of several is the answer. */
#define REASONS(X)       /* word in reports         what a person reads */ \
	X(AFFECTED,         "affected",             "the version is affected") \
	X(HIDDEN,           "hidden",               "it matched and was hidden") \
	X(OWN_PROJECT,      "own-project",          "the project itself, which no advisory is about") \
	X(WITHDRAWN,        "withdrawn",            "the advisory was withdrawn") \
	X(DECIDED,          "distribution-decides", "another record's word counts for this package") \
	X(OTHER_MODULE,     "other-module",         "the advisory is about another module stream") \
	X(NO_VERSION,       "no-version",           "the package has no version to compare") \
	X(UNREADABLE,       "version-unreadable",   "the version has no place in the ecosystem's order") \
	X(UNORDERED,        "range-unreadable",     "the advisory's versions have no place in the order") \
	X(FIXED,            "fixed",                "the version has the fix") \
	X(BEFORE,           "before-introduced",    "the version is older than the flaw") \
	X(OUTSIDE,          "outside-range",        "the version is in none of the ranges") \
	X(SUPERSEDED,       "superseded",           "another feed has a newer copy of the record") \
	X(NOT_AFFECTED,     "not-affected",         "the distribution says that this release is not affected") \
	X(REPEATED,         "lock-file-duplicate",  "a lock file wants what is installed: told once") \
	X(RELEASE_UNKNOWN,  "release-unknown",      "it is not known which release the packages are of") \
	X(NOT_COVERED,      "not-covered",          "the database has nothing for the ecosystem") \
	X(OTHER_RELEASE,    "other-release",        "the advisory is about other releases") \
	X(OTHER_ECOSYSTEM,  "other-ecosystem",      "a package of that name, of another ecosystem") \
	X(NO_PACKAGE,       "no-package",           "no package of these names is in the image") \
	X(UNNAMED,          "no-package-named",     "known, but no record names a package") \
	X(UNKNOWN,          "unknown-id",           "the database does not know it")
// clang-format on

enum reason_code {
#define X(name, word, text) REASON_##name,
	REASONS(X)
#undef X
	REASON_COUNT
};

struct compared { /* one event of an advisory's range, held against the package's version */
	const char *event; /* "introduced", "fixed", "last_affected", "limit", "listed" */
	str version;       /* of the event */
	char sign;         /* the event's version <, = or > the package's; ? cannot be ordered */
	bool holds;        /* what it says of the version speaks for "affected" */
	unsigned range;    /* which range of the record, from 0 */
};

struct judged { /* one record held against one package */
	str advisory, feed; /* "osv/npm": where it stands in the database */
	str date;           /* modified, RFC 3339; may be empty */
	str ecosystem, name, version; /* as they were compared, canonical */
	const char *order;            /* "dpkg", "SemVer" … */
	enum reason_code code;
	bool matched;    /* its word is in the finding */
	str fixed;       /* the nearest version without the flaw; may be empty */
	VEC(str) aliases;
	VEC(struct compared) comparisons; /* the first COMPARED_MAX */
	uint64_t left_out;                /* comparisons that are not listed */
};

enum { COMPARED_MAX = 64 };

struct judgements {
	struct judged *v;
	size_t n, room;
};

struct reason { /* one answer of why-not */
	enum reason_code code;
	const struct package *package; /* may be NULL */
	const struct finding *finding; /* HIDDEN, AFFECTED: that one; else NULL */
	str why;                       /* one sentence */
	struct judgements judged;
};

struct explained { /* one package that has the finding */
	const struct finding *finding;
	VEC(str) names;          /* how its name and version became those that were compared */
	struct judgements judged;
	str chosen_because;      /* which record gave range and fix, and why */
};

struct explanation {
	const struct scan_report *report;
	str asked; /* as the user typed it */
	bool why_not;
	VEC(struct explained) found;  /* why: each package that has it */
	VEC(struct reason) reasons;   /* why not: the closest first */
	VEC(str) ids;                 /* why not: all names of the flaw */
	VEC(str) names;               /* why not: "npm lodash": packages the records name, sorted */
	uint64_t records;             /* why not: that speak of it */
};

const char *reason_word(enum reason_code c); /* "outside-range" */
const char *reason_text(enum reason_code c); /* what a person reads */
