/* center/rowtake.h — what every reader of rows does: texts copied to the arena, its end judged. */
#pragma once
#include "store/db.h"

static inline str take_text(struct arena *a, struct rows *r, int column)
{
	return arena_str(a, rows_text(r, column));
}

/* `code` of a finished loop, or ERR_LIMIT when the arena did not hold it */
static inline int take_end(const struct arena *a, int code, struct error *e)
{
	if (code >= 0 && a->failed)
		return error_set(e, ERR_LIMIT, "the answer is larger than %zu bytes", a->max_bytes);
	return code;
}

/* A statement put together, of which no rows are wanted: how many were changed */
static inline int64_t run_query(struct query *q, struct db *d, struct error *e)
{
	buf_addc(&q->text, '\0');
	if (q->text.failed || q->a->failed)
		return error_set(e, ERR_LIMIT, "a statement of more than %zu bytes",
		                 q->text.max_bytes);
	q->text.n--;
	return db_run_n(d, q->text.p, q->values.v, q->values.n, e);
}
