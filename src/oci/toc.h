/* oci/toc.h — the table of contents inside a seekable layer: eStargz (stargz-snapshotter, docs/estargz.md, "TOC,
 * TOCEntries and Footer") and zstd:chunked (containers/storage, docs/containers-storage-zstd-chunked.md), which are
 * one JSON. Input: hostile though its digest was checked, read in the jail as it streams. No I/O, any thread. */
#pragma once
#include "base/vec.h"
#include "stream/stream.h"

struct toc_chunk { /* a piece of a file's content, compressed on its own */
	uint64_t from, to; /* in the blob; both 0: zeros, which are nowhere */
	uint64_t size_bytes; /* inflated; what the bytes inflate to behind it is something else */
	struct digest digest; /* of the inflated bytes */
};

struct toc_entry {
	char type; /* as struct tarhead has it: '0' file, '1' hard link, '2' symbolic link, '5' folder, '6' else */
	bool wanted; /* a file with its content: `chunks` of it from `first` on, in order */
	unsigned mode;
	str path, link;
	uint64_t size_bytes; /* 0 when not wanted */
	size_t first, chunks;
};

struct toc {
	struct arena *arena; /* set by the caller: everything below lives there */
	VEC(struct toc_entry) entries; /* in the layer's order */
	VEC(struct toc_chunk) chunks;  /* of the wanted files, in the blob's order */
};

typedef bool toc_wants(void *ctx, str path, unsigned mode); /* path as the table has it */

/* `blob_end`: what lies there and behind is no file's content. ERR_FORMAT for a table that is not sound,
 * ERR_UNSUPPORTED for what is not read this way, ERR_LIMIT when the arena is spent. */
int toc_read(struct stream *json, uint64_t blob_end, toc_wants *wants, void *ctx, struct toc *out,
             struct error *e) must_use;

/* The last TOC_FOOTER_BYTES of an eStargz blob: where the table's gzip member begins. */
enum { TOC_FOOTER_BYTES = 51 };
int toc_footer(str footer, uint64_t blob_bytes, uint64_t *at, struct error *e) must_use;
/* The tar header in front of the table in an eStargz: how many bytes of JSON follow. */
int toc_head(str block, uint64_t *json_bytes, struct error *e) must_use;
