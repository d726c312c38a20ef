/* version/dotver.h — versions that are numbers and nothing else: R (package_version) and Haskell.
 */
#pragma once
#include "base/str.h"

/* Number by number. Haskell: of two that begin alike the longer is the newer (1.0 < 1.0.0). R: "-"
 * is
 * "." as well, and missing numbers are zero (1.0 == 1.0.0, as package_version compares; R's own
 * compareVersion() does not). What is no version comes before every version, bytewise. No
 * allocation, no failure, any thread. */
int cranver_compare(str a, str b);
bool cranver_valid(str v);
int hackagever_compare(str a, str b);
bool hackagever_valid(str v);
