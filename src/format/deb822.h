/* format/deb822.h — stanzas of "Name: value" fields as bytes arrive (deb822(5); the header block of
 * Python's METADATA and PKG-INFO is of the same make). Only the fields asked for are kept, so that
 * memory does not grow with a stanza. A file of any size. One thread. */
#pragma once
#include "stream/stream.h"

enum { DEB822_FIELDS_MAX = 12, DEB822_VALUE_BYTES = 16 << 10 };

struct deb822;

struct deb822_stanza { /* strings are valid until the next deb822_next */
	uint64_t offset;               /* of its first line */
	str values[DEB822_FIELDS_MAX]; /* in the order of the fields asked for; empty when absent.
	                                  Continuation lines are joined by \n, their indent taken off */
	const char *damage;            /* NULL, or what is wrong with the stanza */
	uint64_t damage_at;            /* byte of the line that is wrong */
};

/* `from` and `fields` (matched without case, at most DEB822_FIELDS_MAX) are borrowed. */
struct deb822 *deb822_new(struct stream *from, const str *fields, size_t count);
/* Of a field that is there several times the first counts; of this one all, joined by \n. */
void deb822_take_all(struct deb822 *d, size_t field);
/* 1 a stanza, also a damaged one; 0 the end; below 0 the stream failed. */
int deb822_next(struct deb822 *d, struct deb822_stanza *out, struct error *e) must_use;
void deb822_free(struct deb822 *d); /* NULL is fine */
static inline void deb822_cleanup(struct deb822 **d)
{
	deb822_free(*d);
}
