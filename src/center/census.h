/* center/census.h — what is known to stand in a registry, for whoever compares it with what stands
 * there, and for billing what nobody else bills. */
#pragma once
#include "store/db.h"

struct census_row {
	int64_t id; /* repository, or image */
	str name;   /* repository, or tag; of an image without tag empty */
	str digest; /* of a tag or image */
};
struct census {
	struct census_row *v;
	size_t n, room;
};

/* Repositories that are there, by name, those behind `after` */
int census_repositories(struct db *d, struct arena *a, int64_t registry_id, str after, size_t limit,
                        struct census *out, struct error *e) must_use;
/* One by its name: 1, or 0 */
int census_repository(struct db *d, struct arena *a, int64_t registry_id, str name,
                      struct census_row *out, struct error *e) must_use;
/* Today's tags of a repository, by name; at most PAGE rows behind `after` */
int census_tags(struct db *d, struct arena *a, int64_t repository_id, str after, size_t limit,
                struct census *out, struct error *e) must_use;
/* Images that are there, have no tag and belong to no index, by id behind `after` */
int census_untagged(struct db *d, struct arena *a, int64_t repository_id, int64_t after,
                    size_t limit, struct census *out, struct error *e) must_use;

/* Is the image there, as far as is known? 1 or 0 */
int census_stands(struct db *d, int64_t repository_id, int64_t manifest_id,
                  struct error *e) must_use;
/* Is the manifest an image of an index? 1 or 0 */
int census_is_child(struct db *d, int64_t manifest_id, struct error *e) must_use;

struct unbilled_row {
	int64_t registry_id;
	str subscription, repository, digest;
};
struct unbilled {
	struct unbilled_row *v;
	size_t n, room;
};
/* Scanned images that were there before `before`, belong to no index and that nobody paid for:
 * pushed by digest alone. By image, one row an image. */
int census_unbilled(struct db *d, struct arena *a, int64_t before, size_t limit,
                    struct unbilled *out, struct error *e) must_use;
