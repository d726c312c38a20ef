/* center/images.h — what stands in registries: repositories, images (a manifest in a repository),
 * tags that point at them. This is the writing side; imagelist.h reads. History is kept: a tag has
 * a row for each time that it pointed somewhere, images and repositories are closed, not removed.
 * Events may come late and twice: `at` is when a thing happened, and what is older than what is
 * known changes nothing but fills what is missing. */
#pragma once
#include "base/error.h"
#include "base/str.h"

struct db;

/* There from now on (again, when it was deleted before `at`) */
int images_use_repository(struct db *d, int64_t registry_id, str name, int64_t at, int64_t *id,
                          struct error *e) must_use;

struct image_push {
	int64_t repository_id, manifest_id;
	str tag;     /* may be empty */
	int64_t at;  /* when it was pushed, or seen there */
	bool pushed; /* a push: pushed_at moves (forward only); false: it was only seen (sync) */
};
/* The image, and its tag. *image_id the row. *moved (may be NULL): the tag is new or points
 * elsewhere now. */
int images_push(struct db *d, const struct image_push *p, int64_t *image_id, bool *moved,
                struct error *e) must_use;
/* pulled_at moves forward. 1, or 0: there is no such image. */
int images_pull(struct db *d, int64_t repository_id, int64_t manifest_id, int64_t at,
                struct error *e) must_use;

/* Each gives 1, or 0 when nothing was there to close or it has changed since `at`. An image that
 * goes takes its tags along, a repository its images. */
int images_untag(struct db *d, int64_t repository_id, str tag, int64_t at,
                 struct error *e) must_use;
int images_remove(struct db *d, int64_t repository_id, int64_t manifest_id, int64_t at,
                  struct error *e) must_use;
int images_remove_repository(struct db *d, int64_t repository_id, int64_t at,
                             struct error *e) must_use;

struct image_child {
	int64_t manifest_id;
	str platform; /* "linux/arm64/v8" */
};
/* The images of an index: replaces what was known. The caller notes them as images of the
 * repository (images_push without a tag). */
int images_set_children(struct db *d, int64_t parent_id, const struct image_child *v, size_t n,
                        struct error *e) must_use;

/* --- triggers --- */

struct image_due {
	int64_t image_id, manifest_id, registry_id, repository_id;
	str digest, repository;
	bool scanned; /* its inventory is there: match again; else it has to be read */
	int64_t at;   /* pulled, or seen running */
	int64_t assessed_at;
};
struct image_due_list {
	struct image_due *v;
	size_t n, room;
};
struct arena;
/* Pulled within the last `within_s`, and last assessed at least `every_s` ago (assessed: scanned,
 * or a data generation was matched whole since). Of registries with the trigger; one row a manifest
 * and registry. Oldest first. */
int images_due_pulled(struct db *d, struct arena *a, int64_t now, int64_t within_s, int64_t every_s,
                      size_t limit, struct image_due_list *out, struct error *e) must_use;
/* Running now, and last assessed at least `every_s` ago */
int images_due_running(struct db *d, struct arena *a, int64_t now, int64_t every_s, size_t limit,
                       struct image_due_list *out, struct error *e) must_use;
