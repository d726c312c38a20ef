/* oci/containerd.h — images in containerd's content store, read from its folder: no daemon is
 * asked. The names stand in io.containerd.metadata.v1.bolt/meta.db
 * (v1/NAMESPACE/images/NAME/target), the blobs in io.containerd.content.v1.content. */
#pragma once
#include "oci/target.h"

struct layout;

/* [NAMESPACE/]NAME: NAMESPACE is one that the store has; without one, default, k8s.io and moby are
 * searched in this order. NAME as it is stored, or the short form of it ("alpine"). */
int containerd_open(const char *name, const struct source_options *o, struct arena *a,
                    struct image *image, struct layout **out, struct error *e) must_use;
