/* version/range.h — is a version in the ranges of an advisory? The evaluation algorithm of the OSV
 * schema ("Evaluation"), over events as the record has them, in any order. An event that is no version
 * of the ecosystem counts by its valid front ("2.6.0-NA" as 2.6.0), unless the version is just that.
 * No allocation, no failure, any thread; linear in the events (squared in the ranges that match, at
 * most 16). */
#pragma once
#include "version/ecosystem.h"

enum event_kind {
	EVENT_INTRODUCED,    /* "0": from the very start */
	EVENT_FIXED,
	EVENT_LAST_AFFECTED,
	EVENT_LIMIT          /* only versions before it count; "*": no limit */
};

struct range_event {
	enum event_kind kind;
	str version;
};

struct range { /* borrowed */
	const struct range_event *events;
	size_t n;
};

struct range_verdict {
	bool affected;
	bool listed;         /* by `versions`, not by a range */
	const struct range_event *introduced;    /* begins the interval that holds the version; NULL if listed */
	const struct range_event *fixed;         /* the nearest version without it; NULL when none is known */
	const struct range_event *last_affected; /* ends the interval, where no fixed does */
	const struct range_event *unordered;     /* an event that cannot be ordered against the version: its
	                                            range was left out. NULL where `versions` answered */
};

/* Is `version` one of the explicit `versions` or inside one of the ranges? `versions` may be NULL
 * when there are none. Where it is in several ranges, `fixed` is the smallest fix that is in none. */
struct range_verdict range_evaluate(const struct ecosystem *eco, str version, const struct range *ranges,
				    size_t n_ranges, const str *versions, size_t n_versions);

/* The same for one range. */
struct range_verdict range_evaluate_one(const struct ecosystem *eco, str version, const struct range *r);

/* How the version stands to one event's: below 0, 0, above 0. "0" that introduces is before all, the
 * limit "*" behind. False: the event has no place in the order. */
bool range_compare(const struct ecosystem *eco, str version, const struct range_event *event, int *out);
