/* center/shifts.h — by how much the tallies of packages move within a transaction, brought to the
 * parts that hold them. Sums of whole numbers, so that parts are right without being counted anew.
 */
#pragma once
#include "center/imagestate.h"
#include "store/db.h"

struct shift {
	int64_t package_id;
	struct tally by;
};

struct shifts {
	struct arena *a;
	VEC(struct shift) v;
};

void shifts_add(struct shifts *s, int64_t package_id, const struct tally *by);
/* *parts is added to: how many parts moved */
int shifts_apply(struct shifts *s, struct db *d, size_t *parts, struct error *e) must_use;
