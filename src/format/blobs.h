/* format/blobs.h — numbered records of bytes, one after the other: what a package database is once
 * its own grammar (bdb, ndb, sqlitedb) is taken off. A box by its ops, like a stream. One thread.
 */
#pragma once
#include "base/error.h"
#include "base/str.h"

struct blobs;

struct blob {
	uint64_t key; /* the database's own number of it; 0 where the damage hides it */
	str bytes;    /* valid until the next blobs_next */
	bool damaged; /* cannot be read, and the error says why; those behind it can be */
};

struct blobs_ops {
	int (*next)(struct blobs *b, struct blob *out, struct error *e);
	void (*free)(struct blobs *b);
};

struct blobs { /* the first member of every back end's own struct */
	const struct blobs_ops *ops;
};

/* 1 a record (which may be damaged), 0 the end, below 0 the database itself cannot be read on. */
static inline int blobs_next(struct blobs *b, struct blob *out, struct error *e)
{
	*out = (struct blob){ 0 };
	return b->ops->next(b, out, e);
}

static inline void blobs_free(struct blobs *b) /* NULL is fine */
{
	if (b)
		b->ops->free(b);
}

static inline void blobs_cleanup(struct blobs **b)
{
	blobs_free(*b);
}
