/* oci/podman.h — images in containers-storage, as podman, buildah and CRI-O keep them, read from
 * its folder with the overlay driver: no daemon and no podman is asked. images.json and layers.json
 * name them, each layer lies unpacked in overlay/ID/diff. Any thread after it was opened. */
#pragma once
#include "model/coverage.h"
#include "oci/target.h"

struct podman;

/* NAME as podman lists it, its short form, or an image ID (12 digits or more). The folder is
 * options.podman_root, else what the user has in ~/.local/share/containers/storage, else
 * /var/lib/containers/storage. */
int podman_open(const char *name, const struct source_options *o, struct arena *a,
                struct image *image, struct podman **out, struct error *e) must_use;
int podman_layer(struct podman *p, size_t i, struct stream **out, struct error *e) must_use;
/* What could not be read of the layers so far, in `a` */
const struct gap *podman_gaps(const struct podman *p, struct arena *a, size_t *n);
void podman_free(struct podman *p); /* NULL is fine */
