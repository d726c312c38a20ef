/* vulndb/trace.h — what matching does with one flaw and one package, step by step and on demand:
 * matching itself keeps no record of what did not match. The verdicts come from the functions that
 * match.c uses. One thread. */
#pragma once
#include "model/explanation.h"

struct vulndb;

struct trace_name { /* a package that a record speaks of, canonical */
	str ecosystem, name;
};

struct trace_flaw {                   /* what the database knows of an id */
	VEC(str) ids;                 /* all names of the flaw, sorted; empty: it is not known */
	VEC(str) records;             /* ids of the advisories that speak of it, sorted */
	VEC(struct trace_name) names; /* sorted, without repetitions */
};

/* Adds what this database knows of the id in any of its spellings ("cve-…"). Strings in `a`. */
int trace_flaw(struct vulndb *db, str id, struct arena *a, struct trace_flaw *into,
               struct error *e) must_use;

/* Holds the records of the flaw that speak of this package against it; appends to *out, a record
 * and feed each. Strings in `a`. */
int trace_package(struct vulndb *db, const struct package *p, const struct distro *d,
                  const struct trace_flaw *flaw, struct arena *a, struct judgements *out,
                  struct error *e) must_use;
