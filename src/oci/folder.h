/* oci/folder.h — a root file system in a folder, as one layer: a tar (POSIX.1-2001 pax) made while
 * it is read. The folder may be hostile: no link is followed, nothing outside is opened, kernel
 * file systems (proc, sys …) are not entered. The same folder gives the same bytes. One stream at a
 * time. */
#pragma once
#include "model/coverage.h"
#include "oci/target.h"

struct folder;

int folder_open(const char *path, const struct source_options *o, struct arena *a,
                struct image *image, struct folder **out, struct error *e) must_use;
int folder_layer(struct folder *f, struct stream **out, struct error *e) must_use;
/* A layer as overlayfs keeps it: character devices 0:0 and opaque folders become whiteouts as in an
 * image's layer (image-spec, layer.md). */
int folder_open_diff(const char *path, const struct source_options *o, struct folder **out,
                     struct error *e) must_use;
const struct gap *folder_gaps(const struct folder *f, size_t *n); /* after the stream ended */
void folder_free(struct folder *f);                               /* NULL is fine */
