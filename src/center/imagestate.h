/* center/imagestate.h — what is said of an image: one word, from facts that are kept elsewhere, and
 * as an SQL expression over the same facts (a test holds the two together). Nothing that could not
 * be read is healthy. */
#pragma once
#include "base/str.h"
#include "model/severity.h"

// clang-format off
#define IMAGE_STATES(X)   /* word            what a person reads */ \
	X(WAITING,      "waiting",      "it waits to be scanned or matched") \
	X(HEALTHY,      "healthy",      "assessed, and nothing was found") \
	X(UNHEALTHY,    "unhealthy",    "it has findings") \
	X(NOT_ASSESSED, "not_assessed", "something in it, or the data for it, could not be read") \
	X(UNSUPPORTED,  "unsupported",  "of a kind that is not assessed") \
	X(FAILED,       "failed",       "the scan failed")
// clang-format on

enum image_state {
#define X(name, word, text) IMAGE_##name,
	IMAGE_STATES(X)
#undef X
	        IMAGE_STATE_COUNT
};

struct tally { /* findings that count, by severity; of a part, an image, a repository, a registry */
	int64_t by[SEVERITY_COUNT];
	int64_t fixable, exploited; /* among them */
	int64_t hidden;             /* matched, and hidden */
	int64_t gaps;               /* packages whose version cannot be ordered */
	int64_t unmatched;          /* packages that wait to be matched */
	int64_t packages;
};

struct image_facts {
	str manifest_state;   /* waiting, scanned, failed, unsupported */
	bool gaps_matter;     /* of the scan */
	bool profile_judged;  /* its distribution and types were held against the data */
	bool profile_matters; /* and a gap that matters came of it, or of there being no data */
	const struct tally *tally;
};

enum image_state image_state_of(const struct image_facts *f);
int64_t tally_sum(const struct tally *t); /* of by[] */
const char *image_state_word(enum image_state s);
const char *image_state_text(enum image_state s);
bool image_state_parse(str word, enum image_state *out);
/* The same in SQL: the number of the state. m is manifest, pf its profile (LEFT JOINed). */
extern const char *const image_state_sql;
