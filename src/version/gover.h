/* version/gover.h — versions of Go modules and of the Go toolchain. */
#pragma once
#include "base/str.h"

/* Order two Go versions: below 0, 0, above 0. Modules are SemVer with a "v" (pseudo-versions
 * included; "+incompatible" does not count; the "v" may be missing, as in OSV). The toolchain's own
 * spelling has its place among them: "go1.21", "1.21rc2" and "go1.9.2-vendor" are read as 1.21.0,
 * 1.21.0-rc.2 and 1.9.2. What is no version ("(devel)") comes before every version, bytewise.
 * No allocation, no failure, any thread. */
int gover_compare(str a, str b);

bool gover_valid(str v);
