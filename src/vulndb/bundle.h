/* vulndb/bundle.h — `db export` and `db import`: a generation, or what changed since another one,
 * as one signed, compressed file.
 *
 *   "plimsoll-bundle\n"   16 bytes
 *   u32                   bytes of the manifest (little-endian, at most BUNDLE_MANIFEST_BYTES)
 *   manifest              numbers as LEB128, strings with their length: form 1, schema, lineage,
 *                         generation, state, base generation (0: whole), base state, data date,
 *                         bytes of the payload compressed and not, bytes of a part, SHA-256 of each
 *   u8 1, key id (8)      signed with Ed25519; u8 0 and zeros: not signed
 *   signature (64)        over all bytes before it
 *   payload               zstd: blocks of u32 length and rows (u8 table, key, value); a block of 0
 * ends
 *
 * What comes in is hostile until the signature over its first bytes is good; then each part of the
 * payload is compared with its digest before it is inflated, in a jailed child (bundleworker.h),
 * and each row is read as its readers would and inserted into a new file: no byte of another's LMDB
 * file is ever mapped. */
#pragma once
#include "base/digest.h"
#include "base/signature.h"
#include "base/vec.h"
#include "vulndb/changes.h"

struct stream;

enum {
	BUNDLE_FORM = 1,
	BUNDLE_MAGIC_BYTES = 16,
	BUNDLE_MANIFEST_BYTES = 1 << 20,
	BUNDLE_PART_BYTES = 1 << 20,
	BUNDLE_PARTS_MAX = 16 << 10,
	BUNDLE_BLOCK_BYTES = 256 << 10,
	BUNDLE_BLOCK_MAX = 80 << 20,                    /* one row may be large */
	BUNDLE_TAIL_BYTES = 1 + SIGNATURE_KEY_ID_BYTES, /* signed too, behind the manifest */
};

struct bundle_head {
	uint64_t schema, generation, base_generation;
	str lineage, state, base_state, data_date;
	uint64_t bytes, inflated_bytes, part_bytes;
	VEC(struct digest) parts;
};

struct bundle_summary {
	uint64_t generation, since, rows, bytes; /* bytes: of the bundle, or of the database */
	str data_date;
	bool nothing_new; /* import: it is what is there */
};

struct bundle_export {
	const char *db_path, *file;
	uint64_t since;                /* 0: whole */
	const struct signing_key *key; /* NULL: not signed */
};

struct bundle_import {
	const char *db_path, *file;
	const struct signing_key *trust; /* NULL: any bundle is taken as it is */
	bool in_process;                 /* no jailed child: tests */
};

/* Strings of the summary in `a`. The file is written beside and renamed. ERR_NOTFOUND when the
 * database does not know what changed since that generation. */
int bundle_export(const struct bundle_export *o, struct arena *a, struct bundle_summary *out,
                  struct error *e) must_use;
/* ERR_DENIED for a wrong signature, a roll-back, or a delta onto another generation; ERR_FORMAT for
 * damage. The database is replaced by rename, or left as it is. */
int bundle_import(const struct bundle_import *o, struct arena *a, struct bundle_summary *out,
                  struct error *e) must_use;

/* Magic, length and manifest */
void bundle_put_head(struct buf *b, const struct bundle_head *h);
/* Reads them from a file's descriptor, with the signature; strings in `a`. */
int bundle_get_head(int fd, const struct signing_key *trust, struct arena *a,
                    struct bundle_head *out, struct error *e) must_use;
/* The manifest alone, whose signature is good */
int bundle_parse_head(str manifest, struct arena *a, struct bundle_head *out,
                      struct error *e) must_use;
/* The payload as its bytes arrive, each part checked before the first of its bytes is given. The
 * head and the descriptor stay the caller's. */
struct stream *bundle_payload(int fd, const struct bundle_head *h);
