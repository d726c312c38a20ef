/* center/tallies.h — findings that count, summed up a part: hidden 0, not rejected or withdrawn,
 * current. Kept in step by inventories and matches; all else (image, repository, registry) is
 * summed from parts when asked. */
#pragma once
#include "center/imagestate.h"
#include "store/db.h"

/* " sum(p.critical), …" in the order of tallies_take; p is part */
extern const char *const tallies_sum_sql;
struct tally tallies_take(struct rows *r, int first_column);
enum { TALLY_COLUMNS = 12 };
void tallies_add(struct tally *t, const struct tally *more);

/* Of manifests: out[i] is ids[i]'s; zero where it has no parts */
int tallies_of(struct db *d, struct arena *a, const int64_t *manifest_ids, size_t n,
               struct tally *out, struct error *e) must_use;
/* Made anew from matches for parts after *after, at most `limit`; *after moves, *wrong counts those
 * that were not right (there should be none). 1 more, 0 the end. */
int tallies_mend(struct db *d, int64_t *after, size_t limit, size_t *wrong,
                 struct error *e) must_use;
/* The same for these parts */
int tallies_make(struct db *d, const int64_t *part_ids, size_t n, struct error *e) must_use;
