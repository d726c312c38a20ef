/* center/weaknesses.h — vulnerability rows that a batch of matches needs: looked up, made, and what
 * is known of their exploitation brought up to date, all together. */
#pragma once
#include "center/shifts.h"
#include "model/finding.h"

struct weakness {
	str name;
	const struct exploitation *wanted;
	int64_t id; /* 0: not there */
	bool kev;   /* as the store has it now */
	bool same;  /* so is all the rest */
};

struct weaknesses {
	struct arena *a;
	VEC(struct weakness) v; /* by name, after weaknesses_use */
	bool known_only;        /* none are made; ids stay 0 */
};

void weaknesses_want(struct weaknesses *w, str name, const struct exploitation *x);
/* All there, and up to date. Where one is known to be exploited from now on, or not any more,
 * shifts move. */
int weaknesses_use(struct weaknesses *w, struct db *d, struct shifts *shifts,
                   struct error *e) must_use;
struct weakness *weaknesses_find(const struct weaknesses *w, str name); /* one that was wanted */
