/* format/bdb.h — the records of a Berkeley DB hash database, versions 8 to 10 (libdb 4 and 5),
 * in either byte order: rpm's Packages up to RHEL 8. Layout as libdb's dbinc/db_page.h has it.
 * Input: hostile, any size the spool takes; one page and one record of at most max_bytes are in
 * memory. Each page is read once, so chains that bite their tail end. */
#pragma once
#include "format/blobs.h"
#include "stream/spool.h"

/* Keys are 32-bit numbers in the database's byte order, as rpm writes them; number 0, under which
 * rpm keeps its next free number, is left out. The spool stays the caller's. */
int bdb_open(struct spool *from, size_t max_bytes, struct blobs **out, struct error *e) must_use;
