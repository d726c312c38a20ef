/* version/apkver.h — versions of Alpine packages, digits{.digits}[letter]{_suffix[n]}[~hash][-rN]. */
#pragma once
#include "base/str.h"

/* Order two apk versions as apk-tools 2.14 and 3 do: below 0, 0, above 0. What apk does not take for
 * a version is compared up to the odd byte, and then comes before what goes on, as there.
 * No allocation, no failure, any thread. */
int apkver_compare(str a, str b);

/* `apk version --check`, and a number after the letter as apk-tools took it before 2.14: Alpine's
 * advisories still speak of "5.1p1-r0". */
bool apkver_valid(str v);
