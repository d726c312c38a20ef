/* scan/unlisted.h — programs known by their strings that a distribution package without a file list
 * brought: a record in var/lib/dpkg/status.d may stand alone, as in images built from single
 * packages. Once for an image, in the parent. */
#pragma once
#include "model/scan_report.h"
#include "scan/result.h"

/* Sets `owner` of such programs: of the record's source and upstream version, in a folder of the
 * distribution, of the record's layer or one below. `listed` (sorted): str_hash of the packages
 * that have a list; what that does not name is somebody else's. */
void unlisted_mark(const struct hashes *listed, struct arena *a, struct scan_report *into);
/* Is `version` the upstream version of this Debian one: 1:1.2.13.dfsg-1 is 1.2.13? */
bool unlisted_is_version(str debian, str version);
/* Is `source` what Debian calls the program: python3.11, xz-utils? */
bool unlisted_is_source(str source, str program);
