/* vulndb/hit.h — what matching one package finds before it is told: advisories that hold its
 * version. All of it lives in a scratch arena and the open transaction. */
#pragma once
#include "vulndb/database.h"

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

struct hits { /* of one package */
	VEC(struct hit_ref) found;
	VEC(struct hit_ref) notices;   /* that only join */
	VEC(struct hit_ref) withdrawn; /* told where no other record speaks of the flaw */
};
