/* model/difference.h — what is different between two reports. Values; what they point at belongs to the
 * reports, strings and arrays to the arena of whoever made them. */
#pragma once
#include "model/scan_report.h"

// clang-format off
#define CHANGES(X)        /* word in reports */ \
	X(NEW,        "new") \
	X(GONE,       "gone") \
	X(UPGRADED,   "upgraded") \
	X(DOWNGRADED, "downgraded") \
	X(CHANGED,    "changed")
// clang-format on

enum change {
#define X(name, word) CHANGE_##name,
	CHANGES(X)
#undef X
	CHANGE_COUNT
};

struct package_change {
	enum change kind;
	const struct package *before, *after; /* NULL: new, gone */
};

struct finding_change {
	enum change kind; /* new, gone or changed */
	const struct finding *before, *after;
	str why; /* "openssl 3.0.1 -> 3.0.2", "newly known", "hidden by .trivyignore:3" … */
};

struct gap_change {
	enum change kind; /* new or gone */
	const struct gap *gap;
};

struct difference {
	const struct scan_report *a, *b;
	VEC(struct package_change) packages; /* by kind, type, name */
	VEC(struct finding_change) findings; /* by kind, severity high to low, id, package */
	VEC(struct gap_change) gaps;
	uint64_t same_packages, same_findings;
	enum severity worst_new; /* of the new findings */
	bool any_new;
	bool same_data; /* both of one generation and date */
};

const char *change_word(enum change c); /* "upgraded" */
