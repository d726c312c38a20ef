#include "center/scans.h"

#define COLUMNS                                                                          \
	"s.id, s.manifest_id, s.registry_id, r.name, s.repository, m.digest, s.reason, " \
	"s.state, s.accepted_ms, s.started_ms, s.ended_ms, s.stages, s.progress, s.why " \
	"FROM scan s JOIN manifest m ON m.id = s.manifest_id JOIN registry r ON r.id = " \
	"s.registry_id WHERE 1 = 1"

static const char *const states[SCAN_STATE_COUNT] = { "running", "done", "failed" };

const char *scan_state_word(enum scan_state s)
{
	return states[s];
}

bool scan_state_parse(str word, enum scan_state *out)
{
	for (enum scan_state s = 0; s < SCAN_STATE_COUNT; s++)
		if (str_eq(word, str_c(states[s]))) {
			*out = s;
			return true;
		}
	return false;
}

int scans_begin(struct db *d, const struct scan_row *s, int64_t *id, struct error *e)
{
	int64_t r = db_run(d, e,
	                   "UPDATE scan SET state = 'failed', why = 'its worker was killed', "
	                   "ended_ms = $3 WHERE manifest_id = $1 AND registry_id = $2 AND "
	                   "state = 'running'",
	                   V_INT(s->manifest_id), V_INT(s->registry_id), V_INT(s->started_ms));

	if (r < 0)
		return (int)r;
	r = db_int(
	        d, e, id,
	        "INSERT INTO scan (manifest_id, registry_id, repository, reason, state, "
	        "accepted_ms, started_ms) VALUES ($1, $2, $3, $4, 'running', $5, $6) RETURNING id",
	        V_INT(s->manifest_id), V_INT(s->registry_id), V_TEXT(s->repository),
	        V_TEXT(s->reason), V_INT(s->accepted_ms), V_INT(s->started_ms));
	return (int)MIN(r, 0);
}

static str or_empty(str json)
{
	return json.n ? json : STR("{}");
}

int scans_tell(struct db *d, int64_t id, str stages, str progress, struct error *e)
{
	int64_t r = db_run(d, e,
	                   "UPDATE scan SET stages = $2, progress = $3 WHERE id = $1 AND "
	                   "state = 'running'",
	                   V_INT(id), V_TEXT(or_empty(stages)), V_TEXT(or_empty(progress)));
	return (int)MIN(r, 0);
}

int scans_end(struct db *d, int64_t id, enum scan_state state, int64_t ended_ms, str stages,
              str why, struct error *e)
{
	int64_t r = db_run(d, e,
	                   "UPDATE scan SET state = $2, ended_ms = $3, stages = $4, why = $5 "
	                   "WHERE id = $1",
	                   V_INT(id), V_C(states[state]), V_INT(ended_ms), V_TEXT(or_empty(stages)),
	                   V_TEXT(why));
	return (int)MIN(r, 0);
}

static void read_row(struct rows *r, struct arena *a, struct scan_row *out)
{
	*out = (struct scan_row){ .id = rows_int(r, 0),
		                  .manifest_id = rows_int(r, 1),
		                  .registry_id = rows_int(r, 2),
		                  .registry = arena_str(a, rows_text(r, 3)),
		                  .repository = arena_str(a, rows_text(r, 4)),
		                  .digest = arena_str(a, rows_text(r, 5)),
		                  .reason = arena_str(a, rows_text(r, 6)),
		                  .accepted_ms = rows_int(r, 8),
		                  .started_ms = rows_int(r, 9),
		                  .ended_ms = rows_int(r, 10),
		                  .stages = arena_str(a, rows_text(r, 11)),
		                  .progress = arena_str(a, rows_text(r, 12)),
		                  .why = arena_str(a, rows_text(r, 13)) };
	if (!scan_state_parse(rows_text(r, 7), &out->state))
		out->state = SCAN_FAILED;
}

static void add_filter(struct query *q, const struct scan_filter *f)
{
	if (f->registry_id)
		query_add(q, " AND s.registry_id = ?", V_INT(f->registry_id));
	if (f->manifest_id)
		query_add(q, " AND s.manifest_id = ?", V_INT(f->manifest_id));
	if (f->repository.n)
		query_add(q, " AND s.repository = ?", V_TEXT(f->repository));
	if (f->digest.n)
		query_add(q, " AND m.digest = ?", V_TEXT(f->digest));
	if (f->state >= 0)
		query_add(q, " AND s.state = ?", V_C(states[f->state]));
}

int scans_list(struct db *d, struct arena *a, const struct sight *s, const struct scan_filter *f,
               const struct paging *p, struct scan_list *out, struct error *e)
{
	struct query q cleanup(query_done) = QUERY(a);
	struct rows *rows cleanup(rows_cleanup) = NULL;
	struct value after;
	struct scan_row row;
	size_t limit = page_limit(p);
	int r = page_read(p, a, "i", &after, e);

	if (r < 0)
		return r;
	*out = (struct scan_list){ 0 };
	query_add(&q, "SELECT " COLUMNS);
	if (r == 1)
		query_add(&q, " AND s.id < ?", V_INT(after.i));
	sight_registries(&q, s, "s.registry_id");
	add_filter(&q, f);
	query_add(&q, " ORDER BY s.id DESC LIMIT ?", V_INT((int64_t)limit + 1));
	r = query_ask(&q, d, &rows, e);
	while (r >= 0 && (r = rows_next(rows, e)) == 1) {
		if (out->n == limit) {
			out->next = page_cursor(a, &V_INT(out->v[limit - 1].id), 1);
			break;
		}
		read_row(rows, a, &row);
		if (!vec_add(a, out, row))
			return error_set(e, ERR_LIMIT, "too many scans in one list");
	}
	return MIN(r, 0);
}

int scans_get(struct db *d, struct arena *a, const struct sight *s, int64_t id,
              struct scan_row *out, struct error *e)
{
	struct query q cleanup(query_done) = QUERY(a);
	struct rows *rows cleanup(rows_cleanup) = NULL;

	query_add(&q, "SELECT " COLUMNS " AND s.id = ?", V_INT(id));
	sight_registries(&q, s, "s.registry_id");
	int r = query_ask(&q, d, &rows, e);
	r = r < 0 ? r : rows_next(rows, e);
	if (r == 1)
		read_row(rows, a, out);
	return r;
}

int scans_sweep(struct db *d, int64_t before_ms, struct error *e)
{
	return (int)db_run(d, e, "DELETE FROM scan WHERE ended_ms < $1", V_INT(before_ms));
}
