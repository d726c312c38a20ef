/* oci/foldertar.h — a folder as the tar of one layer, made while it is read: names sorted, kernel file
 * systems (proc, sys …) not entered, no link followed, nothing outside opened. One thread a stream. */
#pragma once
#include "model/coverage.h"
#include "stream/stream.h"

enum { FOLDERTAR_PATH_BYTES = 4096 };

struct foldertar_of {
	int root;  /* borrowed for the call */
	bool diff; /* as overlayfs keeps a layer: whiteouts and opaque folders become those of an image */
	/* which regular files carry their content; NULL: all */
	bool (*want)(void *ctx, str path, unsigned mode, uint64_t size_bytes);
	void *want_ctx;
	void (*gap)(void *ctx, enum gap_kind kind, str where, const char *why); /* left out */
	void *ctx;
};

int foldertar_open(const struct foldertar_of *of, struct stream **out, struct error *e) must_use;
