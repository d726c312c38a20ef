/* report/licenses.h — the tables behind report/license.h. Static data. */
#pragma once
#include "base/str.h"

struct license_row {
	const char *key;  /* folded, see license.c */
	const char *spdx; /* an id, or a short expression */
};

extern const struct license_row license_rows[]; /* sorted by key */
extern const size_t license_row_count;
extern const char *const license_ids[];        /* also the deprecated ones; NULL-ended */
extern const char *const license_exceptions[]; /* NULL-ended */
