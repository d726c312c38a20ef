/* center/imagelist.h — what stands in registries, for people: repositories, images and tags with
 * their counts and states. All derived when asked. */
#pragma once
#include "center/imagerows.h"
#include "center/paging.h"
#include "center/sight.h"

struct repository_row {
	int64_t id, registry_id;
	str registry, name;
	int64_t first_seen, pushed_at; /* the last push */
	int64_t images, tags;
	int64_t states[IMAGE_STATE_COUNT]; /* images by state */
	struct tally tally;                /* of all its images */
};
struct repository_list {
	struct repository_row *v;
	size_t n, room;
	str next;
};

struct image_details {           /* what one page of one image shows besides */
	str layers, about, gaps; /* JSON as manifests.h wrote it */
	str profile_gaps;        /* JSON */
	str config_digest, scanner, eol_at;
	bool eol_ended;
	str state_why;
};

struct tag_row {
	int64_t repository_id, manifest_id, image_id;
	str registry, repository, name, digest, kind;
	int64_t since_at, until_at; /* until_at 0: today's */
};
struct tag_list {
	struct tag_row *v;
	size_t n, room;
	str next;
};

enum image_order {
	IMAGES_BY_ID,
	IMAGES_BY_PUSH,
	IMAGES_BY_SEVERITY
}; /* pushed last first; gravest first */

struct image_filter { /* 0 and empty: any */
	int64_t registry_id, repository_id, image_id;
	str subscription; /* GUID, any case */
	str repository;   /* name */
	str digest, tag;
	unsigned states;     /* set of 1 << image_state */
	unsigned severities; /* has a finding of one of these: set of 1 << severity */
	bool running;        /* runs somewhere */
	int64_t running_in;  /* a place's id: runs there now */
	bool untagged;       /* has no tag */
	bool indexes;        /* also indexes: their state is that of their images, the worst */
	bool deleted;        /* also those that are gone */
	int64_t pulled_since, pushed_since;
	int64_t at; /* those that were there then; counts stay today's */
	enum image_order order;
};

int imagelist_repositories(struct db *d, struct arena *a, const struct sight *s,
                           int64_t registry_id, str prefix, const struct paging *p,
                           struct repository_list *out, struct error *e) must_use; /* by name */
/* 1, or 0. Name as it is written. */
int imagelist_repository(struct db *d, struct arena *a, const struct sight *s, int64_t registry_id,
                         str name, struct repository_row *out, struct error *e) must_use;
int imagelist_images(struct db *d, struct arena *a, const struct sight *s,
                     const struct image_filter *f, const struct paging *p, struct image_list *out,
                     struct error *e) must_use;
/* One image, also a deleted one. 1, or 0. `more` may be NULL. */
int imagelist_image(struct db *d, struct arena *a, const struct sight *s, int64_t image_id,
                    struct image_row *out, struct image_details *more, struct error *e) must_use;
/* The image of a digest in a repository of that name; 1, or 0 */
int imagelist_find(struct db *d, struct arena *a, const struct sight *s, int64_t registry_id,
                   str repository, str digest, struct image_row *out, struct error *e) must_use;
/* Tags of a repository, today's or the whole history, by name and date */
int imagelist_tags(struct db *d, struct arena *a, const struct sight *s, int64_t repository_id,
                   bool history, const struct paging *p, struct tag_list *out,
                   struct error *e) must_use;
/* The images of an index that stand in the same repository, by platform */
int imagelist_children(struct db *d, struct arena *a, const struct sight *s, int64_t image_id,
                       struct image_list *out, struct error *e) must_use;
/* Counts of images by state and findings by severity over what fits the filter (registry,
 * subscription, repository) */
int imagelist_sum(struct db *d, struct arena *a, const struct sight *s,
                  const struct image_filter *f, int64_t states[IMAGE_STATE_COUNT],
                  struct tally *tally, struct error *e) must_use;
