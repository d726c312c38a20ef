/* version/composerver.h — Packagist's versions, as Composer normalises and compares them. */
#pragma once
#include "base/str.h"

/* "1.2" is 1.2.0.0, "v1.2-beta3", "1.2RC1", "1.2-p1", dates ("2010.01.02"), branches with numbers
 * ("1.x-dev" is 1.9999999.9999999.9999999-dev). In order: dev, alpha, beta, RC, the release, patch.
 * What has no place in that order - also a branch by name, "dev-main" - comes before every version,
 * bytewise. No allocation, no failure, any thread. */
int composerver_compare(str a, str b);
bool composerver_valid(str v);
