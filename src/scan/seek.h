/* scan/seek.h — a seekable layer (eStargz, zstd:chunked) read by its table: names and links come from the table,
 * content is fetched by Range and only of files that a reader wants; the walk gets a tar made of both. What the
 * manifest vouches for is the table; docs/adr/0006 says what is believed. Any thread. */
#pragma once
#include "scan/job.h"

struct seeking {
	struct source *source;
	size_t layer;
	const struct layer *about;
	struct wanted_list wanted;
	int spool_fd;
	void (*fed)(void *ctx, uint64_t bytes); /* told of bytes of the wire; may be NULL */
	void *fed_ctx;
};

struct sought { /* what it took, for people */
	size_t files, entries, requests;
	uint64_t wire_bytes;
};

/* 0: *out (arena set by the caller) is as if the layer had been read whole. Below 0: it must be read whole, and
 * *e says why; out is of no use then. */
int seek_layer(const struct seeking *s, struct layer_result *out, struct sought *how, struct error *e) must_use;
