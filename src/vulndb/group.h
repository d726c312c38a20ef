/* vulndb/group.h — hits of one package that are the same flaw, brought together by their names: a
 * group is a finding. A kernel has thousands. Everything lives in the look's scratch. One thread.
 */
#pragma once
#include "vulndb/hit.h"

struct subject;

struct group {
	VEC(str) ids; /* names of the flaw */
	VEC(struct hit_ref) hits;
	VEC(struct hit_ref) joined; /* notices that name it, where the tracker decides */
};

struct group_ref {
	struct group *group;
};

struct groups { /* those without hits were merged into others */
	VEC(struct group_ref) list;
};

/* A notice without a name of its own is a hit of each CVE it covers that the distribution's own
 * feed says nothing of. When the arena is spent, it remembers. */
int group_hits(const struct look *l, const struct subject *s, struct hits *hits, struct groups *out,
               struct error *e) must_use;
