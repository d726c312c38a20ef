/* version/mavenver.h — versions of Maven artifacts. */
#pragma once
#include "base/str.h"

/* Order two versions as Maven 3.9 does (POM reference, "Version Order Specification"; the behaviour
 * of its ComparableVersion): below 0, 0, above 0. Any bytes have a place, case and Unicode digits
 * only in ASCII; of versions with more than 128 pieces the rest is one qualifier.
 * No allocation (10 KB of stack), no failure, any thread. */
int mavenver_compare(str a, str b);

/* Not empty, no white space, and no property that was never filled in ("${revision}"). */
bool mavenver_valid(str v);
