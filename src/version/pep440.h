/* version/pep440.h — versions of Python packages. */
#pragma once
#include "base/str.h"

/* Order two versions by PEP 440 (Version specifiers, packaging.python.org): below 0, 0, above 0; all
 * its spellings ("1.0-alpha.1", "v1.0a1") are the same version. What PEP 440 does not take comes
 * before every version, bytewise. No allocation, no failure, any thread. */
int pep440_compare(str a, str b);

bool pep440_valid(str v);
