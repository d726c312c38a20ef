/* version/semver.h — Semantic Versioning 2.0.0, as leniently as npm reads it, and its dialects. */
#pragma once
#include "base/str.h"

/* All of them: order two versions (SemVer 2.0.0, section 11): below 0, 0, above 0. What is no version
 * comes before every version, bytewise. No allocation, no failure, any thread.
 *
 * npm and Swift. Build metadata does not count. Taken as well: white space, "v" or "=" in front,
 * missing minor and patch (zero), leading zeros, a pre-release without its hyphen ("1.2.3beta"). */
int semver_compare(str a, str b);
bool semver_valid(str v);

/* crates.io and Hex: to the letter, so the same order over fewer versions; only that advisories bound
 * crates by "0.10", too, which is 0.10.0. */
int semver_strict_compare(str a, str b);
bool semver_strict_valid(str v);

/* NuGet (NuGet.Versioning): one to four numbers, labels in any case; a label is a number when it fits
 * 32 bits. */
int nugetver_compare(str a, str b);
bool nugetver_valid(str v);

/* Pub (pub_semver): three numbers; of two that are otherwise the same, the one with build metadata is
 * the newer, then the metadata is ordered as a pre-release is. */
int pubver_compare(str a, str b);
bool pubver_valid(str v);

/* Bitnami: up to four numbers; "-4" at the end is a revision of theirs: 1.2.3 == 1.2.3-0 < 1.2.3-1.
 * (Their own go-version takes 1.2.3-0 for newer, and "-rc1" for a revision as well.) */
int bitnamiver_compare(str a, str b);
bool bitnamiver_valid(str v);
