/* vulndb/ubuntu.h — Ubuntu's archives: what Ubuntu Pro adds (ESM, FIPS) has records of its own,
 * beside the release's. Which of them speak of an installed version, and which comes first. Any
 * thread.
 *
 *   installed version       the archives whose records are looked at, the first that has a word
 * decides 1.0-1ubuntu2            the release; Pro: a fix that is only there is told, and that it
 * needs Pro 1.0-1ubuntu2+esm1       Pro; the release 1.0-1ubuntu2.fips.7     Pro's FIPS updates,
 * FIPS, FIPS preview; Pro; the release
 */
#pragma once
#include "base/arena.h"

enum { UBUNTU_ARCHIVES_MAX = 5 };

/* "Ubuntu:22.04", "Ubuntu:Pro:22.04"; how many. 0 for an ecosystem that is not Ubuntu's. */
size_t ubuntu_archives(struct arena *a, str ecosystem, str version, str out[UBUNTU_ARCHIVES_MAX]);
/* "Ubuntu:Pro:…" */
bool ubuntu_is_pro(str ecosystem);
/* Was this version built for ESM or FIPS, so that whoever runs it has Ubuntu Pro? */
bool ubuntu_has_pro(str version);

#define UBUNTU_PRO_MARK " (Ubuntu Pro)" /* behind a finding's range: the fix is in Pro's archive */
/* Does the fix of a finding with this range need a contract that the installed version does not show? */
bool ubuntu_needs_pro(str range, str version);
