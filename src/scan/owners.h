/* scan/owners.h — which language packages and programs came with a package of the distribution, as
 * the file lists of its package database have it. Once for an image, in the parent. */
#pragma once
#include "model/scan_report.h"
#include "scan/rootfs.h"

/* Sets `owner` of the packages of `into` whose file a used database lists: the file itself or one
 * of an earlier layer than its owner's record, for what a later layer put there is somebody else's.
 * Lock files and programs known by their strings that it owns are left out.
 * tree->nodes tells which databases are used; results[i] is layer i. */
void owners_mark(struct rootfs *tree, const struct layer_result *results, struct arena *a,
                 struct scan_report *into);
