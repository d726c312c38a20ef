/* version/rpmver.h — versions of RPM packages, [epoch:]version[-release]. */
#pragma once
#include "base/str.h"

/* Order two EVR strings as rpm does (rpmvercmp of 4.15 and later, with ~ and ^): below 0, 0, above 0.
 * No epoch is epoch 0. Where one side has no release only epoch and version count, as in an rpm
 * dependency; so the order is transitive only among strings that all have one, or all have none.
 * Any bytes have a place. No allocation, no failure, any thread. */
int rpmver_compare(str a, str b);

/* Not empty, printable and without white space; a numeric epoch when there is one; version and
 * release not empty. */
bool rpmver_valid(str v);
