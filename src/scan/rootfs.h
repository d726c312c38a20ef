/* scan/rootfs.h — the merged image's tree, as far as it matters: the files that were read and the
 * symbolic links. Paths are found by hash; nodes stay where they are and are marked gone. */
#pragma once
#include "scan/result.h"

struct node {
	str path;  /* real: no part of it but the last is a link */
	size_t layer;
	const struct entry *entry; /* ENTRY_FILE or ENTRY_SYMLINK */
	bool gone; /* hidden by a layer above */
	bool used; /* a database that the running system would open */
};

struct rootfs {
	struct arena *arena;
	size_t layers;
	VEC(struct node) nodes;
	uint32_t *slots; /* index + 1 into nodes, open addressing */
	size_t room;
	unsigned links;  /* symbolic links put so far: without any, every path is real */
};

/* Put a node, in the place of one of the same path. */
void rootfs_put(struct rootfs *t, str path, size_t layer, const struct entry *entry);
const struct node *rootfs_find(struct rootfs *t, str path); /* not gone; NULL else */
/* Where a path leads when all links of it are followed, as inside a chroot; a path whose links run in
 * a circle leads to itself. */
str rootfs_real(struct rootfs *t, struct arena *a, str path);
/* The same with the last part left as it is. */
str rootfs_real_parent(struct rootfs *t, struct arena *a, str path);
void rootfs_done(struct rootfs *t);
