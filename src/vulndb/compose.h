/* vulndb/compose.h — a finding out of a group of hits. One thread. */
#pragma once
#include "vulndb/hit.h"

struct group;
struct subject;

/* Picks the hit that gives fix and range - the tracker's; else the fix that clears every record,
 * which is the highest - and gathers names, ratings, text and links of all, of the CVE's own record
 * and of records elsewhere that are the same flaw. The state is withdrawn when all that matched
 * were, rejected when the CVE's own record is (of several: all), disputed when one is. Appends to
 * into->findings; strings are copied into `a`. */
int compose_finding(struct look *l, struct arena *scratch, const struct subject *s, struct group *g,
                    struct arena *a, struct scan_report *into, struct error *e) must_use;
