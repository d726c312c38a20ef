/* version/gemver.h — RubyGems' versions (Gem::Version). */
#pragma once
#include "base/str.h"

/* Numbers and words between dots, words before numbers ("1.0.a" < "1.0"), "-" is ".pre.", zeros at
 * the end of the numbers and of the whole do not count. What is no version comes before every
 * version, bytewise. No allocation, no failure, any thread. */
int gemver_compare(str a, str b);
bool gemver_valid(str v);
