/* version/genericver.h — versions of programs that follow no scheme: "1.0.2k", "9.3p1", "7.88.1".
 */
#pragma once
#include "base/str.h"

/* Numbers and words from left to right, separators only separate; missing ones are zero. "dev",
 * "alpha", "beta", "pre" and "rc" come before the release, any other word after it and before the
 * next number ("1.0.2" < "1.0.2k" < "1.0.2za" < "1.0.2.1"). "v" in front and what follows "+" do
 * not count. What does not begin with a digit comes before every version, bytewise. No allocation,
 * no failure, any thread. */
int genericver_compare(str a, str b);
bool genericver_valid(str v);
