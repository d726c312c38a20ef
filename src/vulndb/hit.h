/* vulndb/hit.h — what matching one package finds before it is told: advisories that hold its
 * version, in groups that are one finding each. All of it lives in a scratch arena and the open
 * transaction. */
#pragma once
#include "vulndb/database.h"

struct subject { /* the package as advisories speak of it */
	const struct package *package;
	str ecosystem, name; /* canonical: the key */
	str shown;           /* the ecosystem as it is shown */
	str version;
	const struct ecosystem *eco;
	bool readable; /* the version means something in that order */
};

struct hit {
	str id, feed;
	struct advisory head;
	struct cursor rest;   /* behind the head: names, text */
	enum fix_status open; /* what no fix means */
	struct range_verdict verdict;
	bool pro; /* the fix is in Ubuntu Pro's archive */
	VEC(struct opinion) opinions; /* of the package in the advisory */
};

struct hit_ref {
	const struct hit *hit;
};

struct group {
	VEC(str) ids; /* names of the flaw */
	VEC(struct hit_ref) hits;
	VEC(struct hit_ref) joined; /* notices that name it, where the tracker decides */
};

/* Rules of match.c that trace.c follows too. How advisories speak of the package; false: none do. */
bool match_describe(struct arena *a, const struct package *p, const struct distro *d,
                    struct subject *out);
bool match_fits_module(const struct affected *f, const struct package *p);
/* Of a Bitnami package, whose version is a build of another */
struct range_verdict match_upstream(const struct subject *s, const struct range *ranges, size_t n,
                                    const str *versions, size_t n_versions);
