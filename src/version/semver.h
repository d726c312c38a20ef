/* version/semver.h — Semantic Versioning 2.0.0, as leniently as npm reads it. */
#pragma once
#include "base/str.h"

/* Order two versions (SemVer 2.0.0, section 11): below 0, 0, above 0. Build metadata does not count.
 * Taken as well: white space, "v" or "=" in front, missing minor and patch (zero), leading zeros, a
 * pre-release without its hyphen ("1.2.3beta"). What is still no version comes before every version,
 * bytewise. No allocation, no failure, any thread. */
int semver_compare(str a, str b);

bool semver_valid(str v);
