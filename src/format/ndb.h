/* format/ndb.h — rpm's own database file (SUSE: Packages.db), read as rpm's
 * lib/backend/ndb/rpmpkg.c writes it: a header, pages of slots, and 16-byte blocks that hold the
 * blobs. Input: hostile, any size the spool takes; one blob of at most max_bytes is in memory. Each
 * byte is read once. */
#pragma once
#include "format/blobs.h"
#include "stream/spool.h"

/* The spool stays the caller's and must not change while the blobs live. */
int ndb_open(struct spool *from, size_t max_bytes, struct blobs **out, struct error *e) must_use;
