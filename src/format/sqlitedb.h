/* format/sqlitedb.h — the blobs in one table of an SQLite database, SQLite's format 3, also one in
 * write-ahead mode (whose log is not looked at). Hosts SQLite, on a read-only file system of its
 * own that knows one file, the spool: nothing is opened, locked, mapped or written, and SQL that a
 * hostile schema brings along (views, triggers, functions) is refused. Input: hostile, any size the
 * spool takes; in memory are one record of at most max_bytes and SQLite's 2 MB of pages. One
 * thread. */
#pragma once
#include "format/blobs.h"
#include "stream/spool.h"

/* Records are (row number, column `column` of `table`), by row number. Both are names of the
 * caller's own, never of the input. Sets SQLite's process-wide heap limit. The spool stays the
 * caller's and must not change while the blobs live. */
int sqlitedb_open(struct spool *from, const char *table, const char *column, size_t max_bytes,
                  struct blobs **out, struct error *e) must_use;
