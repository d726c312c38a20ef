/* inventory/inventory.h — what the readers of one layer found. Lives in the jail; its arena has the
 * layer's ceiling. One thread. */
#pragma once
#include "base/vec.h"
#include "model/coverage.h"
#include "model/image.h"
#include "model/package.h"
#include "stream/spool.h"
#include "stream/stream.h"

enum { PACKAGES_MAX = 200000, GAPS_MAX = 10000, OWNED_MAX = 500000 }; /* of one layer */

struct owned_file { /* what a package database says of one file: only of paths that another reader wants */
	str path;  /* clean, as of struct file */
	str owner; /* name of the distribution package; of a copyright file: the licences it names */
};

struct inventory {
	struct arena *arena;  /* results live here */
	struct spool *spool;  /* for readers that need random access; may be NULL (then ERR_LIMIT) */
	VEC(struct package) packages;
	VEC(struct gap) gaps;       /* .layer is set by the merge */
	VEC(struct owned_file) owned;
	VEC(struct distro) distros; /* one for each os-release-like file */
};

/* A file of the image as the tar walk meets it. The stream gives its content once, front to back;
 * a reader need not read all of it. */
struct file {
	str path;         /* "usr/lib/os-release": no leading slash, no "." or ".." */
	uint64_t size_bytes;
	unsigned mode;    /* permission bits */
	struct stream *bytes; /* borrowed */
};

/* A copy of *p (strings copied into the arena) goes in. ERR_LIMIT past PACKAGES_MAX or when the
 * arena is spent. Names and versions are made valid UTF-8, cut to 1,024 bytes (longer: a gap). */
int inventory_add(struct inventory *into, const struct package *p, struct error *e) must_use;
/* Notes a gap; past GAPS_MAX the last one says that more were left out. */
void inventory_gap(struct inventory *into, enum gap_kind kind, str where, const char *fmt, ...)
	printf_like(4, 5);
/* The whole file as one view, in `scratch`. ERR_LIMIT when larger than max_bytes. */
int file_read_all(struct file *f, size_t max_bytes, struct arena *scratch, str *out,
		  struct error *e) must_use;
