/* center/factrows.h — texts of advisories that a batch of matches needs, each kept once by its
 * digest. */
#pragma once
#include "base/digest.h"
#include "store/db.h"

struct fact_row {
	struct digest digest;
	str doc;
	int64_t id;
};

struct fact_rows {
	struct arena *a;
	VEC(struct fact_row) v; /* by digest, after factrows_use */
};

void factrows_want(struct fact_rows *f, const struct digest *digest, str doc);
int factrows_use(struct fact_rows *f, struct db *d, struct error *e) must_use;
int64_t factrows_id(const struct fact_rows *f, const struct digest *digest);
