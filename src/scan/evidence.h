/* scan/evidence.h — the databases behind an explanation (explain.h, whynot.h): those that a scan with the
 * same options matched. One thread. */
#pragma once
#include "scan/request.h"
#include "vulndb/trace.h"

struct evidence {
	struct vulndb *db[2]; /* the database, and advisories of one's own */
	size_t n;
	struct trace_flaw flaw[2]; /* of the id that was learnt last */
};

/* Opens them again; without any the report alone speaks. Strings in `a`. */
int evidence_open(const struct scan_options *o, struct arena *a, struct evidence **out,
                  struct error *e) must_use;
void evidence_close(struct evidence *x); /* NULL is fine */

bool evidence_among(const str *v, size_t n, str id); /* in any case */
/* Is the finding called that, in any case? */
bool evidence_is(const struct finding *f, str id);
/* What the databases know of the id, into x->flaw */
int evidence_learn(struct evidence *x, str id, struct arena *a, struct error *e) must_use;
/* The records of x->flaw held against one package; appends to *out */
int evidence_judge(struct evidence *x, const struct package *p, const struct distro *d, struct arena *a,
                   struct judgements *out, struct error *e) must_use;
