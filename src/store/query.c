/* Statements put together: each ? of a piece becomes the next $N, and its value stands behind the
 * others. */
#include "store/db.h"
#include <assert.h>

static void place(struct query *q, struct value v)
{
	vec_add(q->a, &q->values, v);
	buf_printf(&q->text, "$%zu", q->values.n);
}

void query_add_n(struct query *q, const char *sql, const struct value *v, size_t n)
{
	size_t used = 0;

	for (const char *p = sql; *p; p++) {
		if (*p != '?') {
			buf_addc(&q->text, *p);
		} else if (p[1] == '?') {
			buf_addc(&q->text, *p++);
		} else {
			assert(used < n);
			place(q, v[used++]);
		}
	}
	assert(used == n);
}

void query_ids(struct query *q, const int64_t *ids, size_t n)
{
	buf_addc(&q->text, '(');
	for (size_t i = 0; i < n; i++) {
		buf_add(&q->text, i ? STR(", ") : STR(""));
		place(q, V_INT(ids[i]));
	}
	buf_add(&q->text, n ? STR(")") : STR("NULL)"));
}

int query_ask(struct query *q, struct db *d, struct rows **out, struct error *e)
{
	buf_addc(&q->text, '\0');
	if (q->text.failed || q->a->failed)
		return error_set(e, ERR_LIMIT, "a question of more than %zu bytes",
		                 q->text.max_bytes);
	q->text.n--; /* more may be added for another question */
	return db_ask_n(d, q->text.p, q->values.v, q->values.n, out, e);
}

void query_done(struct query *q)
{
	buf_done(&q->text);
}
