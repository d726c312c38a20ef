/* version/debver.h — versions of Debian packages, [epoch:]upstream[-revision]. */
#pragma once
#include "base/str.h"

/* Order two Debian versions (Debian Policy 5.6.12): below 0, 0, above 0.
 * Any bytes have a place in the order, so one damaged stanza cannot end a scan.
 * No allocation, no failure, any thread; linear in the longer of the two. */
int debver_compare(str a, str b);

/* What `dpkg --compare-versions` answers for: not empty, no white space inside, a numeric epoch when
 * there is a colon, neither version nor revision empty. It only warns of odd characters. */
bool debver_valid(str v);
