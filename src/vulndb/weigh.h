/* vulndb/weigh.h — one row of the packages table, which is all that one feed's copy of an advisory
 * says of one package, against a subject: what matching finds and what explaining tells. Strings
 * are the row's, arrays live in the arena that is given. One thread. */
#pragma once
#include "vulndb/record.h"

struct subject;

struct weighed { /* the row's bodies together, those for the subject's module */
	VEC(struct range) ranges;
	VEC(str) versions;
	VEC(struct opinion) opinions;
	enum fix_status open; /* what no fix means */
	bool fits;            /* there is such a body */
};

/* 0, ERR_FORMAT: a damaged row */
int weigh_read(const struct subject *s, str row, struct arena *a, struct weighed *out,
               struct error *e) must_use;
/* Is the subject's version in it? */
struct range_verdict weigh_judge(const struct subject *s, const struct weighed *w);
