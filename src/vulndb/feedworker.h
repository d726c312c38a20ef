/* vulndb/feedworker.h — the jailed side of `db update`: a feed's raw bytes in, frames of records
 * out, one advisory in memory at a time. A frame is u32 length (little-endian), u8 kind, body. The
 * other side (feed_run) trusts no frame. One thread. */
#pragma once
#include "base/error.h"
#include "base/str.h"

struct stream;

enum feed_kind {
	FEED_OSV_ZIP,   /* all.zip of OSV's bucket: one record a member */
	FEED_OSV_FILES, /* loose records: u32 name length, name, u64 length, JSON; until the end */
	FEED_DEBIAN,    /* the tracker's JSON */
	FEED_CVE_ZIP,   /* CVE 5 records in a zip */
	FEED_CVE_TAR,   /* in a tar: plain, gzip or zstd */
	FEED_ALPINE,    /* a secdb document */
	FEED_WOLFI,
	FEED_CHAINGUARD,
	FEED_CSAF_TAR,  /* VEX documents in a tar */
	FEED_CSAF_FILES, /* loose, as FEED_OSV_FILES */
	FEED_KEV,  /* CISA's catalogue */
	FEED_EPSS, /* the scores' CSV, plain or gzip */
	FEED_KIND_COUNT
};

enum frame_kind {
	FRAME_ADVISORY, /* record_put_advisory */
	FRAME_FACT,     /* str key, str value of a row of facts.h */
	FRAME_DATE,     /* the feed's own date, RFC 3339 */
	FRAME_NOTE,     /* a record was left out: why, as text */
	FRAME_ERROR,    /* the feed is broken: u8 code (positive), message; the last frame */
	FRAME_END,      /* all is read; the last frame */
};

enum {
	FRAME_BYTES = 48 << 20,
	FEED_MEMORY_BYTES = 768 << 20, /* for the jail: the largest record as a JSON document */
	FEED_CPU_S = 1800,
};

/* Gets whole frames, in any grouping. 0 goes on. */
typedef int feedworker_write(void *ctx, str frames, struct error *e);

/* Reads a feed to its end (the stream stays the caller's). A broken feed has sent FRAME_ERROR and
 * is the return value too. */
int feedworker_run(enum feed_kind kind, struct stream *in, feedworker_write *out, void *ctx,
                   struct error *e) must_use;

/* For `plimsoll worker feed-…`: the feed's bytes are descriptor 3, frames go to descriptor 1.
 * Enters the jail itself; returns the exit status. */
int feedworker_main(const char *kind);
/* "feed-osv-zip" …, the worker's name for a kind */
const char *feedworker_name(enum feed_kind kind);
