/* center/packages.h — package rows: for matching (with owner and distribution) and for people. */
#pragma once
#include "center/paging.h"
#include "center/sight.h"
#include "model/image.h"
#include "model/package.h"

struct distribution {
	int64_t id;
	struct distro distro;
};

struct stored_package { /* strings in the arena that was given */
	int64_t id;
	struct package package;  /* without path, layer and evidence; owner: its owner's name */
	int64_t distribution_id; /* of deb, apk, rpm, and of what such a package owns; 0: none */
	int64_t owner_id;        /* 0: nobody */
	int64_t generation_id;   /* matched with; 0: not yet */
	str gap;
};
struct stored_package_list {
	struct stored_package *v;
	size_t n, room;
};

struct package_ask { /* for matching; always by id, those with an id above after_id */
	int64_t after_id;
	size_t limit;   /* 0: 1,000 */
	bool unmatched; /* never matched */
	int64_t before; /* matched with an earlier generation than this, or never; 0: any */
	int64_t distribution_id; /* 0: any */
	const str
	        *keys; /* watched under one of these, or owned by such a one; at most 500 a call */
	size_t keys_n;
	const int64_t *ids; /* these */
	size_t ids_n;
};
int packages_next(struct db *d, struct arena *a, const struct package_ask *q,
                  struct stored_package_list *out, struct error *e) must_use;
int packages_count_unmatched(struct db *d, int64_t *count, struct error *e) must_use;
/* 1, or 0 */
int packages_distribution(struct db *d, struct arena *a, int64_t id, struct distribution *out,
                          struct error *e) must_use;

/* --- for people --- */

struct package_row {
	int64_t id;
	struct package package; /* license too */
	str distribution;       /* ecosystem: "Debian:12" */
	int64_t images; /* that have it and are seen; where asked for (packages_list), else 0 */
	/* of a package in an image */
	str paths;       /* JSON: [{"path","inner","evidence","offset"}], at most 20 */
	int64_t layer;   /* index into the image's layers */
	int64_t counted; /* its findings that count */
	str gap;
};
struct package_row_list {
	struct package_row *v;
	size_t n, room;
	str next;
};
struct package_filter {
	int64_t image_id; /* the packages of one image, with paths and layer; 0: of all that is seen
	                   */
	int64_t package_id;
	str name; /* whole, or with * at its end a beginning */
	str version;
	int type; /* enum package_type; -1: any */
};
#define PACKAGE_FILTER ((struct package_filter){ .type = -1 })
/* Of an image that is not seen: no rows. By name, version, id. */
int packages_list(struct db *d, struct arena *a, const struct sight *s,
                  const struct package_filter *f, const struct paging *p,
                  struct package_row_list *out, struct error *e) must_use;
