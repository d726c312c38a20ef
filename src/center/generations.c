#include "center/generations.h"
#include "center/rowtake.h"

#define COLUMNS "g.id, g.number, g.state, g.data_at, g.sources, g.seen_at, g.changed, g.matched_at"

static struct generation take_generation(struct arena *a, struct rows *r)
{
	return (struct generation){ rows_int(r, 0), rows_int(r, 1),     take_text(a, r, 2),
		                    rows_int(r, 3), take_text(a, r, 4), rows_int(r, 5),
		                    rows_int(r, 6), rows_int(r, 7) };
}

static int take_only(struct rows *r, struct arena *a, struct generation *out, struct error *e)
{
	int code = rows_next(r, e);

	if (code > 0)
		*out = take_generation(a, r);
	return take_end(a, code, e);
}

int generations_note(struct db *d, const struct generation *g, int64_t now, int64_t *id,
                     struct error *e)
{
	struct arena a cleanup(arena_done) = ARENA(MIB(4));
	struct generation last = { 0 };
	int code = generations_current(d, &a, &last, e);

	if (code < 0 || (code && str_eq(last.state, g->state))) {
		*id = last.id;
		return MIN(code, 0);
	}
	code = db_int(d, e, id,
	              "INSERT INTO generation (follows, number, state, data_at, sources, seen_at, "
	              "changed)"
	              " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (follows) DO NOTHING "
	              "RETURNING id",
	              V_INT(last.id), V_INT(g->number), V_TEXT(g->state), V_TIME(g->data_at),
	              g->sources.n ? V_TEXT(g->sources) : V_C("[]"), V_INT(now), V_INT(g->changed));
	if (code)
		return code;
	/* another process was first: with the same data most likely */
	code = generations_current(d, &a, &last, e);
	if (code >= 0 && !str_eq(last.state, g->state))
		return error_set(e, ERR_CONFLICT, "another generation of the data came meanwhile");
	*id = last.id;
	return MIN(code, 0);
}

int generations_matched(struct db *d, int64_t id, int64_t now, struct error *e)
{
	int64_t n = db_run(d, e,
	                   "UPDATE generation SET matched_at = $2 WHERE id = $1"
	                   " AND (matched_at IS NULL OR matched_at < $2)",
	                   V_INT(id), V_INT(now));
	return n < 0 ? (int)n : 0;
}

int generations_current(struct db *d, struct arena *a, struct generation *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code =
	        db_ask(d, e, &r, "SELECT " COLUMNS " FROM generation g ORDER BY g.id DESC LIMIT 1");

	return code < 0 ? code : take_only(r, a, out, e);
}

int generations_complete(struct db *d, struct arena *a, struct generation *out, struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code = db_ask(d, e, &r,
	                  "SELECT " COLUMNS " FROM generation g WHERE g.matched_at IS NOT NULL"
	                  " ORDER BY g.id DESC LIMIT 1");

	return code < 0 ? code : take_only(r, a, out, e);
}

int generations_get(struct db *d, struct arena *a, int64_t id, struct generation *out,
                    struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code =
	        db_ask(d, e, &r, "SELECT " COLUMNS " FROM generation g WHERE g.id = $1", V_INT(id));

	return code < 0 ? code : take_only(r, a, out, e);
}

int generations_at(struct db *d, int64_t at, int64_t *id, struct error *e)
{
	return db_int(d, e, id,
	              "SELECT id FROM generation WHERE seen_at <= $1 ORDER BY id DESC LIMIT 1",
	              V_INT(at));
}

int generations_list(struct db *d, struct arena *a, size_t limit, struct generation_list *out,
                     struct error *e)
{
	struct rows *r cleanup(rows_cleanup) = NULL;
	int code =
	        db_ask(d, e, &r, "SELECT " COLUMNS " FROM generation g ORDER BY g.id DESC LIMIT $1",
	               V_INT((int64_t)limit));

	while (code >= 0 && (code = rows_next(r, e)) > 0) {
		struct generation *x = vec_push(a, out);
		if (x)
			*x = take_generation(a, r);
	}
	return take_end(a, code, e);
}
