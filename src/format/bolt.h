/* format/bolt.h — bbolt databases (go.etcd.io/bbolt, file format version 2), read only: nested
 * buckets of keys and values in B+ trees of pages. Input: hostile, of any size; one page with its
 * overflow at most BOLT_PAGE_MAX, trees at most BOLT_DEPTH_MAX deep. Nothing is locked: a page that
 * a writer took over meanwhile is malformed, or shows what is newer. One thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

enum { BOLT_PAGE_MAX = 16 << 20, BOLT_DEPTH_MAX = 32, BOLT_PAGES_MAX = 1 << 20 };

struct bolt { /* a value; set file and size, then bolt_open */
	int (*read)(void *ctx, uint64_t offset, void *p, size_t n,
	            struct error *e); /* all n bytes */
	void *ctx;
	uint64_t size_bytes;
	size_t page_bytes;
	uint64_t root; /* the top bucket's page */
};

int bolt_open(struct bolt *b, struct error *e) must_use;
/* The value at the end of a path of buckets and a key, in `a`: 1, 0 when it is not there. */
int bolt_get(const struct bolt *b, const str *path, size_t n, struct arena *a, str *value,
             struct error *e) must_use;
/* Every key of the bucket at the path, in order; strings borrowed for the call. 1 when the bucket
 * is there. */
typedef int bolt_each(void *ctx, str key, bool bucket, struct error *e);
int bolt_keys(const struct bolt *b, const str *path, size_t n, bolt_each *each, void *ctx,
              struct error *e) must_use;
