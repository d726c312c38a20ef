/* vulndb/trackers.h — feeds in which a distribution itself says, package by package, what is fixed,
 * open or not affected (ORIGIN_TRACKER). Of a package and a CVE that such a feed speaks of, no
 * other record decides. Any thread. */
#pragma once
#include "base/str.h"

struct tracker {
	str feed;      /* how the names of its feeds begin: "alpine/" */
	str word;      /* as findings name it: "alpine-secdb" */
	str ecosystem; /* whose packages: a feed that speaks of others is refused */
	str source;    /* whose rating it is: "Debian" */
	str page;      /* URL that a CVE's id completes */
	bool whole;    /* lists all that is known: a CVE that it does not name is not there */
};

/* NULL for a feed that is none */
const struct tracker *tracker_of(str feed);
/* "debian-tracker", "osv", "own/FILE": what findings call a feed */
str tracker_word(str feed);
/* Is the id of an OSV record that says again what a tracker says ("DEBIAN-CVE-…")? */
bool tracker_retells(str id);
