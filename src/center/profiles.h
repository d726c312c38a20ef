/* center/profiles.h — what the advisory data say, or do not say, of a kind of image: its
 * distribution and which types of packages it has. A few hundred for any fleet, so a new generation
 * judges them all and no image is written. */
#pragma once
#include "center/packages.h"
#include "model/coverage.h"

struct profile {
	int64_t id;
	struct distribution distribution; /* id 0 and empty: the image has no os-release */
	unsigned types;                   /* set of 1 << package_type that the image has */
	int64_t generation_id;            /* judged with; 0: not yet */
};
struct profile_list {
	struct profile *v;
	size_t n, room;
};

/* Those that were not judged with this generation yet; 0: all */
int profiles_list(struct db *d, struct arena *a, int64_t not_generation, struct profile_list *out,
                  struct error *e) must_use;

struct profile_verdict {
	int64_t profile_id;
	int64_t generation_id;  /* 0: there are no data to judge with. It stays unjudged, and the gaps say so. */
	const struct gap
	        *gaps; /* all that come and go with the data: they matter as their kind says */
	size_t gaps_n;
	str eol_at; /* "2028-06-30"; may be empty */
	bool eol_ended;
};
int profiles_judge(struct db *d, const struct profile_verdict *v, struct error *e) must_use;
