/* scan/worker.h — the jailed side of a scan, a process of its own: reads a request and the bytes of
 * one layer (or of a whole archive) on stdin, writes what it found on stdout. */
#pragma once
#include "scan/walk.h"

enum worker_limits {
	WORKER_MEMORY_MIB = 96,
	WORKER_ARENA_MIB = 40,       /* findings of one layer */
	WORKER_CPU_S = 600,
	WORKER_SPOOL_MIB = 1024,     /* the largest package database */
	ARCHIVE_MEMBERS_MAX = 100000,
	ARCHIVE_JSON_MIB = 4,        /* of one document */
	ARCHIVE_JSON_TOTAL_MIB = 16,
	VEX_MEMORY_MIB = 384,        /* one document is read whole */
	VEX_WIRE_MIB = 32,
};
/* 64 GiB: more in one layer is a bomb */
#define WORKER_INFLATED_MAX ((uint64_t)64 << 30)

/* What the parent sends before the bytes: put on the worker's stdin as one record. */
void worker_request_write(struct buf *to, struct wanted_list wanted);

/* `plimsoll worker table`: behind the request 8 bytes, where the blob's content ends, then the JSON of
 * oci/toc; answers with the entries. */
int worker_table(void);
/* `plimsoll worker inflate`: pieces on its stdin, each with 16 bytes in front: how long it is, and how much of what
 * it inflates to is wanted (INFLATE_ALL: all). Answers with that, one behind the other, and nothing else. */
#define INFLATE_ALL UINT64_MAX
int worker_inflate(void);

/* The whole life of `plimsoll worker layer` and `plimsoll worker archive`: enters the jail, then
 * works. Returns the exit status. */
int worker_layer(void);
int worker_archive(void);
int worker_sbom(void); /* `plimsoll worker sbom`: a layer's result, then what the SBOM is about */
int worker_vex(void);  /* `plimsoll worker vex`: policy/vexwire.h's record, or an error */

/* The same work without a jail, for fuzzing and tests: `in` (taken over) has the request in front. */
int worker_read_layer(struct stream *in, struct spool *spool, struct sink *out, struct error *e) must_use;
int worker_read_archive(struct stream *in, struct spool *spool, struct sink *out, struct error *e) must_use;
int worker_read_sbom(struct stream *in, struct spool *spool, struct sink *out, struct error *e) must_use;
int worker_read_vex(struct stream *in, struct spool *spool, struct sink *out, struct error *e) must_use;
int worker_read_table(struct stream *in, struct spool *spool, struct sink *out, struct error *e) must_use;
int worker_read_pieces(struct stream *in, struct spool *spool, struct sink *out, struct error *e) must_use;
